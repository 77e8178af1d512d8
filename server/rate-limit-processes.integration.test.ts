import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { expect, inject, it, onTestFinished } from "vitest";
import { z } from "zod";
import { MemoryRateLimiter } from "./rate-limit-memory.ts";
import type { Limit } from "./rate-limit-window.ts";

const redisUrl = inject("redisUrl");

const answers = z.object({
  store: z.string(),
  decisions: z.array(z.object({ admitted: z.boolean(), retryAfterSeconds: z.int().optional() })),
});

type Caller = (limits: readonly Limit[], times?: number) => Promise<z.infer<typeof answers>["decisions"]>;

/** A process of the operating system with a limiter and a connection of its own. */
async function startCaller(url: string): Promise<Caller> {
  const program = fileURLToPath(new URL("./testing/rate-limit-caller.ts", import.meta.url));
  const child = fork(program, [url], { execPath: process.execPath, execArgv: [] });
  onTestFinished(async () => {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  });
  await once(child, "message");
  return async (limits, times = 1) => {
    child.send({ limits, times });
    const [answer] = await once(child, "message");
    const { store, decisions } = answers.parse(answer);
    expect(store).toBe("redis");
    return decisions;
  };
}

/** As many callers as asked for that count together, and the clock that they count by. */
async function setUp(count: number): Promise<{ callers: Caller[]; nowMs: () => Promise<number> }> {
  if (!redisUrl) {
    const limiter = new MemoryRateLimiter();
    const caller: Caller = (limits, times = 1) =>
      Promise.all(Array.from({ length: times }, () => limiter.take(limits)));
    return { callers: Array.from({ length: count }, () => caller), nowMs: async () => performance.now() };
  }
  const redis = new Redis(redisUrl);
  onTestFinished(() => redis.disconnect());
  const callers = await Promise.all(Array.from({ length: count }, () => startCaller(redisUrl)));
  const nowMs = async () => {
    const [seconds = 0, micros = 0] = await redis.time();
    return Number(seconds) * 1000 + Number(micros) / 1000;
  };
  return { callers, nowMs };
}

it.each([
  { points: 120, cost: 1, admitted: 120 },
  { points: 103, cost: 5, admitted: 20 },
])("admits exactly $admitted of 200 parallel callers, 100 in each of two processes", async (edge) => {
  const { callers } = await setUp(2);
  const subject = `account:${randomUUID()}`;
  const limits = [
    { name: "apiKey", subject, points: 1000, windowSeconds: 3600, cost: edge.cost },
    { name: "connection", subject, points: edge.points, windowSeconds: 3600, cost: edge.cost },
  ];
  const decisions = (await Promise.all(callers.map((call) => call(limits, 100)))).flat();
  expect(decisions).toHaveLength(200);
  expect(decisions.filter(({ admitted }) => admitted)).toHaveLength(edge.admitted);
});

it("admits whoever waits Retry-After, and not a second earlier, in whichever process", async () => {
  const { callers, nowMs } = await setUp(2);
  const [one, two] = callers;
  if (!one || !two) throw new Error("There should be two processes.");
  const windowSeconds = 3;

  /** @returns false when this machine stood still for so long that nothing can be said */
  async function attempt(): Promise<boolean> {
    const subject = `account:${randomUUID()}`;
    const limit = { name: "apiKey", subject, points: 2, windowSeconds, cost: 1 };
    const usedAfterMs = await nowMs();
    await one?.([{ ...limit, cost: 2 }]);
    await sleep(150);
    const [refused] = (await one?.([limit])) ?? [];
    const toldBeforeMs = await nowMs();
    if (toldBeforeMs - usedAfterMs > 900) return false;
    expect(refused).toMatchObject({ admitted: false, retryAfterSeconds: windowSeconds });

    await sleep((windowSeconds - 1) * 1000);
    const early = (await Promise.all(callers.map((call) => call([limit])))).flat();
    if ((await nowMs()) - usedAfterMs > windowSeconds * 1000) return false;
    expect(early.map(({ admitted }) => admitted)).toEqual([false, false]);

    await sleep(toldBeforeMs + windowSeconds * 1000 - (await nowMs()));
    const inTime = (await Promise.all(callers.map((call) => call([limit])))).flat();
    expect(inTime.map(({ admitted }) => admitted)).toEqual([true, true]);
    return true;
  }

  for (let tries = 1; !(await attempt()); tries += 1) {
    if (tries === 5) throw new Error("This machine is too busy to tell a second.");
  }
});
