/**
 * The limiter on Redis: the library's RateLimiterRedis with the sliding-window script in place of its fixed
 * window, and its insurance limiter for whatever goes wrong. All limits of a call are one script; no call
 * waits longer for it than its patience allows, and none fails because of Redis.
 */
import type { Result } from "ioredis";
import { LRUCache } from "lru-cache";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { z } from "zod";
import { DeadlineError, withinDeadline } from "./deadline.ts";
import { MemoryRateLimiter, type WindowOptions, WindowRes } from "./rate-limit-memory.ts";
import { Patience } from "./rate-limit-patience.ts";
import { slidingWindowScript } from "./rate-limit-script.ts";
import {
  assertOneCall,
  type Decision,
  decide,
  type Limit,
  type LimiterStatus,
  type LimitState,
  limitKey,
  type RateLimiter,
  type Reading,
  wholeSeconds,
} from "./rate-limit-window.ts";
import { type RedisClient, whenReady } from "./redis.ts";

declare module "ioredis" {
  interface RedisCommander<Context> {
    /** Our own name: the library registers its script under one name a client, and the last one wins. */
    fltrTakeLimits(keyCount: number, ...keysThenArgs: (string | number)[]): Result<unknown, Context>;
  }
}

const replySchema = z.array(z.int());

/** A refusal is true until the oldest use frees, however often the same call is tried. */
type Refusal = {
  readonly states: readonly LimitState[];
  readonly decidedAtMs: number;
  /** Counted from before the script ran: a call is never refused from memory that Redis would admit. */
  readonly untilMs: number;
  /** Counted from after it: who waits until here is admitted. */
  readonly admittedAtMs: number;
};

type Options = {
  readonly client: RedisClient;
  /** Processes that share the limits; the insurance holds this process's part. */
  readonly processes: number;
  readonly onStateChange?: (state: "redis" | "insurance", reason?: string) => void;
  /** What a call waits for Redis at most. */
  readonly deadlineMs?: number;
};

/** Back only after a second without a failure: one line in the log for each outage, not for each call. */
const STEADY_MS = 1000;

export class RedisRateLimiter extends RateLimiterRedis implements RateLimiter {
  readonly #client: RedisClient;
  readonly #insurance: MemoryRateLimiter;
  readonly #onStateChange: Options["onStateChange"];
  readonly #patience: Patience;
  readonly #refusals = new LRUCache<string, Refusal>({ max: 10_000 });
  #connected: Promise<void> | undefined;
  #state: "redis" | "insurance" = "redis";
  #failures = 0;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #rememberedRefusals = 0;

  constructor({ client, processes, onStateChange, deadlineMs }: Options) {
    const insurance = new MemoryRateLimiter({ processes });
    super({ storeClient: client, points: 1, duration: 1, insuranceLimiter: insurance });
    this.#client = client;
    this.#insurance = insurance;
    this.#onStateChange = onStateChange;
    this.#patience = new Patience(deadlineMs);
    client.defineCommand("fltrTakeLimits", { lua: slidingWindowScript() });
    this.#connected = this.#firstConnection();
    client.on("ready", () => {
      // A Redis that was away may have forgotten what it refused for.
      this.#refusals.clear();
      this.#patience.reset();
    });
  }

  async take(limits: readonly Limit[]): Promise<Decision> {
    assertOneCall(limits);
    return this.#refusedAlready(limits) ?? (await this.#decide(limits));
  }

  async peek(limits: readonly Limit[]): Promise<readonly LimitState[]> {
    assertOneCall(limits);
    return (await this.#decide(limits.map((limit) => ({ ...limit, cost: 0 })))).states;
  }

  async close(): Promise<void> {
    this.#client.disconnect();
    await this.#insurance.close();
  }

  status(): LimiterStatus {
    return {
      store: this.#state,
      redisFailures: this.#failures,
      rememberedRefusals: this.#rememberedRefusals,
      identities: this.#insurance.status().identities,
    };
  }

  /** The library's consume() calls this, and the insurance limiter when it throws anything but a decision. */
  async _consume(_subject: string, _points: number, { limits }: WindowOptions): Promise<WindowRes> {
    const sentAtMs = performance.now();
    const readings = await this.#run(limits);
    const decision = decide(limits, readings);
    this.#remember(limits, readings, decision, sentAtMs);
    if (!decision.admitted) throw new WindowRes(decision);
    return new WindowRes(decision);
  }

  async #decide(limits: readonly Limit[]): Promise<Decision> {
    const [first] = limits;
    if (!first) return { admitted: true, states: [] };
    const options: WindowOptions = { limits };
    const answer = await this.consume(first.subject, 1, options).catch((refusal: unknown) => refusal);
    if (answer instanceof WindowRes) return answer.decision;
    throw answer;
  }

