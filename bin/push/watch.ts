/** Pushes again whenever something in the folder changed and then was quiet for a moment. Runs until stopped. */
import { watch } from "node:fs/promises";
import { PushFailure } from "./api.ts";
import { type PushOptions, push } from "./push.ts";

const quietMs = 500;

export async function watchFolder(options: PushOptions): Promise<never> {
  process.stdout.write(`Watching ${options.folder}. Ctrl-C ends it.\n`);
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  const run = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await push(options).catch((error: unknown) => {
        // What was not sent now is sent with the next change.
        if (!(error instanceof PushFailure)) throw error;
        process.stderr.write(`${error.message}\n`);
      });
    } while (again);
    running = false;
  };
  for await (const _ of watch(options.folder, { recursive: true })) {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), quietMs);
  }
  throw new PushFailure("The folder can no longer be watched.");
}
