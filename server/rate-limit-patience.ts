/**
 * How long a call waits for Redis. A request makes up to three calls one after the other (a look at the
 * address, the limits, the rest of a batch) and may lose 50 ms in all: once a call has waited in vain, those
 * after it wait little, and when even that is in vain again and again, Redis is left alone for a moment.
 */

export const WHOLE_MS = 36;
/** More than a Redis in the same data centre needs; a farther one is given the whole again in a second. */
export const SHORT_MS = 4;
/** So long the connection stands a silent socket (redis.ts): then a Redis that hangs fails at once. */
const SHORT_FOR_MS = 1000;
const VAIN_TO_PAUSE = 5;
const PAUSE_MS = 250;

export class Patience {
  readonly #wholeMs: number;
  #shortUntilMs = Number.NEGATIVE_INFINITY;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #vainInRow = 0;

  constructor(wholeMs: number = WHOLE_MS) {
    this.#wholeMs = wholeMs;
  }

  /** What a call that starts now may wait; 0: it does not ask. */
  msAt(nowMs: number): number {
    if (nowMs < this.#pausedUntilMs) return 0;
    return nowMs < this.#shortUntilMs ? SHORT_MS : this.#wholeMs;
  }

  answered(): void {
    this.#vainInRow = 0;
  }

  /** @param waitedMs what msAt allowed the call */
  waitedInVain(waitedMs: number, nowMs: number): void {
    // Only the whole wait tells that Redis is away: a short one must not prolong itself.
    if (waitedMs >= this.#wholeMs) this.#shortUntilMs = nowMs + SHORT_FOR_MS;
    if (nowMs < this.#pausedUntilMs) return;
    this.#vainInRow += 1;
    if (this.#vainInRow >= VAIN_TO_PAUSE) this.#pausedUntilMs = nowMs + PAUSE_MS;
  }

  /** A new connection is judged anew. */
  reset(): void {
    this.#vainInRow = 0;
    this.#shortUntilMs = Number.NEGATIVE_INFINITY;
    this.#pausedUntilMs = Number.NEGATIVE_INFINITY;
  }
}
