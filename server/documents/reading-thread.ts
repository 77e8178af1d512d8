/**
 * Entry of the threads that reading-threads.ts starts: takes one document apart at a time and answers.
 */
import { parentPort } from "node:worker_threads";
import { type Prepared, prepare } from "./prepare.ts";
import type { ReadingTask, Reply } from "./reading-threads.ts";

parentPort?.on("message", async ({ content, declared }: ReadingTask) => {
  const reply: Reply<Prepared> = await prepare(content, declared).then(
    (answer) => ({ answer }),
    (error: unknown) => ({
      broke: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    }),
  );
  parentPort?.postMessage(reply);
});
