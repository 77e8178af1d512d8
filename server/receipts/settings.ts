/** How long receipts are kept and whether the texts of queries are; what is left out stays as it is. */
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { receiptSettings } from "#db/schema/receipts.ts";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { procedure } from "../trpc.ts";

/** Nothing is kept longer, whatever an owner sets. */
export const longestKeepDays = 400;

const keepDaysField = z.int().min(1).max(longestKeepDays);
const settingsSchema = z
  .object({
    keepDays: keepDaysField.describe("A receipt is removed when it is older"),
    keepQueries: z.boolean().describe("false: receipts say what was read, not what was asked"),
  })
  .meta({ id: "ReceiptSettings" });

type Settings = z.output<typeof settingsSchema>;

const defaults: Settings = { keepDays: longestKeepDays, keepQueries: true };

export async function readSettings(accountId: string): Promise<Settings> {
  const db = await database();
  const [row] = await db.select().from(receiptSettings).where(eq(receiptSettings.accountId, accountId));
  return row ? { keepDays: row.keepDays, keepQueries: row.keepQueries } : defaults;
}

export const getSettings = procedure("receipts.getSettings", {
  input: z.strictObject({}),
  output: settingsSchema,
}).query(({ ctx }) => readSettings(callerOf(ctx).accountId));

export const settings = procedure("receipts.settings", {
  input: z.strictObject({
    keepDays: keepDaysField.optional(),
    keepQueries: z.boolean().optional().describe("For receipts from now on"),
  }),
  output: settingsSchema,
}).mutation(async ({ ctx, input }) => {
  const { accountId } = callerOf(ctx);
  const { keepDays, keepQueries } = input;
  const given = {
    ...(keepDays === undefined ? {} : { keepDays }),
    ...(keepQueries === undefined ? {} : { keepQueries }),
  };
  const db = await database();
  await db.transaction(async (tx) => {
    await tx
      .insert(receiptSettings)
      .values({ accountId, ...defaults, ...given })
      // The account again, so that there is something to set when nothing was given.
      .onConflictDoUpdate({
        target: receiptSettings.accountId,
        set: { accountId: sql`excluded.account_id`, ...given },
      });
    await auditAct(ctx, accountId, { event: "receipts.settings", detail: given }, tx);
  });
  return readSettings(accountId);
});
