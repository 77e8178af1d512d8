/**
 * Links of mails: what the token of one that changes an e-mail address says, and whose password was reset in
 * which request.
 */
import { APIError } from "better-auth/api";
import { decodeJwt } from "jose";
import { z } from "zod";
import { query } from "#db/client.ts";
import { mailSecurityChange } from "./account-mails.ts";
import { endLogins } from "./disconnect.ts";

const changeSchema = z.object({ email: z.string(), updateTo: z.string() });

/** Not verified: Better Auth does that. Null where the link only confirms an address. */
export function emailChangeOf(token: unknown): { email: string; updateTo: string } | null {
  try {
    return changeSchema.safeParse(decodeJwt(String(token))).data ?? null;
  } catch {
    return null;
  }
}

/** Better Auth would sign in whoever opens it, without password or second factor. @throws APIError */
export function refuseStrangersLink(token: unknown, signedIn: boolean): void {
  if (signedIn || emailChangeOf(token) === null) return;
  throw new APIError("UNAUTHORIZED", {
    code: "SIGN_IN_REQUIRED",
    message: "Sign in with your present address, then open the link once more.",
  });
}

const resets = new WeakMap<Request, string>();

/** Whoever has the mail has the address, too. */
export async function afterReset(userId: string, request: Request | undefined): Promise<void> {
  if (request) resets.set(request, userId);
  await query('update "user" set email_verified = true where id = $1', [userId]);
  await query("delete from known_devices where account_id = $1", [userId]);
  await endLogins(userId, { others: null });
  await mailSecurityChange(
    userId,
    "Your password was changed",
    "Your password was changed by a link that was sent to this address. Every browser was signed out. API keys and connected apps keep working: look through them if you are not sure who made them.",
    {
      address: request?.headers.get("x-fltr-address") ?? null,
      userAgent: request?.headers.get("user-agent") ?? null,
    },
  );
}

export function resetIn(request: Request | undefined): string | null {
  return (request && resets.get(request)) ?? null;
}
