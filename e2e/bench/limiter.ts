/** The limiter by itself, as the process makes it: on Redis and in memory, with one and with four limits. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Redis } from "ioredis";
import { MemoryRateLimiter } from "#server/rate-limit-memory.ts";
import { RedisRateLimiter } from "#server/rate-limit-redis.ts";
import { slidingWindowScript } from "#server/rate-limit-script.ts";
import { type Limit, limitKey, type RateLimiter } from "#server/rate-limit-window.ts";
import { connectRedis } from "#server/redis.ts";

const identities = 1_000;
const windowSeconds = 3_600;
const buckets = 60;
const names = ["apiKey", "connection", "search.query", "key"];

export type LimiterUnderTest = {
  /** Takes from `limits` limits of the n-th identity. @throws when that is refused or not Redis's answer */
  take(n: number, limits: number): Promise<void>;
  close(): Promise<void>;
};

export async function redisLimiter(url: string): Promise<LimiterUnderTest> {
  const client = connectRedis(url);
  await once(client, "ready");
  // Nothing of a busy machine's may end in the insurance: that would be another limiter's rate.
  return underTest(new RedisRateLimiter({ client, processes: 1, deadlineMs: 5_000 }), "redis");
}

export function memoryLimiter(): LimiterUnderTest {
  return underTest(new MemoryRateLimiter(), "memory");
}

function underTest(limiter: RateLimiter, store: "redis" | "memory"): LimiterUnderTest {
  return {
    take: async (n, limits) => {
      const decision = await limiter.take(limitsOf(n % identities, limits));
      if (!decision.admitted) throw new Error("The limiter refused a call that is within its limits.");
      const status = limiter.status();
      if (status.store !== store || status.redisFailures > 0) throw new Error("Redis did not answer a call.");
    },
    close: () => limiter.close(),
  };
}

const subjects = Array.from({ length: identities }, () => `account:${randomBytes(16).toString("hex")}`);

function limitsOf(identity: number, count: number, cost = 1): Limit[] {
  const subject = subjects[identity] ?? "";
  return names.slice(0, count).map((name) => ({ name, subject, points: 1_000_000_000, windowSeconds, cost }));
}

export type Footprint = { readonly fresh: number; readonly full: number };

/** Bytes of one limit of one identity in Redis, after one call and with uses in each of its buckets. */
export async function redisBytes(url: string): Promise<Footprint> {
  const redis = new Redis(url);
  const script = slidingWindowScript("local now = tonumber(ARGV[#ARGV])");
  const use = async (prefix: string, times: number) => {
    const [limit] = limitsOf(0, 1);
    if (!limit) throw new Error("No limit to measure.");
    const key = `${prefix}${limitKey(limit)}`;
    const now = Date.now();
    for (const at of clockTimes(times)) {
      await redis.eval(script, 1, key, windowSeconds * 1_000, limit.points, usesInABucket, now + at);
    }
    const bytes = await redis.memory("USAGE", key, "SAMPLES", 0);
    await redis.del(key);
    if (bytes === null) throw new Error("Redis does not know the key.");
    return bytes;
  };
  try {
    return { fresh: await use("f:", 1), full: await use("w:", buckets) };
  } finally {
    redis.disconnect();
  }
}

/** As in an hour with a thousand calls. */
const usesInABucket = 17;

function clockTimes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index * windowSeconds * 1_000) / buckets);
}

/** The same in this process, from what its heap grows by. */
export async function memoryBytes(): Promise<Footprint> {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  const used = () => {
    if (typeof collectGarbage === "function") collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  let clock = 0;
  const limiter = new MemoryRateLimiter({ now: () => clock });
  const fill = async (times: readonly number[]) => {
    for (const at of times) {
      clock = at;
      for (let n = 0; n < identities; n++) await limiter.take(limitsOf(n, 1, usesInABucket));
    }
  };
  const empty = used();
  await fill(clockTimes(1));
  const fresh = (used() - empty) / identities;
  await fill(clockTimes(buckets).slice(1));
  const full = (used() - empty) / identities;
  if (limiter.status().identities !== identities) throw new Error("The memory store lost identities.");
  await limiter.close();
  return { fresh, full };
}
