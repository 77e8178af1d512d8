/**
 * The sliding window as pure functions: what a limit has used, whether a cost fits, when it will. Uses are
 * counted in 60 buckets a window and a bucket is forgotten when all of it is older than the window, so that
 * no window of any position holds more than `points`; a use is held at most window/60 too long. The Redis
 * script in rate-limit-redis.ts makes the same decisions, number for number.
 */

const BUCKETS = 60;

/** One limit to take from. All limits of one call carry the same subject and different names. */
export type Limit = {
  /** Stable id in headers and errors: "apiKey", "datasets.query", "connection:…". */
  readonly name: string;
  /** Whom it binds: "account:…", "address:203.0.113.7". Also the hash tag of the keys in Redis. */
  readonly subject: string;
  /** Admitted in any window; a whole number, 0 admits nothing. */
  readonly points: number;
  readonly windowSeconds: number;
  /** Points to take now; a whole number, 0 only looks. */
  readonly cost: number;
};

export type LimitState = {
  readonly name: string;
  readonly points: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Until the oldest use of the window frees; 0 when unused. */
  readonly resetSeconds: number;
};

export type Decision =
  | { readonly admitted: true; readonly states: readonly LimitState[] }
  | {
      readonly admitted: false;
      readonly states: readonly LimitState[];
      /** Of the limits that refuse, the one that does so longest. */
      readonly refusedBy: LimitState;
      /** Whole and ≥ 1: who waits so long and finds nothing else taken is admitted. */
      readonly retryAfterSeconds: number;
      /** The cost is above `points`: no wait admits it (retryAfterSeconds is then the window). */
      readonly beyondLimit: boolean;
    };

export type LimiterStatus = {
  /** Who decides now: "insurance" is the memory of this process while Redis is away. */
  readonly store: "redis" | "memory" | "insurance";
  /** Calls that Redis failed or was too slow for, since the start. */
  readonly redisFailures: number;
  /** Refusals answered from memory that did not reach Redis, since the start. */
  readonly rememberedRefusals: number;
  /** Windows that this process holds in memory now. */
  readonly identities: number;
};

export type RateLimiter = {
  /** One atomic decision: refused by one limit, a call takes nothing from any. */
  take(limits: readonly Limit[]): Promise<Decision>;
  peek(limits: readonly Limit[]): Promise<readonly LimitState[]>;
  close(): Promise<void>;
  status(): LimiterStatus;
};

/** What a store knows of one limit. `retryMs`: 0 admits, else until the cost fits, Infinity if never. */
export type Reading = { readonly used: number; readonly resetMs: number; readonly retryMs: number };

/** Uses by bucket, oldest first; never more than 61 pairs. */
export type Usage = { total: number; readonly indexes: number[]; readonly counts: number[] };

export function newUsage(): Usage {
  return { total: 0, indexes: [], counts: [] };
}

/** The first millisecond at which nothing of the bucket lies in the window. */
function freedAtMs(limit: Limit, index: number): number {
  return Math.ceil(((index + BUCKETS + 1) * limit.windowSeconds * 1000) / BUCKETS);
}

/** A clock that goes back stays in the newest bucket: old uses must not come to life or be forgotten early. */
function bucketAt(limit: Limit, usage: Usage, nowMs: number): number {
  const index = Math.floor((nowMs * BUCKETS) / (limit.windowSeconds * 1000));
  return Math.max(index, usage.indexes.at(-1) ?? index);
}

export function read(limit: Limit, usage: Usage, nowMs: number): Reading {
  const oldestKept = bucketAt(limit, usage, nowMs) - BUCKETS;
  while ((usage.indexes[0] ?? oldestKept) < oldestKept) {
    usage.indexes.shift();
    usage.total -= usage.counts.shift() ?? 0;
  }
  const oldest = usage.indexes[0];
  const resetMs = oldest === undefined ? 0 : freedAtMs(limit, oldest) - nowMs;
  return { used: usage.total, resetMs, retryMs: retryMs(limit, usage, nowMs) };
}

function retryMs(limit: Limit, usage: Usage, nowMs: number): number {
  let excess = usage.total + limit.cost - limit.points;
  if (limit.cost === 0 || excess <= 0) return 0;
  for (const [position, index] of usage.indexes.entries()) {
    excess -= usage.counts[position] ?? 0;
    if (excess <= 0) return freedAtMs(limit, index) - nowMs;
  }
  return Number.POSITIVE_INFINITY;
}

/** Takes the cost. Returns when the window will be empty again if nothing more is taken. */
export function record(limit: Limit, usage: Usage, nowMs: number): number {
  const index = bucketAt(limit, usage, nowMs);
  const newest = usage.indexes.length - 1;
  if (usage.indexes[newest] === index) {
    usage.counts[newest] = (usage.counts[newest] ?? 0) + limit.cost;
  } else {
    usage.indexes.push(index);
    usage.counts.push(limit.cost);
  }
  usage.total += limit.cost;
  return freedAtMs(limit, index);
}

/** `readings` stand in the order of `limits`: after the take if all admit, untouched if one refuses. */
export function decide(limits: readonly Limit[], readings: readonly Reading[]): Decision {
  const states: LimitState[] = [];
  let refusedBy: LimitState | undefined;
  let longestMs = 0;
  for (const [position, limit] of limits.entries()) {
    const reading = readings[position];
    if (!reading) throw new Error("A limit has no reading.");
    const state = toState(limit, reading);
    states.push(state);
    if (reading.retryMs > longestMs) {
      longestMs = reading.retryMs;
      refusedBy = state;
    }
  }
  if (!refusedBy) return { admitted: true, states };
  const beyondLimit = longestMs === Number.POSITIVE_INFINITY;
  return {
    admitted: false,
    states,
    refusedBy,
    retryAfterSeconds: beyondLimit ? refusedBy.windowSeconds : wholeSeconds(longestMs),
    beyondLimit,
  };
}

function toState(limit: Limit, reading: Reading): LimitState {
  const { name, points, windowSeconds } = limit;
  const remaining = Math.max(0, points - reading.used);
  return { name, points, windowSeconds, remaining, resetSeconds: wholeSeconds(reading.resetMs) };
}

/** Rounded up: a caller that waits so long has waited long enough. */
export function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

/** Keys of one call share a slot of a Redis Cluster; another window length is another count. */
export function limitKey(limit: Limit): string {
  return `rl:{${limit.subject}}:${limit.name}:${limit.windowSeconds}`;
}

/** Throws for limits that cannot be decided as one: a mistake of the caller, not of the user. */
export function assertOneCall(limits: readonly Limit[]): void {
  const names = new Set<string>();
  for (const { name, subject, points, windowSeconds, cost } of limits) {
    if (!subject || subject !== limits[0]?.subject) throw new Error("Limits of one call need one subject.");
    if (names.has(name)) throw new Error(`Limit ${name} stands twice in one call.`);
    names.add(name);
    const whole = Number.isSafeInteger(points) && Number.isSafeInteger(cost);
    if (!whole || points < 0 || cost < 0 || !Number.isSafeInteger(windowSeconds) || windowSeconds < 1) {
      throw new RangeError(`Limit ${name} needs whole numbers: points, cost ≥ 0, windowSeconds ≥ 1.`);
    }
  }
}