  /** The first calls of a process give the connection the time that any call gives Redis. */
  async #firstConnection(): Promise<void> {
    const ms = this.#patience.msAt(performance.now());
    await withinDeadline(whenReady(this.#client), ms).catch(() => undefined);
    this.#connected = undefined;
  }

  async #run(limits: readonly Limit[]): Promise<Reading[]> {
    const startedAtMs = performance.now();
    const patienceMs = this.#patience.msAt(startedAtMs);
    const args = limits.flatMap((limit) => [limit.windowSeconds * 1000, limit.points, limit.cost]);
    try {
      if (patienceMs === 0) throw new Error("Redis is given a pause.");
      await this.#connected;
      if (this.#client.status !== "ready") throw new Error("Redis is not connected.");
      const call = this.#client.fltrTakeLimits(limits.length, ...limits.map(limitKey), ...args);
      const leftMs = Math.max(1, startedAtMs + patienceMs - performance.now());
      const reply = replySchema.parse(await withinDeadline(call, leftMs));
      const readings = limits.map((_, position) => toReading(reply.slice(position * 3, position * 3 + 3)));
      this.#succeeded();
      return readings;
    } catch (error) {
      this.#failed(error, patienceMs);
      throw error;
    }
  }

  #failed(error: unknown, patienceMs: number): void {
    const nowMs = performance.now();
    this.#failures += 1;
    if (this.#patience.msAt(nowMs) > 0) this.#failedAtMs = nowMs;
    if (error instanceof DeadlineError) this.#patience.waitedInVain(patienceMs, nowMs);
    if (this.#state === "redis") {
      this.#state = "insurance";
      this.#onStateChange?.("insurance", error instanceof Error ? error.message : String(error));
    }
  }

  #succeeded(): void {
    this.#patience.answered();
    if (this.#state === "insurance" && performance.now() - this.#failedAtMs >= STEADY_MS) {
      this.#state = "redis";
      this.#onStateChange?.("redis");
    }
  }

  #remember(limits: readonly Limit[], readings: Reading[], decision: Decision, sentAtMs: number): void {
    const decidedAtMs = performance.now();
    for (const [position, limit] of limits.entries()) {
      const reading = readings[position];
      if (!reading) continue;
      // A limit that is just full refuses a cost of one until its oldest use frees.
      const full = reading.retryMs === 0 && reading.used === limit.points && limit.points > 0;
      const cost = full ? 1 : limit.cost;
      const ms = full ? reading.resetMs : reading.retryMs;
      if (ms === 0 || ms === Number.POSITIVE_INFINITY) continue;
      this.#refusals.set(refusalKey({ ...limit, cost }), {
        states: decision.states,
        decidedAtMs,
        untilMs: sentAtMs + ms,
        admittedAtMs: decidedAtMs + ms,
      });
    }
  }

  #refusedAlready(limits: readonly Limit[]): Decision | undefined {
    if (this.#refusals.size === 0) return undefined;
    const nowMs = performance.now();
    let longest: { limit: Limit; refusal: Refusal } | undefined;
    for (const limit of limits) {
      if (limit.cost === 0) continue;
      const refusal = this.#refusals.get(refusalKey(limit));
      if (!refusal) continue;
      if (refusal.untilMs <= nowMs) this.#refusals.delete(refusalKey(limit));
      else if (!longest || refusal.admittedAtMs > longest.refusal.admittedAtMs) longest = { limit, refusal };
    }
    if (!longest) return undefined;
    const { limit, refusal } = longest;
    const states = refusal.states
      .filter((state) => limits.some(({ name, points }) => name === state.name && points === state.points))
      .map((state) => aged(state, nowMs - refusal.decidedAtMs));
    const refusedBy = states.find((state) => state.name === limit.name);
    if (!refusedBy) return undefined;
    this.#rememberedRefusals += 1;
    const retryAfterSeconds = wholeSeconds(refusal.admittedAtMs - nowMs);
    return { admitted: false, states, refusedBy, retryAfterSeconds, beyondLimit: false };
  }
}

/** Same points and cost too: another cost may fit, and an override is in force on the next call. */
function refusalKey(limit: Limit): string {
  return `${limitKey(limit)}:${limit.points}:${limit.cost}`;
}

function aged(state: LimitState, ageMs: number): LimitState {
  return { ...state, resetSeconds: Math.max(0, state.resetSeconds - Math.floor(ageMs / 1000)) };
}

function toReading([used, resetMs, retryMs]: readonly number[]): Reading {
  if (used === undefined || resetMs === undefined || retryMs === undefined) {
    throw new Error("The limiter's script answered too little.");
  }
  return { used, resetMs, retryMs: retryMs < 0 ? Number.POSITIVE_INFINITY : retryMs };
}
