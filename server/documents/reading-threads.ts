/**
 * Threads in which documents are taken apart, with limits of time and memory and an empty environment. One
 * does one document at a time, and one that breaks a limit is ended with it: that document is refused,
 * others go on. Threads are kept for a while, since loading a parser takes longer than most documents.
 */
import { Worker } from "node:worker_threads";
import type { Declared, Refused } from "./sniff.ts";

export type ReadingTask = { task: "prepare"; content: Uint8Array; declared: Declared };
export type Reply<Answer> = { answer: Answer | Refused } | { broke: string };

const maxHeapMegabytes = 1024;
/** Buffers lie outside of the heap, where V8 sets no limit; the document itself is not counted. */
const usualLimits = { seconds: 60, bufferMegabytes: 512 };
export type Limits = typeof usualLimits;

const watchMilliseconds = 200;
const maxThreads = 4;
const idleSeconds = 20;

const idle: Worker[] = [];
const waiting: (() => void)[] = [];
let running = 0;

/** Refused when it breaks a limit; throws when the thread fails in another way. */
export async function runAside<Answer>(
  task: ReadingTask,
  limits: Limits = usualLimits,
): Promise<Answer | Refused> {
  while (running >= maxThreads) await new Promise<void>((go) => waiting.push(go));
  running += 1;
  const worker = idle.pop() ?? start();
  worker.ref();
  try {
    return await runOn<Answer>(worker, task, limits);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

function start(): Worker {
  return new Worker(new URL("./reading-thread.ts", import.meta.url), {
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes },
  });
}

function runOn<Answer>(worker: Worker, task: ReadingTask, limits: Limits): Promise<Answer | Refused> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void, keep: boolean) => {
      clearTimeout(timer);
      clearInterval(watch);
      worker.removeAllListeners();
      // What it still reports while it ends is nothing to anybody.
      worker.on("error", () => {});
      if (keep) rest(worker);
      else void worker.terminate();
      outcome();
    };
    const refuse = (refused: string) => settle(() => resolve({ refused }), false);
    const timer = setTimeout(
      () => refuse(`The document took more than ${limits.seconds} seconds to read. Split it into parts.`),
      limits.seconds * 1000,
    );
    const tooLarge = "The document takes too much memory to read. Split it into parts.";
    const watch = setInterval(async () => {
      const used = await worker.getHeapStatistics().catch(() => null);
      const most = limits.bufferMegabytes * 1024 * 1024 + 2 * task.content.length;
      if (used && used.external_memory > most) refuse(tooLarge);
    }, watchMilliseconds);
    worker.once("message", (reply: Reply<Answer>) => {
      if ("broke" in reply) settle(() => reject(new Error(reply.broke)), false);
      else settle(() => resolve(reply.answer), true);
    });
    worker.once("error", (error: Error & { code?: string }) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") refuse(tooLarge);
      else settle(() => reject(error), false);
    });
    worker.once("exit", () => settle(() => reject(new Error("The reading thread ended.")), false));
    worker.postMessage(task);
  });
}

function rest(worker: Worker): void {
  const leave = () => {
    const place = idle.indexOf(worker);
    if (place >= 0) idle.splice(place, 1);
    return place >= 0;
  };
  worker.unref();
  worker.once("exit", leave);
  idle.push(worker);
  setTimeout(() => {
    if (leave()) void worker.terminate();
  }, idleSeconds * 1000).unref();
}
