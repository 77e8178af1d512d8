/** Load on a function of this process: so many callers, each with its next call when the last is done. */
import { setImmediate as turn } from "node:timers/promises";
import type { Measured } from "./generator.ts";

type Load = {
  readonly callers: number;
  readonly milliseconds: number;
  /** The n-th call; it throws when it is not carried out. */
  readonly call: (n: number) => Promise<unknown>;
};

/** @throws what a call throws: a rate over failed calls would say nothing */
export async function runCalls({ callers, milliseconds, call }: Load): Promise<Measured> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const deadline = startedAt + milliseconds;
  let n = 0;
  const caller = async () => {
    for (let sentAt = performance.now(); sentAt < deadline; ) {
      await call(n++);
      const doneAt = performance.now();
      latencies.push(doneAt - sentAt);
      sentAt = doneAt;
      // What never waits would keep the timers of this process from their turn.
      if (n % 10_000 === 0) await turn();
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    answers: latencies.length,
  };
}
