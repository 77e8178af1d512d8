/** How often a priced call asks PostgreSQL and Redis, the handler's own questions left out. */
import { setTimeout as sleep } from "node:timers/promises";
import { callers, type Prepared, redisUrl, startCountedChain } from "./cases.ts";
import { run } from "./generator.ts";
import { countingProxy } from "./round-trips.ts";

export type RoundTrips = { readonly calls: number; readonly postgres: number; readonly redis: number };

/** Longer than what calls leave to be done behind their backs. */
const settleMs = 500;

export async function countRoundTrips(prepared: Prepared): Promise<RoundTrips> {
  const databaseUrl = process.env.DATABASE_URL;
  if (!databaseUrl) throw new Error("DATABASE_URL is missing.");
  const postgres = await countingProxy(databaseUrl, "postgres");
  const redis = await countingProxy(redisUrl(), "redis");
  try {
    const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
    const { port, request } = await startCountedChain(prepared, env);
    // Every key is known then, and every connection has prepared its statements.
    await run({ port, callers, milliseconds: 1_500, request });
    await sleep(settleMs);
    const before = { postgres: postgres.count(), redis: redis.count() };
    let calls = 0;
    const counted = (n: number) => {
      calls += 1;
      return request(n);
    };
    await run({ port, callers: 1, milliseconds: 1_000, request: counted });
    await sleep(settleMs);
    return {
      calls,
      postgres: (postgres.count() - before.postgres) / calls,
      redis: (redis.count() - before.redis) / calls,
    };
  } finally {
    postgres.close();
    redis.close();
  }
}
