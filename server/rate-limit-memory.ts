/**
 * The limiter's memory twin: the limiter itself in embedded mode, the insurance of the Redis limiter while
 * Redis is away. Decides synchronously, hence atomically. Memory is bounded: at most 61 pairs of numbers a
 * window, idle windows are dropped, and past `maxIdentities` the one that was idle longest goes.
 */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import {
  assertOneCall,
  type Decision,
  decide,
  type Limit,
  type LimiterStatus,
  type LimitState,
  limitKey,
  newUsage,
  type RateLimiter,
  read,
  record,
  type Usage,
} from "./rate-limit-window.ts";

export type WindowOptions = { readonly limits: readonly Limit[] };

/** A decision in the library's terms: resolved when admitted, rejected when refused. */
export class WindowRes extends RateLimiterRes {
  readonly decision: Decision;
  constructor(decision: Decision) {
    super();
    this.decision = decision;
  }
}

type Options = {
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
  readonly maxIdentities?: number;
  /** Processes that share the limits: each holds its part. */
  readonly processes?: number;
};

export class MemoryRateLimiter extends RateLimiterMemory implements RateLimiter {
  /** Least recently taken from first. */
  readonly #windows = new Map<string, { usage: Usage; emptyAtMs: number }>();
  readonly #now: () => number;
  readonly #maxIdentities: number;
  readonly #processes: number;

  constructor({ now = () => performance.now(), maxIdentities = 100_000, processes = 1 }: Options = {}) {
    super({ points: 1, duration: 1 });
    this.#now = now;
    this.#maxIdentities = maxIdentities;
    this.#processes = processes;
  }

  async take(limits: readonly Limit[]): Promise<Decision> {
    return this.#decide(limits);
  }

  async peek(limits: readonly Limit[]): Promise<readonly LimitState[]> {
    return this.#decide(limits.map((limit) => ({ ...limit, cost: 0 }))).states;
  }

  async close(): Promise<void> {
    this.#windows.clear();
  }

  status(): LimiterStatus {
    return { store: "memory", redisFailures: 0, rememberedRefusals: 0, identities: this.#windows.size };
  }

  /** What the library calls on an insurance limiter. */
  override async consume(_subject: string, _points: number, options: WindowOptions): Promise<RateLimiterRes> {
    const decision = this.#decide(options.limits);
    if (!decision.admitted) throw new WindowRes(decision);
    return new WindowRes(decision);
  }

  #decide(wanted: readonly Limit[]): Decision {
    assertOneCall(wanted);
    const limits = this.#processes === 1 ? wanted : wanted.map((limit) => this.#share(limit));
    const nowMs = Math.floor(this.#now());
    const calls = limits.map((limit) => {
      const key = limitKey(limit);
      const usage = this.#windows.get(key)?.usage ?? newUsage();
      return { limit, key, usage, reading: read(limit, usage, nowMs) };
    });
    if (calls.every((call) => call.reading.retryMs === 0)) {
      for (const call of calls) {
        if (call.limit.cost === 0) continue;
        const emptyAtMs = record(call.limit, call.usage, nowMs);
        this.#keep(call.key, call.usage, emptyAtMs, nowMs);
        call.reading = read({ ...call.limit, cost: 0 }, call.usage, nowMs);
      }
    }
    return decide(
      limits,
      calls.map((call) => call.reading),
    );
  }

  /** Never less than one call of this cost: an outage must not refuse for good what the limit would admit. */
  #share(limit: Limit): Limit {
    const part = Math.max(1, Math.floor(limit.points / this.#processes), limit.cost);
    return { ...limit, points: Math.min(limit.points, part) };
  }

  #keep(key: string, usage: Usage, emptyAtMs: number, nowMs: number): void {
    this.#windows.delete(key);
    this.#windows.set(key, { usage, emptyAtMs });
    // Two a take outrun the one that a take can add, at a cost that no single call notices.
    let looks = 2;
    for (const [idle, window] of this.#windows) {
      if (window.emptyAtMs > nowMs && this.#windows.size <= this.#maxIdentities) break;
      this.#windows.delete(idle);
      looks -= 1;
      if (looks === 0) break;
    }
  }
}
