/**
 * Threads in which documents are taken apart, with limits of time and memory and an empty environment. One
 * does one document at a time, and one that breaks a limit is ended with it: that document is refused,
 * others go on. Threads are kept for a while, since loading a parser takes longer than most documents.
 */
import { Worker } from "node:worker_threads";
import type { Declared, Refused } from "./sniff.ts";
import type { UnpackLimits } from "./unpack-parts.ts";

export type ReadingTask =
  | { task: "prepare"; content: Uint8Array; declared: Declared }
  | { task: "unpack"; content: Uint8Array; limits: UnpackLimits };
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
  const worker = new Worker(new URL("./reading-thread.ts", import.meta.url), {
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes },
  });
  // What it still reports while it is being ended is nothing to anybody.
  worker.on("error", () => {});
  worker.on("exit", () => leave(worker));
  return worker;
}

function runOn<Answer>(worker: Worker, task: ReadingTask, limits: Limits): Promise<Answer | Refused> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (outcome: () => void, keep: boolean) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearInterval(watch);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
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
    const mostBytes = limits.bufferMegabytes * 1024 * 1024 + 2 * task.content.length;
    const watch = setInterval(async () => {
      const used = await worker.getHeapStatistics().catch(() => null);
      if (used && used.external_memory > mostBytes) refuse(tooLarge);
    }, watchMilliseconds);
    const onMessage = (reply: Reply<Answer>) => {
      if ("broke" in reply) settle(() => reject(new Error(reply.broke)), false);
      else settle(() => resolve(reply.answer), true);
    };
    const onError = (error: Error & { code?: string }) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") refuse(tooLarge);
      else settle(() => reject(error), false);
    };
    const onExit = () => settle(() => reject(new Error("The reading thread ended.")), false);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    // A copy of its own: what was sent may be a part of something larger.
    const content = new Uint8Array(task.content);
    worker.postMessage({ ...task, content }, [content.buffer]);
  });
}

function rest(worker: Worker): void {
  worker.unref();
  idle.push(worker);
  setTimeout(() => {
    if (leave(worker)) void worker.terminate();
  }, idleSeconds * 1000).unref();
}

/** False when it was not resting. */
function leave(worker: Worker): boolean {
  const place = idle.indexOf(worker);
  if (place >= 0) idle.splice(place, 1);
  return place >= 0;
}
