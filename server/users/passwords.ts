/** Forgotten passwords and addresses to verify, by Better Auth's links: the token is the one in the mail. */
import { decodeJwt } from "jose";
import { query } from "#db/client.ts";
import { env } from "#env";
import { fastApiRefusal } from "../errors.ts";
import { askAuth, type Program, passwordRefusal } from "./auth-call.ts";
import { getUser, type UserView } from "./user-view.ts";

/** Whatever comes of it: the answer must not tell who has an account. */
export async function requestReset(ctx: Program, email: string): Promise<void> {
  await askAuth(ctx, "/request-password-reset", { email, redirectTo: `${env.appUrl}/reset-password` });
}

/** As `requestReset`. */
export async function requestVerification(ctx: Program, email: string): Promise<void> {
  await askAuth(ctx, "/send-verification-email", { email });
}

/** @throws ApiError reset_password_bad_token, invalid_password */
export async function resetPassword(ctx: Program, token: string, password: string): Promise<void> {
  const answer = await askAuth(ctx, "/reset-password", { token, newPassword: password });
  if (answer.status === 200) return;
  throw (
    passwordRefusal(answer, "RESET_PASSWORD_INVALID_PASSWORD") ?? fastApiRefusal("reset_password_bad_token")
  );
}

/** @throws ApiError verify_user_bad_token, verify_user_already_verified */
export async function verify(ctx: Program, token: string): Promise<UserView> {
  const email = emailIn(token);
  const [user] = email
    ? await query<{ id: string; verified: boolean }>(
        'select id, email_verified as verified from "user" where email = $1',
        [email],
      )
    : [];
  const answer = await askAuth(ctx, `/verify-email?token=${encodeURIComponent(token)}`);
  if (answer.status !== 200 || !user) throw fastApiRefusal("verify_user_bad_token");
  if (user.verified) throw fastApiRefusal("verify_user_already_verified");
  return getUser(user.id);
}

/** Not yet known to be genuine. */
function emailIn(token: string): string | null {
  try {
    const { email } = decodeJwt(token);
    return typeof email === "string" ? email.toLowerCase() : null;
  } catch {
    return null;
  }
}
