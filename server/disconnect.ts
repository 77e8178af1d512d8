/**
 * Ending connections: the row goes first, so that the app's next call is refused in every process, though its
 * access token is not yet expired, and with it, in the same transaction, what could renew it (RFC 7009 §2.1).
 */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Transaction } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { oauthClient, oauthConsent, oauthRefreshToken } from "#db/schema/oauth.ts";
import { auditAct } from "./audit.ts";
import type { Context } from "./context.ts";
import { deleteAccess } from "./credential-access.ts";

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
  for (const { id, clientId } of rows) {
    await deleteAccess(tx, id);
    await tx
      .delete(oauthRefreshToken)
      .where(and(eq(oauthRefreshToken.clientId, clientId), eq(oauthRefreshToken.userId, accountId)));
    await tx
      .delete(oauthConsent)
      .where(and(eq(oauthConsent.clientId, clientId), eq(oauthConsent.userId, accountId)));
    // From now on it counts as a former one, which is remembered for a while.
    await tx.update(oauthClient).set({ updatedAt: sql`now()` }).where(eq(oauthClient.clientId, clientId));
    await auditAct(ctx, accountId, { event: "connections.delete", subjectId: id }, tx);
  }
  return rows.length;
}
