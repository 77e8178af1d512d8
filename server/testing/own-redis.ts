/**
 * Set-up on real servers, before a test file reads its environment: each worker counts in a Redis database of
 * its own, emptied for each file, so that no test spends the hour of another's address.
 */
import { Redis } from "ioredis";
import { inject } from "vitest";

const url = inject("redisUrl");
if (url) {
  const own = new URL(url);
  own.pathname = `/${process.env.VITEST_POOL_ID ?? 1}`;
  const redis = new Redis(own.href);
  await redis.flushdb();
  await redis.quit();
  process.env.REDIS_URL = own.href;
}
