/**
 * THE CHAIN, the same at every door: identify → rate limit → authorize → validate input → hold credits →
 * handler → validate output → capture with receipt, or release. Failures come in that order: 429, 401,
 * 403, 400, 402, then the handler's own. A procedure is declared with its row's id and cannot leave a
 * step out.
 */
import { initTRPC } from "@trpc/server";
import type { z } from "zod";
import type { Context } from "./context.ts";
import { ApiError, isUnexpected, problemOf } from "./errors.ts";
import { newId } from "./ids.ts";
import { captureHold, type Hold, holdCredits, type ReceiptHit, releaseHold } from "./ledger.ts";
import { badCredentials, limitsOf } from "./limits.ts";
import { log } from "./log.ts";
import { holdsScope, type OperationId, operation, scopes } from "./operations.ts";
import { forget, type Identity, isRemembered, keyOf, type Principal } from "./principal.ts";
import { getRateLimiter, type LimitState } from "./rate-limit.ts";

const t = initTRPC
  .context<Context>()
  .meta<{ operation: OperationId }>()
  .create({
    errorFormatter: ({ shape, error, ctx }) => {
      const { status, problem } = problemOf(error);
      return {
        ...shape,
        message: problem.detail,
        data: { ...problem, httpStatus: status, requestId: ctx?.requestId },
      };
    },
  });

export const router = t.router;

/** Identify, rate limit and authorize: also called by a door that must know before it reads the body. */
export async function admit(ctx: Context, id: OperationId | null): Promise<Identity> {
  const identity = await rateLimit(ctx, id);
  if (id === null) {
    if (identity.rejected) throw invalidCredential();
    return identity;
  }
  if (!refusalOf(identity, id)) return identity;
  // What was remembered of a key may be older than its rights.
  const current = mayRemember(id) ? await ctx.identifyAgain() : identity;
  const refusal = refusalOf(current, id);
  if (refusal) throw refusal;
  return current;
}

export const authenticationRequired =
  "Authentication required. Provide either X-API-Key or Authorization Bearer token.";

async function rateLimit(ctx: Context, id: OperationId | null): Promise<Identity> {
  const { address, exactAddress } = ctx;
  const limiter = getRateLimiter();
  if (keyOf(ctx.headers) !== null && !isRemembered(ctx.headers)) {
    const [guard] = await limiter.peek([badCredentials(address, 0)]);
    if (guard?.remaining === 0) refuseForLimit(ctx, [guard], guard, Math.max(1, guard.resetSeconds));
  }
  const identity = await ctx.identify({ remember: id !== null && mayRemember(id) });
  const limits = limitsOf({ address, exactAddress, identity }, id);
  if (limits.length === 0) return identity;
  const decision = await limiter.take(limits);
  if (!decision.admitted) {
    refuseForLimit(ctx, decision.states, decision.refusedBy, decision.retryAfterSeconds);
  }
  ctx.answer.limits = decision.states;
  return identity;
}

function refuseForLimit(
  ctx: Context,
  states: readonly LimitState[],
  refusedBy: LimitState,
  retryAfterSeconds: number,
): never {
  ctx.answer.limits = states;
  ctx.answer.refusedBy = refusedBy;
  ctx.answer.retryAfterSeconds = retryAfterSeconds;
  throw new ApiError("rate_limited", `Rate limit exceeded. Try again in ${retryAfterSeconds} seconds.`, {
    retryAfterSeconds,
    limit: refusedBy.name,
  });
}

/** A priced call checks the credential again when it holds credits. */
function mayRemember(id: OperationId): boolean {
  return operation(id).priceCredits > 0;
}

/** Why this caller may not call the operation; null when it may. Also for a door that lists operations. */
export function refusalOf({ principal, rejected }: Identity, id: OperationId): ApiError | null {
  const { callers, scope, role } = operation(id);
  if (rejected) return invalidCredential();
  if (!principal) {
    if (callers.includes("anonymous")) return null;
    return new ApiError("authentication_required", authenticationRequired);
  }
  if (!callers.includes(principal.kind)) {
    return new ApiError("session_required", "This can only be done signed in to the dashboard.");
  }
  if (scope !== null && !holdsScope(principal.scopes, scope)) {
    const words = scopes[scope].toLowerCase();
    return new ApiError("insufficient_scope", `This needs the scope ${scope} (${words}).`, { scope });
  }
  if (role === "admin" && principal.role !== "admin") {
    return new ApiError("admin_required", "Only an admin may do this.");
  }
  return null;
}

