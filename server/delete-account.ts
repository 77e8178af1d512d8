/**
 * Deletes an account: its datasets, keys, connections, sessions, credits and receipts go with the user's row
 * by cascade, and so do the connections of others to apps that it registered. What was done stands in the
 * audit log. The last admin is kept by a trigger.
 */
import { database, queryWithin } from "#db/client.ts";
import { auditAct } from "./audit.ts";
import type { Context } from "./context.ts";
import { ApiError } from "./errors.ts";

/** @throws ApiError not_found; the trigger's error, told as last_admin */
export async function deleteAccount(
  ctx: Pick<Context, "headers" | "exactAddress">,
  callerId: string,
  userId: string,
): Promise<void> {
  const db = await database();
  await db.transaction(async (tx) => {
    await queryWithin(
      tx,
      `delete from connections c using oauth_client o where o.client_id = c.client_id and o.user_id = $1`,
      [userId],
    );
    const gone = await queryWithin(tx, `delete from "user" where id = $1 returning id`, [userId]);
    if (gone.length === 0) throw new ApiError("not_found", "User not found.");
    await auditAct(ctx, callerId, { event: "account.delete", accountId: userId, subjectId: userId }, tx);
  });
}
