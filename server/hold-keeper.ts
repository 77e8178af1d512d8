/**
 * Keeps a hold alive while its call runs, so that long work is charged when it ends, and lets it expire
 * when the process is gone. The claim of an Idempotency-Key is renewed before the hold, so that it always
 * outlives it: a retry that takes the claim over can be sure that the first run is not charged any more.
 */
import { ApiError } from "./errors.ts";
import type { Idempotency } from "./idempotency.ts";
import { extendHold } from "./ledger.ts";
import { log } from "./log.ts";
import { holdSeconds } from "./operations.ts";

type HoldKeeper = {
  /** Aborted, with an ApiError, once the hold can no longer be captured: the work is for nothing. */
  readonly signal: AbortSignal;
  stop(): void;
};

/** Renews three times in a hold's life: two renewals may fail. */
export function keepHold(holdId: string, { keepClaim }: Pick<Idempotency, "keepClaim">): HoldKeeper {
  const lost = new AbortController();
  let expiresAt = Date.now() + holdSeconds * 1_000;
  let renewing = false;

  async function renew(): Promise<void> {
    if (renewing) return;
    renewing = true;
    try {
      const left = (await keepClaim()) ? await extendHold(holdId, holdSeconds) : null;
      expiresAt = left === null ? 0 : Date.now() + left * 1_000;
    } catch (error) {
      log.warn({ err: error }, "a hold was not renewed");
    }
    renewing = false;
    if (Date.now() < expiresAt) return;
    clearInterval(timer);
    lost.abort(new ApiError("unavailable", "The call took too long; nothing was charged."));
  }

  const timer = setInterval(() => void renew(), (holdSeconds * 1_000) / 3);
  timer.unref();
  return { signal: lost.signal, stop: () => clearInterval(timer) };
}
