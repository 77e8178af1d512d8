/**
 * Opens what every user needs besides the user row: the credit account with its first grant and, for the
 * first user of an installation, the admin role. One statement, safe to repeat, so that a crash between
 * the user's insertion and this leaves nothing that the next call does not mend.
 */
import { query } from "#db/client.ts";
import { signUpGrant } from "./operations.ts";

/** Idempotent. Two first sign-ups at once: the row of `installation` lets one be admin. */
export async function openAccount(userId: string): Promise<void> {
  await query(
    `with opened as (
       insert into credit_accounts (id, balance, seq, head)
       values ($1, $2::bigint, 1, entry_hash('', $1, 1, 'grant', $2::bigint, $2::bigint, 'Welcome', null, null, now()))
       on conflict do nothing returning id, head
     ), granted as (
       insert into entries (account_id, seq, kind, delta, balance_after, reason, hash)
       select id, 1, 'grant', $2::bigint, $2::bigint, 'Welcome', head from opened
     ), first as (
       insert into installation (id, admin_id) select 1, id from opened
       on conflict do nothing returning admin_id
     )
     update "user" set role = 'admin', updated_at = now() from first where "user".id = first.admin_id`,
    [userId, signUpGrant],
  );
}

/** An admin who looks at things as somebody else does not sign that one in. */
export async function noteSignIn(
  session: Record<string, unknown> & { readonly userId: string },
): Promise<void> {
  if (session.impersonatedBy) return;
  await query(
    `insert into user_profiles (user_id, last_login_at) values ($1, now())
     on conflict (user_id) do update set last_login_at = now()`,
    [session.userId],
  );
}

export async function hasAdmin(): Promise<boolean> {
  return (await query("select 1 from installation")).length > 0;
}

/** The rule of a ban as SQL, of the user `u`. */
export const notBanned =
  "not (coalesce(u.banned, false) and (u.ban_expires is null or u.ban_expires > now()))";
