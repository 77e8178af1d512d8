/**
 * Extraction in a worker thread with limits of time and memory: it builds the page's tree several times, and
 * no page, however made, may hold up or kill the server. A page that is too much for it is taken whole.
 */
import { Worker } from "node:worker_threads";
import { extractPage } from "./extract.ts";

/** Measured: such a page takes some 30 ms here, starting a thread twice as long. */
const inlineCharacters = 32 * 1024;
const maxSeconds = 20;
const maxMegabytes = 512;
/** Past this the tree alone would not fit; such pages are tables and logs, not articles. */
const maxCharacters = 5 * 1024 * 1024;

export async function extractAside(html: string): Promise<{ title: string; html: string }> {
  const whole = { title: "", html };
  if (html.length > maxCharacters) return whole;
  if (html.length <= inlineCharacters) return extractHere(html) ?? whole;
  const { promise, resolve } = Promise.withResolvers<{ title: string; html: string }>();
  const worker = new Worker(new URL("./extract-thread.ts", import.meta.url), {
    workerData: html,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
  });
  const timer = setTimeout(() => resolve(whole), maxSeconds * 1000);
  worker.once("message", resolve);
  worker.once("error", () => resolve(whole));
  worker.once("exit", () => resolve(whole));
  const extracted = await promise;
  clearTimeout(timer);
  void worker.terminate();
  return extracted;
}

/** Null: the page is made so that its tree cannot be built, for example of nothing but beginnings. */
function extractHere(html: string) {
  try {
    return extractPage(html);
  } catch {
    return null;
  }
}
