/**
 * The first half of the chain: identify → rate limit → authorize. Every limit of a call is taken before
 * anything is demanded of the caller, so 429 comes before 401 and 403.
 */
import { isAllowlisted } from "./client-address.ts";
import type { Context } from "./context.ts";
import { ApiError } from "./errors.ts";
import { legacyKeyId, noteLegacyUse } from "./legacy-key.ts";
import { badCredentials, ignoresCredentials, limitOfValue, limitsOf } from "./limits.ts";
import { metrics } from "./metrics.ts";
import { holdsScope, type OperationId, operation, recentSeconds, scopes } from "./operations.ts";
import { type Identity, isRemembered, keyOf, type Principal } from "./principal.ts";
import { type Decision, getRateLimiter, type LimitState } from "./rate-limit.ts";
import { noteRefusal } from "./refusals.ts";

const authenticationRequired =
  "Authentication required. Provide either X-API-Key or Authorization Bearer token.";

/**
 * Also called by a door that must know before it reads the body. `id` null: a request that is no operation.
 * @throws ApiError rate_limited, authentication_required, invalid_credential, insufficient_scope, …
 */
export async function admit(ctx: Context, id: OperationId | null): Promise<Identity> {
  const identity = await rateLimit(ctx, id);
  if (id === null) {
    if (identity.rejected) throw invalidCredential();
    return identity;
  }
  if (!refusalOf(identity, id, ctx.exactAddress)) return identity;
  // What was remembered of a credential may be older than its rights.
  const current = mayRemember(id) ? await ctx.identifyAgain() : identity;
  const refusal = refusalOf(current, id, ctx.exactAddress);
  if (refusal) throw refusal;
  return current;
}

async function rateLimit(ctx: Context, id: OperationId | null): Promise<Identity> {
  const { address, exactAddress } = ctx;
  const limiter = getRateLimiter();
  if (id !== null && ignoresCredentials(id)) {
    const identity = { principal: null, rejected: false } as const;
    settle(ctx, await limiter.take(limitsOf({ address, exactAddress, identity }, id)));
    return identity;
  }
  if (keyOf(ctx.headers) !== null && !isRemembered(ctx.headers)) {
    const [guard] = await limiter.peek([badCredentials(address, 0)]);
    if (guard?.remaining === 0) refuse(ctx, [guard], guard, Math.max(1, guard.resetSeconds));
  }
  // An answer that is repeated for an Idempotency-Key passes no hold, which would check the key again.
  const remember = id !== null && mayRemember(id) && ctx.idempotency.key === null;
  const identity = await ctx.identify({ remember });
  if (identity.principal?.credentialId === legacyKeyId) {
    ctx.answer.legacyKey = true;
    noteLegacyUse(exactAddress);
  }
  // On its own: a refusal by the tier would leave it untaken, and guessing would never be held up.
  if (identity.rejected) settle(ctx, await limiter.take([badCredentials(address, 1)]));
  const decision = await limiter.take(limitsOf({ address, exactAddress, identity }, id));
  if (decision.admitted || !remember) {
    settle(ctx, decision, { id, principal: identity.principal });
    return identity;
  }
  // What was remembered may be older than a limit that was raised, or a credential that is no longer good.
  const current = await ctx.identifyAgain();
  const again = await limiter.take(limitsOf({ address, exactAddress, identity: current }, id));
  settle(ctx, again, { id, principal: current.principal });
  return current;
}

/**
 * For a caller whose limits turn out to be others than those the call was admitted by: they are asked too,
 * and the call counts once more in them. @throws ApiError rate_limited
 */
export async function admitChanged(ctx: Context, id: OperationId, before: Principal, now: Identity) {
  const { address, exactAddress } = ctx;
  const limits = limitsOf({ address, exactAddress, identity: now }, id);
  const known = limitsOf({ address, exactAddress, identity: { principal: before, rejected: false } }, id);
  const same = limits.every(({ name, points }) =>
    known.some((limit) => limit.name === name && limit.points === points),
  );
  if (!same) settle(ctx, await getRateLimiter().take(limits), { id, principal: now.principal });
}

/**
 * Takes the rest of a call that counts once for each of its items: one was taken before its input was
 * read. @throws ApiError rate_limited
 */
export async function admitItems(ctx: Context, principal: Principal, id: OperationId, items: number) {
  const { address, exactAddress } = ctx;
  const rest = (items - 1) * operation(id).weight;
  const limits = limitsOf({ address, exactAddress, identity: { principal, rejected: false } }, id);
  if (rest <= 0 || limits.length === 0) return;
  const decision = await getRateLimiter().take(limits.map((limit) => ({ ...limit, cost: rest })));
  settle(ctx, decision, { id, principal });
}

