import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, it, onTestFinished } from "vitest";
import { z } from "zod";
import { MemoryRateLimiter } from "./rate-limit-memory.ts";
import { RedisRateLimiter } from "./rate-limit-redis.ts";
import { slidingWindowScript } from "./rate-limit-script.ts";
import { decide, type Limit, limitKey, type RateLimiter } from "./rate-limit-window.ts";
import { connectRedis, type RedisClient } from "./redis.ts";
import { fc } from "./testing/property.ts";
import { playAgainstOracle, scenarios } from "./testing/rate-limit-oracle.ts";
import { startRedisProxy } from "./testing/redis-proxy.ts";

const redisUrl = inject("redisUrl");

/** A test machine may be busy for longer than a call waits in production. */
const PATIENT_MS = 5000;

const open: RateLimiter[] = [];
afterEach(async () => {
  for (const limiter of open.splice(0)) await limiter.close();
});

function kept<T extends RateLimiter>(limiter: T): T {
  open.push(limiter);
  return limiter;
}

function subject(): string {
  return `account:${randomUUID()}`;
}

function limit(overrides: Partial<Limit> = {}): Limit {
  return { name: "apiKey", subject: "account:a", points: 50, windowSeconds: 3600, cost: 1, ...overrides };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const startedAtMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAtMs > 10_000) throw new Error("It did not happen within 10 s.");
    await sleep(20);
  }
}

async function ready(client: RedisClient): Promise<void> {
  await until(async () => client.status === "ready");
}

/** As many limiters as asked for that count together. */
async function limiters(count: number): Promise<RateLimiter[]> {
  if (!redisUrl) return Array(count).fill(kept(new MemoryRateLimiter()));
  const made = [];
  for (let n = 0; n < count; n += 1) {
    const client = connectRedis(redisUrl);
    await ready(client);
    made.push(kept(new RedisRateLimiter({ client, processes: 2, deadlineMs: PATIENT_MS })));
  }
  return made;
}

describe("the limiter of this run's store", () => {
  it("admits exactly the limit to 200 parallel callers over two connections", async () => {
    const [one, two] = await limiters(2);
    const limits = [
      limit({ subject: subject(), points: 120 }),
      limit({ name: "connection", points: 50 }),
      limit({ name: "datasets.query", points: 90, windowSeconds: 60 }),
    ].map((each, _, [first]) => ({ ...each, subject: first?.subject ?? "" }));
    const decisions = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? one : two)?.take(limits)),
    );
    expect(decisions.filter((decision) => decision?.admitted)).toHaveLength(50);
    expect(await one?.peek(limits)).toMatchObject([{ remaining: 70 }, { remaining: 0 }, { remaining: 40 }]);
  });

  it("takes a cost whole or not at all, from 200 parallel callers", async () => {
    const [one, two] = await limiters(2);
    const dear = limit({ subject: subject(), points: 103, cost: 5 });
    const decisions = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? one : two)?.take([dear])),
    );
    expect(decisions.filter((decision) => decision?.admitted)).toHaveLength(20);
    expect((await two?.take([{ ...dear, cost: 3 }]))?.admitted).toBe(true);
  });
});

