/**
 * Every refusal the API knows, in one table: its HTTP status (RFC 9110), tRPC's word for it and a hint
 * that says what to do. A caller is told `detail`, `code` and the fields of the refusal, never the message
 * of an unexpected error.
 */
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { log } from "./log.ts";

type Refusal = { readonly status: number; readonly trpc: TRPCError["code"]; readonly hint: string };

export const refusals = {
  // RFC 6585 §4
  rate_limited: {
    status: 429,
    trpc: "TOO_MANY_REQUESTS",
    hint: "Wait for Retry-After seconds, then send the call again.",
  },
  // RFC 6750 §3.1
  authentication_required: {
    status: 401,
    trpc: "UNAUTHORIZED",
    hint: "Create an API key in the dashboard and send it as X-API-Key.",
  },
  invalid_credential: {
    status: 401,
    trpc: "UNAUTHORIZED",
    hint: "The key or token is unknown, expired or revoked. Create a new one.",
  },
  insufficient_scope: {
    status: 403,
    trpc: "FORBIDDEN",
    hint: "Use a credential that holds the scope named.",
  },
  session_required: {
    status: 403,
    trpc: "FORBIDDEN",
    hint: "Sign in to the dashboard to do this; keys and apps cannot.",
  },
  address_not_allowed: {
    status: 403,
    trpc: "FORBIDDEN",
    hint: "Its owner listed the addresses it may be used from; the dashboard shows and changes them.",
  },
  recent_proof_required: {
    status: 403,
    trpc: "FORBIDDEN",
    hint: "Confirm your password at /account/confirmation or sign in anew, then send the call again.",
  },
  owner_required: {
    status: 403,
    trpc: "FORBIDDEN",
    hint: "Stop acting as this account; only its owner may do this.",
  },
  wrong_password: { status: 403, trpc: "FORBIDDEN", hint: "Enter the password that you sign in with." },
  admin_required: { status: 403, trpc: "FORBIDDEN", hint: "Ask an admin of this installation." },
  origin_not_allowed: {
    status: 403,
    trpc: "FORBIDDEN",
    hint: "Call from a page of this server's own address; the operator sets it with APP_URL.",
  },
  unreadable_address: {
    status: 422,
    trpc: "UNPROCESSABLE_CONTENT",
    hint: "Open the address in a private window of a browser; private and local ones are refused.",
  },
  // RFC 9110 §15.5
  invalid_input: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Mend the fields named in issues and send the call again.",
  },
  malformed_body: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Send a body that is well-formed for its Content-Type.",
  },
  insufficient_credits: {
    status: 402,
    trpc: "PAYMENT_REQUIRED",
    hint: "Add credits to the account, then send the call again.",
  },
  budget_exceeded: {
    status: 402,
    trpc: "PAYMENT_REQUIRED",
    hint: "The owner can raise the budget of this key or app in the dashboard.",
  },
  // What clients of a fastapi-users back end compare: `detail` is the code in capitals.
  login_bad_credentials: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Check e-mail and password. An account that was banned is answered the same way.",
  },
  login_user_not_verified: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Open the link that was sent to the e-mail address, or ask for another.",
  },
  login_second_factor_required: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Send the code of the authenticator app, or a recovery code, as the form field otp.",
  },
  register_user_already_exists: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Sign in, or reset the password if it was forgotten.",
  },
  update_user_email_already_exists: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Another account has this e-mail address: choose another.",
  },
  invalid_password: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Choose another password, for the reason given.",
  },
  reset_password_bad_token: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "The link was used, has expired or is not whole: ask for another.",
  },
  verify_user_bad_token: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "The link has expired, is not whole or is for another address: ask for another.",
  },
  verify_user_already_verified: {
    status: 400,
    trpc: "BAD_REQUEST",
    hint: "Nothing is left to do: sign in.",
  },
  refresh_bad_token: {
    status: 401,
    trpc: "UNAUTHORIZED",
    hint: "The refresh token is unknown, expired, used before or ended: sign in again.",
  },
  setup_code_required: {
    status: 403,
    trpc: "FORBIDDEN",
    hint: "The first account becomes admin: send the code that the server printed at start as setup_code.",
  },
  last_admin: {
    status: 409,
    trpc: "CONFLICT",
    hint: "Make another account admin first.",
  },
  over_max_credits: {
    status: 402,
    trpc: "PAYMENT_REQUIRED",
    hint: "Raise maxCredits, leave it out, or ask for less.",
  },
  call_paused: {
    status: 409,
    trpc: "CONFLICT",
    hint: "Change the call. The owner of this key or app sees the pause in the dashboard and can resume it.",
  },
  idempotency_mismatch: {
    status: 422,
    trpc: "UNPROCESSABLE_CONTENT",
    hint: "Use a new Idempotency-Key for another input.",
  },
  still_running: {
    status: 409,
    trpc: "CONFLICT",
    hint: "The first call with this Idempotency-Key has not ended. Try again in a few seconds.",
  },
  not_found: {
    status: 404,
    trpc: "NOT_FOUND",
    hint: "Check the id. What you may not see is answered the same way.",
  },
  unknown_path: { status: 404, trpc: "NOT_FOUND", hint: "See /api/v1/openapi.json for every path." },
  method_not_allowed: {
    status: 405,
    trpc: "METHOD_NOT_SUPPORTED",
    hint: "Use a method named in the Allow header.",
  },
  conflict: { status: 409, trpc: "CONFLICT", hint: "Read the current state, then decide again." },
  body_timeout: {
    status: 408,
    trpc: "TIMEOUT",
    hint: "Send the whole body without pauses, a large one over a faster line; nothing was charged.",
  },
  too_large: { status: 413, trpc: "PAYLOAD_TOO_LARGE", hint: "Send less at once." },
  unsupported_media_type: {
    status: 415,
    trpc: "UNSUPPORTED_MEDIA_TYPE",
    hint: "Send application/json, or multipart/form-data where files are accepted.",
  },
  cancelled: {
    status: 499,
    trpc: "CLIENT_CLOSED_REQUEST",
    hint: "The caller went away; nothing was charged.",
  },
  internal: {
    status: 500,
    trpc: "INTERNAL_SERVER_ERROR",
    hint: "Try again; tell the operator the request id if it stays.",
  },
  unavailable: {
    status: 503,
    trpc: "SERVICE_UNAVAILABLE",
    hint: "Try again in a few seconds; nothing was charged.",
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof refusals;

/** What a caller reads at any door. Further fields belong to the code (`required`, `available`, …). */
export type Problem = { detail: string; code: RefusalCode; hint: string; [field: string]: unknown };

/** The one way to refuse a call. `detail` is for the caller; `fields` are merged into the body. */
export class ApiError extends TRPCError {
  override readonly name = "ApiError";
  readonly refusal: RefusalCode;
  readonly fields: Record<string, unknown>;

  constructor(refusal: RefusalCode, detail: string, fields: Record<string, unknown> = {}) {
    super({ code: refusals[refusal].trpc, message: detail });
    this.refusal = refusal;
    this.fields = fields;
  }
}

/** RFC 9110 §15.5.6: `allow` becomes the header of that name. */
export function methodNotAllowed(allow: readonly string[]): ApiError {
  return new ApiError("method_not_allowed", `Use ${allow.join(" or ")} here.`, { allow });
}

/** For the refusals that a client of fastapi-users compares by `detail`. */
export function fastApiRefusal(refusal: RefusalCode): ApiError {
  return new ApiError(refusal, refusal.toUpperCase());
}

/** Turns whatever was thrown into the problem a caller may read and its HTTP status. */
export function problemOf(error: unknown): { status: number; problem: Problem } {
  const refused = refusedBy(error);
  if (refused) return toProblem(refused.refusal, refused.message, refused.fields);
  const invalid = invalidInputOf(error);
  if (invalid) {
    const issues = invalid.issues.map(({ path, message }) => ({ path: path.join("."), message }));
    const first = issues[0];
    const detail = first
      ? `Invalid input: ${first.path ? `${first.path}: ` : ""}${first.message}`
      : "Invalid input.";
    return toProblem("invalid_input", detail, { issues });
  }
  if (error instanceof TRPCError) {
    if (error.code === "PARSE_ERROR" || error.code === "BAD_REQUEST") {
      return toProblem("malformed_body", "The body could not be read.");
    }
    if (error.code === "NOT_FOUND") return toProblem("unknown_path", "No such operation.");
    if (error.code === "METHOD_NOT_SUPPORTED") return toProblem("method_not_allowed", "Wrong method.");
    if (error.code === "UNSUPPORTED_MEDIA_TYPE")
      return toProblem("unsupported_media_type", "Unsupported Content-Type.");
    if (error.code === "PAYLOAD_TOO_LARGE") return toProblem("too_large", "The body is too large.");
  }
  if (codesOf(error).includes("FL001")) {
    return toProblem("last_admin", "This is the last admin: an installation keeps one.");
  }
  if (isUnstorable(error))
    return toProblem("invalid_input", "Invalid input: a value cannot be stored as it is.");
  if (isUnavailable(error))
    return toProblem("unavailable", "The service is not ready. Try again in a few seconds.");
  return toProblem("internal", "Something went wrong on our side. Nothing was charged.");
}

/** Logs what nobody foresaw, with nothing of the request but its id. */
export function logFailure({ requestId, door }: { requestId: string; door: string }, error: unknown): void {
  if (problemOf(error).status < 500) return;
  log.error({ requestId, door, err: error }, "call failed");
}

function toProblem(code: RefusalCode, detail: string, fields: Record<string, unknown> = {}) {
  const { status, hint } = refusals[code];
  return { status, problem: { detail, code, hint, ...fields } satisfies Problem };
}

/** tRPC wraps what a procedure throws, so the refusal may be the cause. */
function refusedBy(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof Error && error.cause instanceof ApiError) return error.cause;
  return null;
}

/** Only tRPC's input parser gives BAD_REQUEST with a ZodError; a failed output is INTERNAL_SERVER_ERROR. */
function invalidInputOf(error: unknown): z.core.$ZodError | null {
  if (!(error instanceof TRPCError) || error.code !== "BAD_REQUEST") return null;
  return error.cause instanceof z.core.$ZodError ? error.cause : null;
}

/** What the schemas let through and PostgreSQL does not: characters it has no form for, times out of range. */
function isUnstorable(error: unknown): boolean {
  return codesOf(error).some((code) => /^(22021|22P05|22007|22008)$/.test(code));
}

/** The database is away: connection errors of postgres.js and Node, and SQLSTATE classes 08, 53 and 57. */
function isUnavailable(error: unknown): boolean {
  const away = /^(ECONN\w+|ETIMEDOUT|ENOTFOUND|EPIPE|CONNECT\w+|08\w{3}|53\w{3}|57P0\d)$/;
  return codesOf(error).some((code) => away.test(code));
}

/** Codes of an error and of what caused it. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause) codes.push(String(cause.code));
  }
  return codes;
}
