/**
 * The second half of the chain for a priced operation: hold credits → handler → capture with receipt, or
 * release. Failure, cancellation and an answer without hits cost nothing; of a call with several items,
 * those that found something are charged.
 */
import { admitItems, callerOf, invalidCredential, refusalOf } from "./admission.ts";
import type { Context } from "./context.ts";
import { ApiError, logFailure } from "./errors.ts";
import { expireCredits } from "./grants.ts";
import { newId } from "./ids.ts";
import {
  captureHold,
  type Hold,
  type HoldResult,
  holdCredits,
  type ReceiptHit,
  releaseHold,
} from "./ledger.ts";
import { metrics } from "./metrics.ts";
import { type OperationId, operation } from "./operations.ts";
import { forget, type Principal } from "./principal.ts";

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

  const found = reads.filter(({ hits }) => hits.length > 0);
  if (!result.ok || ctx.signal.aborted || found.length === 0) {
    answer.creditsRemaining = await release(ctx, hold);
    return result;
  }
  const captured = priceCredits * found.length;
  answer.creditsCharged = captured;
  answer.creditsRemaining = hold.balanceAfter + hold.amount - captured;
  answer.receiptId = receiptId;
  const balance = await captureHold(
    hold,
    captured,
    principal,
    id,
    {
      id: receiptId,
      query: found.map(({ query }) => query).join("\n"),
      hits: found.flatMap(({ hits }) => hits),
      durationMs: Math.round(performance.now() - startedAt),
    },
    ctx.idempotency.completion(result.data),
  );
  if (balance !== null) {
    answer.creditsRemaining = balance;
    metrics().credits.inc({ operation: id }, captured);
    return result;
  }
  Object.assign(answer, { creditsCharged: 0, receiptId: null });
  throw new ApiError("unavailable", "The call took too long; nothing was charged.");
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