function invalidCredential(): ApiError {
  return new ApiError("invalid_credential", authenticationRequired);
}

/** How a priced handler says what it read; no hits means that the call is free. */
export type Charge = {
  record(read: { query: string; hits: readonly ReceiptHit[] }): {
    receiptId: string | null;
    creditsCharged: number;
  };
};

/**
 * A procedure for a row of the table. The credits are held after the input has been read, so bad input
 * costs nothing, and captured after the output has been checked.
 */
export function procedure<Input extends z.ZodType, Output extends z.ZodType>(
  id: OperationId,
  { input, output }: { input: Input; output: Output },
) {
  return t.procedure
    .meta({ operation: id })
    .use(async ({ ctx, next }) => {
      const { principal } = ctx.admitted ?? (await admit(ctx, id));
      return next({ ctx: { principal } });
    })
    .input(input)
    .use(({ ctx, next }) => charged(id, ctx, (held) => next({ ctx: held })))
    .output(output);
}

/** For a row that anonymous callers may not use: who calls is certain. */
export function callerOf(ctx: { principal: Principal | null }): Principal {
  if (!ctx.principal) throw new ApiError("authentication_required", authenticationRequired);
  return ctx.principal;
}

const freeCharge: Charge = { record: () => ({ receiptId: null, creditsCharged: 0 }) };

type Charged = { principal: Principal | null; charge: Charge };

async function charged<Result extends { ok: boolean }>(
  id: OperationId,
  ctx: Context & { principal: Principal | null },
  next: (held: Charged) => Promise<Result>,
): Promise<Result> {
  const price = operation(id).priceCredits;
  if (price === 0) return next({ principal: ctx.principal, charge: freeCharge });
  const startedAt = performance.now();
  const { answer } = ctx;
  answer.creditsCharged = 0;
  const { hold, principal } = await holdOrRefuse(ctx, id, price);
  answer.creditsRemaining = hold.balanceAfter;

  const receiptId = newId("rcpt");
  const reads: Parameters<Charge["record"]>[0][] = [];
  const charge: Charge = {
    record: (read) => {
      reads.push(read);
      return read.hits.length > 0
        ? { receiptId, creditsCharged: price }
        : { receiptId: null, creditsCharged: 0 };
    },
  };
  const result = await next({ principal, charge });

  const read = reads.find(({ hits }) => hits.length > 0);
  if (!result.ok || ctx.signal.aborted || !read) {
    answer.creditsRemaining = await release(ctx, hold);
    return result;
  }
  const durationMs = Math.round(performance.now() - startedAt);
  const balance = await captureHold(hold, price, principal, id, { id: receiptId, ...read, durationMs });
  if (balance === null) throw new ApiError("unavailable", "The call took too long; nothing was charged.");
  answer.creditsCharged = price;
  answer.creditsRemaining = balance;
  answer.receiptId = receiptId;
  return result;
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

/** A remembered principal whose credential changed meanwhile is identified and authorized anew, once. */
async function holdOrRefuse(
  ctx: Context & { principal: Principal | null },
  id: OperationId,
  price: number,
): Promise<{ hold: Hold; principal: Principal }> {
  let principal = callerOf(ctx);
  let result = await holdCredits(principal, id, price);
  if (result.outcome === "credentialChanged") {
    forget(principal);
    const current = await ctx.identifyAgain();
    const refusal = refusalOf(current, id);
    if (refusal) throw refusal;
    principal = callerOf(current);
    result = await holdCredits(principal, id, price);
  }
  if (result.outcome === "insufficient") {
    ctx.answer.creditsRemaining = result.available;
    throw new ApiError(
      "insufficient_credits",
      `Insufficient credits. Required: ${price}, Available: ${result.available}`,
      {
        required: price,
        available: result.available,
      },
    );
  }
  if (result.outcome === "credentialChanged")
    throw new ApiError("invalid_credential", authenticationRequired);
  return { hold: result.hold, principal };
}

/** Logs what nobody foresaw, with nothing of the request but its id. */
export function logFailure(ctx: Pick<Context, "requestId" | "door">, error: unknown): void {
  if (!isUnexpected(error)) return;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  log.error(
    {
      requestId: ctx.requestId,
      door: ctx.door,
      error: cause instanceof Error ? { name: cause.name, stack: cause.stack } : String(cause),
    },
    "call failed",
  );
}
