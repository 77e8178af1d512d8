/**
 * The limiter of this process (on Redis with REDIS_URL, else in memory) and the header fields that tell a
 * caller where it stands: X-RateLimit-* of the limit that binds first, and RateLimit with RateLimit-Policy
 * of draft-ietf-httpapi-ratelimit-headers for all. Which limits bind a call is the chain's affair.
 */
import { env } from "#env";
import { log } from "./log.ts";
import { MemoryRateLimiter } from "./rate-limit-memory.ts";
import { RedisRateLimiter } from "./rate-limit-redis.ts";
import type { LimitState, RateLimiter } from "./rate-limit-window.ts";
import { connectRedis } from "./redis.ts";

export type { Decision, Limit, LimitState, RateLimiter } from "./rate-limit-window.ts";

// Next bundles a second copy of this module into the same process: both must count in one place.
const slot = Symbol.for("fltr.rateLimiter");
const shared: typeof globalThis & { [slot]?: RateLimiter } = globalThis;

export function getRateLimiter(): RateLimiter {
  shared[slot] ??= createRateLimiter();
  return shared[slot];
}

function createRateLimiter(): RateLimiter {
  if (!env.REDIS_URL) return new MemoryRateLimiter();
  return new RedisRateLimiter({
    client: connectRedis(env.REDIS_URL),
    processes: env.WEB_CONCURRENCY,
    onStateChange: (state, reason) => {
      if (state === "redis") log.info("Redis is back: limits are shared again");
      else log.warn({ reason }, "Redis is away: limits are held in memory, this process's share");
    },
  });
}

/** @param binding the limit of the X-RateLimit fields; by default the one with the least share left */
export function rateLimitHeaders(
  states: readonly LimitState[],
  nowMs: number,
  binding: LimitState | undefined = bindingLimit(states),
): Record<string, string> {
  if (!binding) return {};
  return {
    "X-RateLimit-Limit": String(binding.points),
    "X-RateLimit-Remaining": String(binding.remaining),
    "X-RateLimit-Reset": String(Math.ceil(nowMs / 1000) + binding.resetSeconds),
    "RateLimit-Policy": states.map((s) => `${quoted(s.name)};q=${s.points};w=${s.windowSeconds}`).join(", "),
    RateLimit: states.map((s) => `${quoted(s.name)};r=${s.remaining};t=${s.resetSeconds}`).join(", "),
  };
}

/** The limit with the least share left. */
export function bindingLimit(states: readonly LimitState[]): LimitState | undefined {
  const share = (state: LimitState) => (state.points === 0 ? 0 : state.remaining / state.points);
  return states.reduce<LimitState | undefined>(
    (least, state) => (least && share(least) <= share(state) ? least : state),
    undefined,
  );
}

/** A string of RFC 9651 section 3.3.3: printable ASCII alone. */
function quoted(name: string): string {
  return `"${name.replace(/[^\x20-\x7e]/g, "").replace(/["\\]/g, "\\$&")}"`;
}