if (redisUrl) {
  it("decides as the memory twin and an exact log do, over random calls", { timeout: 120_000 }, async () => {
    const client = connectRedis(redisUrl);
    onTestFinished(() => client.disconnect());
    await ready(client);
    // The same script with a clock of the test's.
    const script = slidingWindowScript("local now = tonumber(ARGV[#ARGV])");
    const sha = z.string().parse(await client.script("LOAD", script));
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const clock = { nowMs: 0 };
        const twin = new MemoryRateLimiter({ now: () => clock.nowMs });
        calls += await playAgainstOracle(scenario, subject(), async (limits, nowMs) => {
          clock.nowMs = nowMs;
          if (limits.length === 0) return twin.take(limits);
          const args = limits.flatMap((each) => [each.windowSeconds * 1000, each.points, each.cost]);
          const reply = z
            .array(z.int())
            .parse(await client.evalsha(sha, limits.length, ...limits.map(limitKey), ...args, nowMs));
          const readings = limits.map((_, n) => {
            const [used = 0, resetMs = 0, retryMs = 0] = reply.slice(n * 3);
            return { used, resetMs, retryMs: retryMs < 0 ? Number.POSITIVE_INFINITY : retryMs };
          });
          const decision = decide(limits, readings);
          expect(decision).toEqual(await twin.take(limits));
          return decision;
        });
      }),
      { numRuns: 150 },
    );
    expect(calls).toBeGreaterThan(10_000);
  });

  it("lets a window's key expire, and keeps it in Redis's compact form", async () => {
    const [limiter] = await limiters(1);
    const client = connectRedis(redisUrl);
    onTestFinished(() => client.disconnect());
    await ready(client);
    const short = limit({ subject: subject(), windowSeconds: 1, points: 1000 });
    for (let n = 0; n < 60; n += 1) {
      await limiter?.take([short]);
      await sleep(17);
    }
    expect(await client.object("ENCODING", limitKey(short))).toBe("listpack");
    expect(await client.memory("USAGE", limitKey(short))).toBeLessThan(1024);
    await sleep(1100);
    expect(await client.exists(limitKey(short))).toBe(0);
  });

  describe("when Redis is away", () => {
    async function proxied(deadlineMs?: number) {
      const proxy = await startRedisProxy(redisUrl ?? "");
      const client = connectRedis(proxy.url);
      const changes: string[] = [];
      const limiter = kept(
        new RedisRateLimiter({
          client,
          processes: 2,
          onStateChange: (state) => changes.push(state),
          ...(deadlineMs && { deadlineMs }),
        }),
      );
      onTestFinished(() => proxy.close());
      return { proxy, client, limiter, changes };
    }

    it.each([
      ["slow", { slowMs: 300 }],
      ["loading", { error: "LOADING Redis is loading the dataset in memory" }],
    ] as const)("%s: holds this process's share at once, and comes back by itself", async (_, mode) => {
      const { proxy, client, limiter, changes } = await proxied();
      await ready(client);
      const limits = [limit({ subject: subject(), points: 40, windowSeconds: 3600 })];
      // Until here the calls may have hit a busy machine: only a limiter that is on Redis says something.
      await until(
        async () =>
          (await limiter.take([limit({ subject: subject() })])).admitted &&
          limiter.status().store === "redis",
      );
      changes.length = 0;
      proxy.set(mode);
      let slowestMs = 0;
      let admitted = 0;
      for (let n = 0; n < 100; n += 1) {
        const startedAtMs = performance.now();
        if ((await limiter.take(limits)).admitted) admitted += 1;
        slowestMs = Math.max(slowestMs, performance.now() - startedAtMs);
      }
      expect(admitted).toBe(20);
      // The patience is 36 ms; the rest is for a machine that runs other tests.
      expect(slowestMs).toBeLessThan(200);
      expect(changes).toEqual(["insurance"]);
      expect(limiter.status()).toMatchObject({ store: "insurance", identities: 1 });
      expect(limiter.status().redisFailures).toBeGreaterThan(0);

      proxy.set("pass");
      await until(async () => {
        await limiter.take([limit({ subject: subject() })]);
        return limiter.status().store === "redis";
      });
      expect(changes).toEqual(["insurance", "redis"]);
      expect((await limiter.take(limits)).admitted).toBe(true);
    });

    it("answers a refusal from memory until it ends, but no other call", async () => {
      const { proxy, client, limiter } = await proxied(PATIENT_MS);
      await ready(client);
      const one = limit({ subject: subject(), points: 3, windowSeconds: 60 });
      const batch = { ...one, cost: 4, points: 6 };
      await limiter.take([{ ...one, cost: 3 }]);
      const before = proxy.scripts();
      const refusals = await Promise.all(Array.from({ length: 50 }, () => limiter.take([one])));
      expect(refusals.every((decision) => !decision.admitted && decision.retryAfterSeconds <= 61)).toBe(true);
      expect(proxy.scripts()).toBe(before);
      expect(limiter.status().rememberedRefusals).toBe(50);

      expect((await limiter.take([batch])).admitted).toBe(false);
      expect(proxy.scripts()).toBe(before + 1);
      expect((await limiter.take([batch])).admitted).toBe(false);
      expect(proxy.scripts()).toBe(before + 1);
      expect((await limiter.take([{ ...batch, cost: 3 }])).admitted).toBe(true);
      expect((await limiter.take([{ ...one, points: 7 }])).admitted).toBe(true);
      expect((await limiter.peek([one]))[0]?.remaining).toBe(0);
    });
  });
}
