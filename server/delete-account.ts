/**
 * The end of an account, in one transaction: datasets, keys, connections, sessions and receipts go, so that the
 * next call of any of them is refused, and so do the connections of others to apps that it registered. The
 * ledger's entries stay under an id that stands for nobody any more, and what was not spent is entered as given
 * up. What was done stands in the audit log. The last admin is kept by a trigger.
 */
import { database, queryWithin } from "#db/client.ts";
import { auditAct } from "./audit.ts";
import type { Context } from "./context.ts";
import { deleteDatasets } from "./dataset-removal.ts";
import { ApiError } from "./errors.ts";
import { changeCreditsWithin } from "./grants.ts";
import { sendMail } from "./mail.ts";

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
    const [account] = await queryWithin<{ balance: string | number }>(
      tx,
      "select balance from credit_accounts where id = $1 for update",
      [userId],
    );
    const balance = Number(account?.balance ?? 0);
    if (balance > 0) {
      await changeCreditsWithin(tx, {
        accountId: userId,
        kind: "adjustment",
        amount: -balance,
        reason: "Given up with the account",
      });
    }
    await deleteDatasets(tx, userId, null);
    await queryWithin(tx, "delete from verification where value = $1", [userId]);
    const [gone] = await queryWithin<{ email: string }>(
      tx,
      `delete from "user" where id = $1 returning email`,
      [userId],
    );
    if (!gone) throw new ApiError("not_found", "User not found.");
    await auditAct(ctx, callerId, { event: "account.delete", accountId: userId, subjectId: userId }, tx);
    await sendMail(gone.email, deletedMail, tx);
  });
}

const deletedMail = {
  subject: "Your account was deleted",
  text: "Your account was deleted with its datasets, documents, keys and connected apps. The entries of its credits are kept for bookkeeping, without your name or address.",
};