/** Once the input has been read. @throws ApiError rate_limited */
export async function admitValue(ctx: Context, id: OperationId, input: unknown): Promise<void> {
  const limit = limitOfValue(ctx, id, input);
  if (!limit) return;
  const { limits } = ctx.answer;
  settle(ctx, await getRateLimiter().take([limit]));
  ctx.answer.limits = [...limits, ...ctx.answer.limits];
}

type Calling = { readonly id: OperationId | null; readonly principal: Principal | null };

function settle(ctx: Context, decision: Decision, calling?: Calling): void {
  if (!decision.admitted) {
    if (calling?.principal) noteRefusal(calling.principal, decision.refusedBy.name, calling.id);
    refuse(ctx, decision.states, decision.refusedBy, decision.retryAfterSeconds, decision.beyondLimit);
  }
  ctx.answer.limits = decision.states;
}

function refuse(
  ctx: Context,
  states: readonly LimitState[],
  refusedBy: LimitState,
  retryAfterSeconds: number,
  beyondLimit = false,
): never {
  ctx.answer.limits = states;
  ctx.answer.refusedBy = refusedBy;
  ctx.answer.retryAfterSeconds = retryAfterSeconds;
  // Without the id of a key or connection, of which there may be many.
  metrics().refusals.inc({ limit: refusedBy.name.replace(/:.*/, "") });
  const detail = beyondLimit
    ? `Rate limit exceeded. This call counts for more than the limit of ${refusedBy.points}: split it.`
    : `Rate limit exceeded. Try again in ${retryAfterSeconds} seconds.`;
  throw new ApiError("rate_limited", detail, { retryAfterSeconds, limit: refusedBy.name });
}

/** A priced call checks the credential again when it holds credits. */
function mayRemember(id: OperationId): boolean {
  return operation(id).priceCredits > 0;
}

/** What keeps a caller from an operation, or null. `address` null: wherever it may come from. */
export function refusalOf(
  { principal, rejected }: Identity,
  id: OperationId,
  address: string | null,
): ApiError | null {
  const { callers, scope, role, kind, recentProof } = operation(id);
  if (rejected) return invalidCredential();
  if (!principal) {
    if (callers.includes("anonymous")) return null;
    return new ApiError("authentication_required", authenticationRequired);
  }
  if (address !== null && !isAllowedFrom(principal, address)) {
    return new ApiError("address_not_allowed", `This credential may not be used from ${address}.`);
  }
  if (!callers.includes(principal.kind)) {
    const by = callers.includes("session") ? "signed in to the dashboard" : "with the token of a login";
    return new ApiError("session_required", `This can only be done ${by}.`);
  }
  if (scope !== null && !holdsScope(principal.scopes, scope)) {
    const words = scopes[scope].toLowerCase();
    // All that a new token needs, so that asking for one more does not lose another.
    const needed = Object.keys(scopes)
      .filter((one) => one === scope || principal.scopes.some((held) => held === one))
      .join(" ");
    return new ApiError("insufficient_scope", `This needs the scope ${scope} (${words}).`, { scope, needed });
  }
  // What only a session may change is about money or ways in: not for who sits there in the owner's place.
  const ownersAlone =
    kind === "mutation" && callers.every((caller) => caller === "session" || caller === "login");
  if (ownersAlone && principal.actingAdminId !== null) {
    return new ApiError("owner_required", "Only the owner of the account may do this.");
  }
  if (recentProof && principal.provenAt !== null && Date.now() - principal.provenAt > recentSeconds * 1000) {
    return new ApiError("recent_proof_required", "Confirm that it is you, then do this again.");
  }
  if (role === "admin" && principal.role !== "admin") {
    return new ApiError("admin_required", "Only an admin may do this.");
  }
  return null;
}

function isAllowedFrom({ access: { addresses } }: Principal, address: string): boolean {
  return addresses.length === 0 || isAllowlisted(address, addresses);
}

export function invalidCredential(): ApiError {
  return new ApiError("invalid_credential", authenticationRequired);
}

/** For an operation that anonymous callers may not use: who calls is certain. */
export function callerOf(ctx: { principal: Principal | null }): Principal {
  if (!ctx.principal) throw new ApiError("authentication_required", authenticationRequired);
  return ctx.principal;
}
