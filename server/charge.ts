/**
 * The second half of the chain for a priced operation: hold credits → handler → capture with receipt, or
 * release. Failure, cancellation and an answer without hits cost nothing; of a call with several items,
 * those that found something or were done are charged. Long work keeps its hold alive.
 */
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { admitChanged, admitItems, callerOf, invalidCredential, refusalOf } from "./admission.ts";
import { afterBalanceChange, isLow } from "./balance-watch.ts";
import type { Context } from "./context.ts";
import { ApiError, logFailure, problemOf } from "./errors.ts";
import { expireCredits } from "./grants.ts";
import { keepHold } from "./hold-keeper.ts";
import { newId } from "./ids.ts";
import {
  captureHold,
  type Hold,
  type HoldResult,
  holdCredits,
  isCharged,
  releaseEmpty,
  releaseHold,
} from "./ledger.ts";
import { metrics } from "./metrics.ts";
import { type OperationId, operation } from "./operations.ts";
import { itemPrices, total } from "./price.ts";
import { forget, type Principal } from "./principal.ts";
import { type Receipt, type ReceiptEndpoint, type ReceiptHit, writeFreeReceipt } from "./receipt.ts";
import { creditsExpiring, shortOfCredits } from "./refused-hold.ts";
import { rerankPrices } from "./reranking.ts";

/** As long as a database takes that was killed and starts again. */
const captureRetryMs = 5_000;
const captureRetryPauseMs = 100;

type Read = {
  /** The operation's extra was done, and is charged. */
  readonly extra?: boolean;
  readonly query: string | null;
  readonly hits: readonly ReceiptHit[];
  readonly endpoint?: ReceiptEndpoint | null;
};

type Charged = { readonly receiptId: string | null; readonly creditsCharged: number };

/** How a handler says what an item of its call (0: the only one) came to, once for each that succeeded. */
export type Charge = {
  /** Of a reading: what it asked and read. No hits: the item is free. */
  record(read: Read, item?: number): Charged;
  /** Whether the extra that an item may ask for is paid. */
  readonly coversExtra: boolean;
  /** Of work that reads no dataset: charged though there are no hits. */
  recordWork(item?: number): Charged;
  /** The first so many that the caller's maxCredits pays for. */
  readonly coveredItems: number;
  /** @throws ApiError over_max_credits for an item past them */
  assertCovered(item: number): void;
};

const freeItem: Charged = { receiptId: null, creditsCharged: 0 };

type Held = {
  principal: Principal | null;
  charge: Charge;
  /** Aborted when the caller is gone, or the work can no longer be charged. */
  signal: AbortSignal;
};

/** Runs `next`, the handler with its output check, between hold and capture. */
export async function charged<Result extends { ok: boolean }>(
  id: OperationId,
  ctx: Context & { principal: Principal | null },
  input: unknown,
  next: (held: Held) => Promise<Result & { data?: unknown }>,
): Promise<Result> {
  const asked = itemPrices(id, input);
  const ceiling = ceilingOf(input);
  const prices = withinCeiling(asked, ceiling);
  const extras = rerankPrices(id, input);
  const whole = total(prices) + total(extras);
  if (prices.length > 1) await admitItems(ctx, callerOf(ctx), id, prices.length);
  if (operation(id).priceCredits === 0) return free(id, ctx, next);

  const startedAt = performance.now();
  const { answer } = ctx;
  answer.creditsCharged = 0;
  const { hold, principal } = await holdOrRefuse(
    ctx,
    id,
    ceiling === null || whole <= ceiling ? whole : total(prices),
    total(prices),
  );
  const coversExtra = hold.amount === whole;
  answer.creditsRemaining = hold.balanceAfter;
  answer.budgetLeft = hold.budgetLeft;
  const receiptId = newId("rcpt");
  const reads: Read[] = [];
  const misses: Read[] = [];
  const due: number[] = [];
  const work = (item: number, extra: boolean): Charged => {
    const price = prices[item];
    if (price === undefined) throw new Error(`${id} was called without an item ${item}.`);
    const creditsCharged = price + (extra && coversExtra ? (extras[item] ?? 0) : 0);
    due.push(creditsCharged);
    return { receiptId, creditsCharged };
  };
  const charge: Charge = {
    recordWork: (item = 0) => work(item, false),
    coversExtra,
    coveredItems: prices.length,
    assertCovered: (item) => {
      if (item >= prices.length) throw leftOut(prices.length, asked.length);
    },
    record: (read, item = 0) => {
      if (read.hits.length > 0) reads.push(read);
      else misses.push(read);
      const charged = read.hits.length > 0 ? work(item, read.extra ?? false) : freeItem;
      if (prices.length > 1) ctx.progress?.(reads.length + misses.length, prices.length);
      return charged;
    },
  };
  const keeper = keepHold(hold.id, ctx.idempotency);
  const signal = AbortSignal.any([ctx.signal, keeper.signal]);
  const result = await next({ principal, charge, signal }).finally(keeper.stop);
  // PGlite answers in microtasks: without turns of the event loop a caller that has left is not noticed.
  for (let turn = 0; turn < 3; turn++) await setImmediate();

  const captured = total(due);
  if (!result.ok || ctx.signal.aborted || captured === 0) {
    const empty = result.ok && !ctx.signal.aborted && misses.length > 0;
    answer.budgetLeft = budgetAfter(hold, 0);
    answer.creditsRemaining = await release(ctx, hold, () =>
      empty
        ? releaseEmpty(hold.id, principal.kind, receiptOf(receiptId, misses, startedAt))
        : releaseHold(hold.id),
    );
    return result;
  }
  const told = {
    creditsCharged: captured,
    creditsRemaining: hold.balanceAfter + hold.amount - captured,
    receiptId,
  };
  const completion = ctx.idempotency.completion(result.data, told);
  const receipt = receiptOf(receiptId, reads, startedAt);
  const balance = await settled(receiptId, told.creditsRemaining, () =>
    captureHold(hold, captured, principal, id, receipt, completion),
  );
  if (balance === null) throw new ApiError("unavailable", "The call took too long; nothing was charged.");
  // A retry is told what was stored before the balance was known, so the first answer says the same.
  Object.assign(answer, told, completion ? {} : { creditsRemaining: balance });
  answer.budgetLeft = budgetAfter(hold, captured);
  answer.creditsLow = isLow(principal.accountId, balance);
  metrics().credits.inc({ operation: id }, captured);
  afterBalanceChange(principal.accountId, balance);
  return result;
}

