/**
 * The second half of the chain for a priced operation: hold credits → handler → capture with receipt, or
 * release. Failure, cancellation and an answer without hits cost nothing; of a call with several items,
 * those that found something are charged.
 */
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { admitItems, callerOf, invalidCredential, refusalOf } from "./admission.ts";
import { afterBalanceChange, isLow } from "./balance-watch.ts";
import type { Context } from "./context.ts";
import { ApiError, logFailure, problemOf } from "./errors.ts";
import { expireCredits } from "./grants.ts";
import { newId } from "./ids.ts";
import {
  captureHold,
  type Hold,
  type HoldResult,
  holdCredits,
  isCharged,
  type ReceiptHit,
  releaseHold,
} from "./ledger.ts";
import { metrics } from "./metrics.ts";
import { type OperationId, operation } from "./operations.ts";
import { forget, type Principal } from "./principal.ts";

/** As long as a database takes that was killed and starts again. */
const captureRetryMs = 5_000;
const captureRetryPauseMs = 100;

type Read = { readonly query: string; readonly hits: readonly ReceiptHit[] };

/** How a handler says what it read, once for each item; no hits means that the item is free. */
export type Charge = {
  record(read: Read): { receiptId: string | null; creditsCharged: number };
};

const freeCharge: Charge = { record: () => ({ receiptId: null, creditsCharged: 0 }) };

type Held = { principal: Principal | null; charge: Charge };

/** Runs `next`, the handler with its output check, between hold and capture. */
export async function charged<Result extends { ok: boolean }>(
  id: OperationId,
  ctx: Context & { principal: Principal | null },
  input: unknown,
  next: (held: Held) => Promise<Result & { data?: unknown }>,
): Promise<Result> {
  const items = itemsOf(id, input);
  if (items > 1) await admitItems(ctx, callerOf(ctx), id, items);
  const { priceCredits } = operation(id);
  if (priceCredits === 0) return next({ principal: ctx.principal, charge: freeCharge });

  const startedAt = performance.now();
  const { answer } = ctx;
  answer.creditsCharged = 0;
  const { hold, principal } = await holdOrRefuse(ctx, id, priceCredits * items);
  answer.creditsRemaining = hold.balanceAfter;
  const receiptId = newId("rcpt");
  const reads: Read[] = [];
  const charge: Charge = {
    record: (read) => {
      reads.push(read);
      return read.hits.length > 0
        ? { receiptId, creditsCharged: priceCredits }
        : { receiptId: null, creditsCharged: 0 };
    },
  };
  const result = await next({ principal, charge });
  // PGlite answers in microtasks: without turns of the event loop a caller that has left is not noticed.
  for (let turn = 0; turn < 3; turn++) await setImmediate();

  const found = reads.filter(({ hits }) => hits.length > 0);
  if (!result.ok || ctx.signal.aborted || found.length === 0) {
    answer.creditsRemaining = await release(ctx, hold);
    return result;
  }
  const captured = priceCredits * found.length;
  const told = {
    creditsCharged: captured,
    creditsRemaining: hold.balanceAfter + hold.amount - captured,
    receiptId,
  };
  const completion = ctx.idempotency.completion(result.data, told);
  const receipt = {
    id: receiptId,
    query: found.map(({ query }) => query).join("\n"),
    hits: found.flatMap(({ hits }) => hits),
    durationMs: Math.round(performance.now() - startedAt),
  };
  const balance = await settled(receiptId, told.creditsRemaining, () =>
    captureHold(hold, captured, principal, id, receipt, completion),
  );
  if (balance === null) throw new ApiError("unavailable", "The call took too long; nothing was charged.");
  // A retry is told what was stored before the balance was known, so the first answer says the same.
  Object.assign(answer, told, completion ? {} : { creditsRemaining: balance });
  answer.creditsLow = isLow(principal.accountId, balance);
  metrics().credits.inc({ operation: id }, captured);
  afterBalanceChange(principal.accountId, balance);
  return result;
}

/**
 * The balance after a capture, or null when the hold had expired. A connection that breaks meanwhile leaves
 * open whether it was carried out: then the database is asked again, and for a while it may be away.
 */
async function settled(
  receiptId: string,
  expected: number,
  capture: () => Promise<number | null>,
): Promise<number | null> {
  const deadline = Date.now() + captureRetryMs;
  for (let broken = false; ; ) {
    try {
      const balance = await capture();
      if (balance !== null || !broken) return balance;
      return (await isCharged(receiptId)) ? expected : null;
    } catch (error) {
      if (problemOf(error).problem.code !== "unavailable" || Date.now() > deadline) throw error;
      broken = true;
      await sleep(captureRetryPauseMs);
    }
  }
}

/** How often an operation is asked for in one call. */
function itemsOf(id: OperationId, input: unknown): number {
  const { perItem } = operation(id);
  if (perItem === undefined || typeof input !== "object" || input === null) return 1;
  const items: unknown = Reflect.get(input, perItem);
  return Array.isArray(items) ? Math.max(1, items.length) : 1;
}

/** A release that fails loses nothing: the hold expires and the reaper releases it. */
async function release(ctx: Context, hold: Hold): Promise<number> {
  try {
    return (await releaseHold(hold.id)) ?? hold.balanceAfter;
  } catch (error) {
    logFailure(ctx, error);
    return hold.balanceAfter + hold.amount;
  }
}

/** A principal whose credential changed since it was identified is identified and authorized anew, once. */
async function holdOrRefuse(
  ctx: Context & { principal: Principal | null },
  id: OperationId,
  amount: number,
): Promise<{ hold: Hold; principal: Principal }> {
  let principal = callerOf(ctx);
  let result = await holdCredits(principal, id, amount);
  if (result.outcome === "credentialChanged") {
    forget(principal);
    const current = await ctx.identifyAgain();
    const refusal = refusalOf(current, id);
    if (refusal) throw refusal;
    principal = callerOf(current);
    result = await holdCredits(principal, id, amount);
  }
  if (result.outcome === "expiryDue") {
    await expireCredits(principal.accountId);
    result = await holdCredits(principal, id, amount);
  }
  if (result.outcome === "held") return { hold: result.hold, principal };
  throw refusedHold(ctx, result, amount);
}

function refusedHold(
  ctx: Context,
  result: Exclude<HoldResult, { outcome: "held" }>,
  amount: number,
): ApiError {
  if (result.outcome === "credentialChanged") return invalidCredential();
  if (result.outcome === "expiryDue") {
    return new ApiError("unavailable", "Credits are expiring right now. Try again in a moment.");
  }
  const { available } = result;
  ctx.answer.creditsRemaining = available;
  const words = `Required: ${amount}, Available: ${available}`;
  if (result.outcome === "insufficient") {
    return new ApiError("insufficient_credits", `Insufficient credits. ${words}`, {
      required: amount,
      available,
    });
  }
  const { period } = result;
  const span = period === "total" ? "in total" : `this ${period}`;
  return new ApiError(
    "budget_exceeded",
    `Budget exceeded: what this credential may spend ${span}. ${words}`,
    {
      required: amount,
      available,
      period,
    },
  );
}
