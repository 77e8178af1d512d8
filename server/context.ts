/**
 * What a call carries through the chain: where it came from and what its answer will say of limits and
 * credits. Identity is resolved here once a request and required in the chain.
 */
import { env } from "#env";
import { createIdempotency, type Idempotency } from "./idempotency.ts";
import { newId } from "./ids.ts";
import { deprecationHeaders } from "./legacy-key.ts";
import { exactAddressOf, limitAddressOf } from "./peer.ts";
import { type Identity, identify } from "./principal.ts";
import { type LimitState, rateLimitHeaders } from "./rate-limit.ts";

export type Door = "rest" | "mcp" | "trpc";

/** What the answer's headers tell; the chain fills it in, also for a call that fails. */
export type Answer = {
  limits: readonly LimitState[];
  /** The limit that refused; otherwise the one with the least left speaks in X-RateLimit-*. */
  refusedBy: LimitState | undefined;
  /** Null until the call turns out to be a priced one. */
  creditsCharged: number | null;
  creditsRemaining: number | null;
  /** The balance is below its owner's threshold. */
  creditsLow: boolean;
  /** Of a priced call: least that a budget of the credential has left; null without one. */
  budgetLeft: number | null;
  receiptId: string | null;
  retryAfterSeconds: number | null;
  /** The caller uses the static key of an old deployment. */
  legacyKey: boolean;
};

export type Context = {
  readonly requestId: string;
  readonly door: Door;
  readonly headers: Headers;
  readonly address: string;
  readonly exactAddress: string;
  readonly signal: AbortSignal;
  readonly identify: (options: { remember: boolean }) => Promise<Identity>;
  /** Asks the database again, after what was remembered turned out to be stale. */
  readonly identifyAgain: () => Promise<Identity>;
  readonly answer: Answer;
  /** Tells the caller how many items of a long call are done, where it asked to hear. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
  readonly idempotency: Idempotency;
  /** Set by a door that had to admit the call before the chain runs: it is not admitted twice. */
  readonly admitted?: Identity | undefined;
};

export function createContext(request: Request, door: Door): Context {
  // The MCP door is for apps, and a cookie sent along by another site's page is nobody's wish.
  const sessions = door !== "mcp" && isOwnPage(request.headers);
  let resolved: Promise<Identity> | undefined;
  let fromMemory = false;
  const exactAddress = exactAddressOf(request);
  const options = { sessions, address: exactAddress };
  return {
    requestId: newId("req"),
    door,
    headers: request.headers,
    address: limitAddressOf(request),
    exactAddress,
    signal: request.signal,
    identify: ({ remember }) => {
      if (!resolved || (fromMemory && !remember)) {
        fromMemory = remember;
        resolved = identify(request.headers, { ...options, remember });
      }
      return resolved;
    },
    identifyAgain: () => {
      fromMemory = false;
      resolved = identify(request.headers, { ...options, remember: false });
      return resolved;
    },
    answer: emptyAnswer(),
    idempotency: createIdempotency(request.headers),
  };
}

export function emptyAnswer(): Answer {
  return {
    limits: [],
    refusedBy: undefined,
    creditsCharged: null,
    creditsRemaining: null,
    creditsLow: false,
    budgetLeft: null,
    receiptId: null,
    retryAfterSeconds: null,
    legacyKey: false,
  };
}

/** Fetch Metadata where the browser sends it, the Origin header otherwise; neither: not a browser. */
function isOwnPage(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  return (
    origin === null ||
    URL.parse(origin)?.host === headers.get("host") ||
    origin === new URL(env.appUrl).origin
  );
}

export function answerHeaders({
  requestId,
  answer,
}: Pick<Context, "requestId" | "answer">): Record<string, string> {
  return {
    "X-Request-Id": requestId,
    ...rateLimitHeaders(answer.limits, Date.now(), answer.refusedBy),
    ...(answer.retryAfterSeconds === null ? {} : { "Retry-After": String(answer.retryAfterSeconds) }),
    ...(answer.creditsCharged === null ? {} : { "X-Credits-Charged": String(answer.creditsCharged) }),
    ...(answer.creditsCharged === null || answer.creditsRemaining === null
      ? {}
      : { "X-Credits-Remaining": String(answer.creditsRemaining) }),
    ...(answer.creditsLow ? { "X-Credits-Low": "true" } : {}),
    ...(answer.legacyKey ? deprecationHeaders() : {}),
    ...(answer.receiptId === null ? {} : { "X-Receipt-Id": answer.receiptId }),
  };
}
