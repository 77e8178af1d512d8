/**
 * Calls Better Auth's routes for these, so that one implementation judges passwords, bans, second factors and
 * how often one may try, whichever door is used. What it refuses is said here in fastapi-users' words.
 */
import { z } from "zod";
import { callAuth } from "../auth-door.ts";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { programDevice } from "../known-devices.ts";

const refusalSchema = z.object({ code: z.string(), message: z.string() }).partial().catch({});

/** Which refusal of fastapi-users a bad password is, on the route that asks. */
export type PasswordCode =
  | "REGISTER_INVALID_PASSWORD"
  | "RESET_PASSWORD_INVALID_PASSWORD"
  | "UPDATE_USER_INVALID_PASSWORD";

/** Whoever calls, as far as getting in goes. */
export type Program = Pick<Context, "headers" | "address" | "exactAddress">;

/** No cookie of the caller goes along. @throws ApiError for a refusal that means the same on every route */
export async function askAuth(
  ctx: Program,
  path: string,
  body?: unknown,
  cookies: readonly string[] = [],
): Promise<{ status: number; code: string | null; message: string; body: unknown; cookies: string[] }> {
  const userAgent = ctx.headers.get("user-agent");
  const headers = new Headers({ cookie: [...cookies, programDevice(userAgent, ctx.address)].join("; ") });
  if (userAgent) headers.set("user-agent", userAgent);
  const response = await callAuth(path, { headers, address: ctx.exactAddress, body });
  const answer: unknown = await response.json().catch(() => null);
  const { code = null, message = "" } = response.ok ? {} : refusalSchema.parse(answer ?? {});
  if (response.status === 429) throw tooOften(response.headers);
  if (response.status >= 500) throw new Error(`${path} answered ${response.status} ${code ?? ""}`);
  return { status: response.status, code, message, body: answer, cookies: response.headers.getSetCookie() };
}

function tooOften(headers: Headers): ApiError {
  const retryAfterSeconds = Number(headers.get("retry-after") ?? headers.get("x-retry-after") ?? 60) || 60;
  return new ApiError("rate_limited", `Rate limit exceeded. Try again in ${retryAfterSeconds} seconds.`, {
    retryAfterSeconds,
    limit: "signIn",
  });
}

/** Null when the refusal was not about the password. */
export function passwordRefusal(
  { code, message }: { readonly code: string | null; readonly message: string },
  passwordCode: PasswordCode,
): ApiError | null {
  if (
    !code ||
    !/PASSWORD_(TOO_SHORT|TOO_LONG|TOO_COMMON|COMPROMISED)|INVALID_PASSWORD|WEAK_PASSWORD/.test(code)
  )
    return null;
  return invalidPassword(passwordCode, message || "The password was not accepted.");
}

export function invalidPassword(passwordCode: PasswordCode, reason: string): ApiError {
  return new ApiError("invalid_password", reason, { passwordCode });
}
