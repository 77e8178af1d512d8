/**
 * What a signed-in caller may ask of Better Auth's own routes: an admin who acts as somebody else nothing that
 * is the owner's alone, and nobody what cannot be taken back unless he proved lately who he is. Operations ask
 * the same of their callers in the chain.
 */
import { APIError } from "better-auth/api";
import { query } from "#db/client.ts";
import { recentSeconds } from "./operations.ts";
import { provenAt } from "./session-proof.ts";

export type Caller = {
  readonly sessionId: string;
  readonly userId: string;
  readonly email: string;
  readonly impersonatedBy: string | null;
  readonly hasPassword: boolean;
  readonly recent: boolean;
};

/** Reads, and the two ways out. */
const openWhileImpersonating = new Set(["/get-session", "/sign-out", "/admin/stop-impersonating"]);

/** Gives, takes or opens a way in. */
const needsRecentProof = new Set([
  "/change-email",
  "/link-social",
  "/unlink-account",
  "/passkey/generate-register-options",
  "/passkey/verify-registration",
  "/passkey/delete-passkey",
]);

/** Better Auth asks the password for these of whoever has one. */
const needsPasswordOrProof = new Set([
  "/two-factor/enable",
  "/two-factor/disable",
  "/two-factor/generate-backup-codes",
  "/two-factor/get-totp-uri",
]);

/** @param token of the session, as its cookie carries it */
export async function findCaller(token: string): Promise<Caller | null> {
  const [row] = await query<{
    session_id: string;
    user_id: string;
    email: string;
    impersonated_by: string | null;
    has_password: boolean;
    recent: boolean;
  }>(
    `select s.id as session_id, u.id as user_id, u.email, s.impersonated_by,
       exists (select from account a where a.user_id = u.id and a.provider_id = 'credential' and a.password is not null) as has_password,
       ${provenAt} > now() - make_interval(secs => $2::int) as recent
     from session s join "user" u on u.id = s.user_id where s.token = $1 and s.expires_at > now()`,
    [token, recentSeconds],
  );
  if (!row) return null;
  return {
    sessionId: row.session_id,
    userId: row.user_id,
    email: row.email,
    impersonatedBy: row.impersonated_by,
    hasPassword: row.has_password,
    recent: row.recent,
  };
}

/** @throws APIError */
export function judgeCaller(path: string, { impersonatedBy, hasPassword, recent }: Caller): void {
  if (impersonatedBy !== null && !openWhileImpersonating.has(path)) {
    throw new APIError("FORBIDDEN", {
      code: "OWNER_REQUIRED",
      message: "Only the owner of the account may do this. Stop acting as this account first.",
    });
  }
  const proof = needsRecentProof.has(path) || (needsPasswordOrProof.has(path) && !hasPassword);
  if (proof && !recent) {
    throw new APIError("FORBIDDEN", {
      code: "RECENT_PROOF_REQUIRED",
      message: "Confirm that it is you, then do this again.",
    });
  }
}
