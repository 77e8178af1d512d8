/**
 * Ending connections: the row goes first, so that the app's next call is refused in every process, though its
 * access token is not yet expired, and with it, in the same transaction, what could renew it (RFC 7009 §2.1).
 */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { query, type Transaction } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { clientSteps } from "#db/schema/installation.ts";
import { oauthClient, oauthConsent, oauthRefreshToken } from "#db/schema/oauth.ts";
import { auditAct } from "./audit.ts";
import type { Context } from "./context.ts";
import { deleteAccess } from "./credential-access.ts";

/**
 * Ends logins of an account, with their refresh tokens by cascade: `one`, or all but `others`. Answers their
 * ids.
 */
export async function endLogins(
  accountId: string,
  which: { readonly one: string } | { readonly others: string | null },
): Promise<string[]> {
  const [one, kept] = "one" in which ? [which.one, null] : [null, which.others];
  const ended = await query<{ id: string }>(
    `with ended as (
       delete from connections where account_id = $1 and login
         and ($2::text is null or id = $2::text) and id is distinct from $3::text
       returning id
     ), access as (
       delete from credential_access where credential_id in (select id from ended)
     ), spent as (
       delete from budgets where credential_id in (select id from ended)
     )
     select id from ended`,
    [accountId, one, kept],
  );
  return ended.map(({ id }) => id);
}

/** Ends those of the account that are meant, all without `which`; answers how many there were. */
export async function disconnect(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  which?: SQL,
): Promise<number> {
  const rows = await tx
    .delete(connections)
    .where(and(eq(connections.accountId, accountId), which))
    .returning();
  for (const { id, clientId, lastUsedAt } of rows) {
    if (lastUsedAt !== null) {
      await tx.insert(clientSteps).values({ clientId, step: "called" }).onConflictDoNothing();
    }
    await deleteAccess(tx, id);
    await tx
      .delete(oauthRefreshToken)
      .where(and(eq(oauthRefreshToken.clientId, clientId), eq(oauthRefreshToken.userId, accountId)));
    await tx
      .delete(oauthConsent)
      .where(and(eq(oauthConsent.clientId, clientId), eq(oauthConsent.userId, accountId)));
    // From now on it counts as a former one, which is remembered for a while.
    await tx.update(oauthClient).set({ updatedAt: sql`now()` }).where(eq(oauthClient.clientId, clientId));
    // A machine is nothing but its connection: its secret would still be listed and could never be used again.
    await tx
      .delete(oauthClient)
      .where(
        and(
          eq(oauthClient.clientId, clientId),
          eq(oauthClient.userId, accountId),
          sql`${oauthClient.grantTypes} = '{client_credentials}'`,
        ),
      );
    await auditAct(ctx, accountId, { event: "connections.delete", subjectId: id }, tx);
  }
  return rows.length;
}
