/**
 * Reading and chunking of one document. What could hold up the process for more than about 50 ms happens
 * in a worker thread with limits of time and memory and an empty environment, so that no document,
 * however made, can stall or kill the server.
 */
import { Worker } from "node:worker_threads";
import { type Chunk, chunkText } from "./chunk.ts";
import { type ReadText, readText } from "./read-text.ts";
import type { Declared, Refused } from "./sniff.ts";

/** Chunks without their text: it is a slice of the whole, and copying it between threads is what costs. */
export type Prepared = ReadText & { chunks: Omit<Chunk, "text">[] };

/** Measured on a busy machine: 128 KB of HTML take up to 50 ms here, starting a thread about 60 ms. */
const inlineBytes = 128 * 1024;
const maxSeconds = 60;
const maxMegabytes = 1024;

export function prepare(content: Uint8Array, declared: Declared): Prepared | Refused {
  const read = readText(content, declared);
  if ("refused" in read) return read;
  return { ...read, chunks: chunkText(read.text, read.format).map(({ text: _, ...chunk }) => chunk) };
}

export function prepareAside(content: Uint8Array, declared: Declared): Promise<Prepared | Refused> {
  if (content.length <= inlineBytes) return Promise.resolve(prepare(content, declared));
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./prepare-thread.ts", import.meta.url), {
      workerData: { content, declared },
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
    });
    const settle = (answer: Prepared | Refused | Error) => {
      clearTimeout(timer);
      void worker.terminate();
      if (answer instanceof Error) reject(answer);
      else resolve(answer);
    };
    const timer = setTimeout(
      () => settle({ refused: `The document took more than ${maxSeconds} seconds to read.` }),
      maxSeconds * 1000,
    );
    worker.once("message", (prepared: Prepared | Refused) => settle(prepared));
    worker.once("error", (error: Error & { code?: string }) =>
      settle(
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? { refused: "The document takes too much memory to read. Split it into parts." }
          : error,
      ),
    );
    worker.once("exit", () => settle(new Error("The reading thread ended without an answer.")));
  });
}