/** What the caller allows this call to cost, where it said so. */
function ceilingOf(input: unknown): number | null {
  const ceiling = typeof input === "object" && input !== null ? Reflect.get(input, "maxCredits") : null;
  return typeof ceiling === "number" ? ceiling : null;
}

/** The first items that can be paid with it. @throws ApiError over_max_credits when it is not even one */
function withinCeiling(prices: readonly number[], ceiling: number | null): readonly number[] {
  if (ceiling === null || total(prices) <= ceiling) return prices;
  const count = prices.findIndex((_, item) => total(prices.slice(0, item + 1)) > ceiling);
  if (count > 0) return prices.slice(0, count);
  const [required = 0] = prices;
  const detail = `This costs ${required} credits, and maxCredits allows ${ceiling}.`;
  throw new ApiError("over_max_credits", detail, { required, available: ceiling });
}

function leftOut(done: number, asked: number): ApiError {
  return new ApiError("over_max_credits", `Left out: maxCredits pays for ${done} of ${asked}.`);
}

/** What the narrowest budget has left once `captured` of the hold was spent. */
function budgetAfter({ budgetLeft, amount }: Hold, captured: number): number | null {
  return budgetLeft === null ? null : budgetLeft + amount - captured;
}

/** Nothing is held. What an app or a key read leaves a receipt all the same; an owner's own reading does not. */
async function free<Result extends { ok: boolean }>(
  id: OperationId,
  ctx: Context & { principal: Principal | null },
  next: (held: Held) => Promise<Result>,
): Promise<Result> {
  const { principal, signal } = ctx;
  const startedAt = performance.now();
  const reads: Read[] = [];
  const charge: Charge = {
    record: (read) => {
      reads.push(read);
      return freeItem;
    },
    recordWork: () => freeItem,
    coversExtra: false,
    coveredItems: Number.POSITIVE_INFINITY,
    assertCovered: () => {},
  };
  const result = await next({ principal, charge, signal });
  const leaves = reads.length > 0 && principal !== null && principal.kind !== "session";
  if (leaves && result.ok && !signal.aborted) {
    const receipt = receiptOf(newId("rcpt"), reads, startedAt);
    await writeFreeReceipt(principal, id, receipt);
    ctx.answer.receiptId = receipt.id;
  }
  return result;
}

function receiptOf(id: string, reads: readonly Read[], startedAt: number): Receipt {
  const queries = reads.flatMap(({ query }) => query ?? []);
  const endpoints = new Map(
    reads.flatMap(({ endpoint }) => (endpoint ? [[endpoint.endpointId, endpoint]] : [])),
  );
  return {
    id,
    query: queries.length === 0 ? null : queries.join("\n"),
    hits: reads.flatMap(({ hits }) => hits),
    endpoints: [...endpoints.values()],
    durationMs: Math.round(performance.now() - startedAt),
  };
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

/** A release that fails loses nothing: the hold expires and the reaper releases it. */
async function release(ctx: Context, hold: Hold, give: () => Promise<number | null>): Promise<number> {
  try {
    return (await give()) ?? hold.balanceAfter;
  } catch (error) {
    logFailure(ctx, error);
    return hold.balanceAfter + hold.amount;
  }
}

/**
 * What does not pay for `amount` may pay for `least`, which is the call without its extra. A principal whose
 * credential changed since it was identified is identified and authorized anew, once.
 */
async function holdOrRefuse(
  ctx: Context & { principal: Principal | null },
  id: OperationId,
  amount: number,
  least: number,
): Promise<{ hold: Hold; principal: Principal }> {
  let principal = callerOf(ctx);
  let result = await holdCredits(principal, id, amount);
  if (result.outcome === "credentialChanged") {
    forget(principal);
    const current = await ctx.identifyAgain();
    const refusal = refusalOf(current, id, ctx.exactAddress);
    if (refusal) throw refusal;
    await admitChanged(ctx, id, principal, current);
    principal = callerOf(current);
    result = await holdCredits(principal, id, amount);
  }
  if (result.outcome === "expiryDue") {
    await expireCredits(principal.accountId);
    result = await holdCredits(principal, id, amount);
  }
  if (result.outcome === "held") return { hold: result.hold, principal };
  const short = result.outcome === "insufficient" || result.outcome === "overBudget";
  if (short && least < amount) return holdOrRefuse(ctx, id, least, least);
  throw refusedHold(ctx, principal, result, amount);
}

function refusedHold(
  ctx: Context,
  { kind }: Principal,
  result: Exclude<HoldResult, { outcome: "held" }>,
  amount: number,
): ApiError {
  if (result.outcome === "credentialChanged") return invalidCredential();
  if (result.outcome === "expiryDue") return creditsExpiring();
  ctx.answer.creditsRemaining = result.available;
  return shortOfCredits(result, amount, kind);
}
