/** Which mails an owner gets. Those about ways in and the account's end are not among them: they always come. */
import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { database, query } from "#db/client.ts";
import { refusedMails } from "#db/schema/mail.ts";
import { callerOf } from "../admission.ts";
import { type MailKind, mailKinds } from "../operations.ts";
import { procedure } from "../trpc.ts";

const words: Record<MailKind, string> = {
  lowBalance: "The balance fell below the threshold",
  creditRequests: "A request for credits was granted or declined",
  payments: "Receipts of payments, and automatic top-ups that failed",
  answers: "Golden questions of a dataset are answered worse",
};

const fields = Object.fromEntries(
  mailKinds.map((kind) => [kind, z.boolean().describe(words[kind])]),
) as Record<MailKind, z.ZodBoolean>;
const mailsSchema = z.object(fields).meta({ id: "Mails" });

export const mails = procedure("account.mails", { input: z.strictObject({}), output: mailsSchema }).query(
  ({ ctx }) => readMails(callerOf(ctx).accountId),
);

export const setMails = procedure("account.setMails", {
  input: z.strictObject(fields).partial(),
  output: mailsSchema,
}).mutation(async ({ ctx, input }) => {
  const { accountId } = callerOf(ctx);
  const chosen = (wanted: boolean) => mailKinds.filter((kind) => input[kind] === wanted);
  const db = await database();
  await db.transaction(async (tx) => {
    const refused = chosen(false).map((kind) => ({ accountId, kind }));
    if (refused.length > 0) await tx.insert(refusedMails).values(refused).onConflictDoNothing();
    await tx
      .delete(refusedMails)
      .where(and(eq(refusedMails.accountId, accountId), inArray(refusedMails.kind, chosen(true))));
  });
  return readMails(accountId);
});

async function readMails(accountId: string): Promise<z.output<typeof mailsSchema>> {
  const refused = await query<{ kind: string }>("select kind from refused_mails where account_id = $1", [
    accountId,
  ]);
  const sent = mailKinds.map((kind) => [kind, !refused.some((row) => row.kind === kind)]);
  return mailsSchema.parse(Object.fromEntries(sent));
}
