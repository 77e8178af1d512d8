/**
 * What a call cost and what is left, in `_meta` under keys of our own namespace (MCP 2026-07-28, "_meta":
 * reverse DNS, then a slash). A result carries `dev.fltr/meter`: { charged, balance, budgetLeft, limit, remaining,
 * resetSeconds, receiptId }, and `dev.fltr/problem` when it is an error: { detail, code, hint, … } as over
 * REST. A tool carries `dev.fltr/price`: { credits }, and when it is metered { perCharacters, meteredField }.
 */
import type { Context } from "../context.ts";
import type { OperationId } from "../operations.ts";
import { operation } from "../operations.ts";
import type { Principal } from "../principal.ts";
import { bindingLimit } from "../rate-limit.ts";

export const meterKey = "dev.fltr/meter";
export const problemKey = "dev.fltr/problem";
export const priceKey = "dev.fltr/price";

export type Meter = {
  /** Credits this call took. */
  readonly charged: number;
  /** Credits left; null where the call failed before the account was read. */
  readonly balance: number | null;
  /** Credits that this key or connection may still spend; null where it has no budget. */
  readonly budgetLeft: number | null;
  /** Of the limit that binds first; null for callers without limits. */
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetSeconds: number | null;
  readonly receiptId: string | null;
  /** Present when the answer is that of an identical call a moment ago, which this call does not pay again. */
  readonly repeated?: { readonly times: number };
};

/** For results other than a tool's. */
export function metaOf(
  { ctx, operation: id }: { ctx: Context; operation: OperationId | null },
  principal: Principal,
) {
  return id === null ? {} : { [meterKey]: meterOf(ctx, principal, id) };
}

export function meterOf({ answer }: Pick<Context, "answer">, principal: Principal, id: OperationId): Meter {
  const binding = answer.refusedBy ?? bindingLimit(answer.limits);
  // The principal of a priced call may be remembered, and its balance be a minute old.
  const read = operation(id).priceCredits === 0 ? principal : null;
  return {
    charged: answer.creditsCharged ?? 0,
    balance: answer.creditsRemaining ?? read?.balance ?? null,
    budgetLeft: answer.budgetLeft ?? read?.budgetLeft ?? null,
    limit: binding?.points ?? null,
    remaining: binding?.remaining ?? null,
    resetSeconds: binding?.resetSeconds ?? null,
    receiptId: answer.receiptId,
  };
}
