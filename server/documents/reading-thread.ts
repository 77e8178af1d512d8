/**
 * Entry of the threads that reading-threads.ts starts: takes one document apart at a time and answers.
 */
import { parentPort } from "node:worker_threads";
import { type Prepared, prepare } from "./prepare.ts";
import type { ReadingTask, Reply } from "./reading-threads.ts";
import { type Part, unpackParts } from "./unpack-parts.ts";

parentPort?.on("message", async (task: ReadingTask) => {
  const work =
    task.task === "prepare" ? prepare(task.content, task.declared) : unpackParts(task.content, task.limits);
  const reply: Reply<Prepared | Part[] | null> = await work.then(
    (answer) => ({ answer }),
    (error: unknown) => ({
      broke: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    }),
  );
  parentPort?.postMessage(reply);
});
