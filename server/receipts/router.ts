/** Receipts: what each priced call of the account read, and what it cost. */
import { and, desc, eq, lt } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { receipts } from "#db/schema/ledger.ts";
import { callerOf } from "../admission.ts";
import { ApiError } from "../errors.ts";
import { idField, timeField } from "../fields.ts";
import { decodeCursor, idPattern, pageInput, pageOf, toPage } from "../pages.ts";
import { procedure, router } from "../trpc.ts";

const readSchema = z.object({
  documentId: z.string(),
  chunkId: z.string().nullable().default(null).describe("null: the whole document, as it was taken in"),
  rank: z.int().nullable().default(null),
  score: z.number().nullable().default(null),
});

const receiptSchema = z
  .object({
    id: z.string(),
    operation: z.string(),
    credentialKind: z.string().describe("apiKey, session or connection"),
    credentialId: z.string(),
    query: z.string().nullable(),
    hitCount: z.int(),
    creditsCharged: z.int(),
    durationMs: z.int(),
    createdAt: timeField,
  })
  .meta({ id: "Receipt" });

export const receiptsRouter = router({
  list: procedure("receipts.list", {
    input: z.strictObject(pageInput),
    output: pageOf(receiptSchema),
  }).query(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const before = decodeCursor(input.cursor, idPattern);
    const db = await database();
    const rows = await db
      .select()
      .from(receipts)
      .where(and(eq(receipts.accountId, accountId), before ? lt(receipts.id, before) : undefined))
      .orderBy(desc(receipts.id))
      .limit(input.limit + 1);
    return toPage(rows, input.limit, toReceipt, ({ id }) => id);
  }),

  get: procedure("receipts.get", {
    input: z.strictObject({ receiptId: idField }),
    output: receiptSchema.extend({ hits: z.array(readSchema) }),
  }).query(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    const [row] = await db
      .select()
      .from(receipts)
      .where(and(eq(receipts.id, input.receiptId), eq(receipts.accountId, accountId)));
    if (!row) throw new ApiError("not_found", "Receipt not found.");
    return { ...toReceipt(row), hits: z.array(readSchema).parse(row.hits) };
  }),
});

function toReceipt(row: typeof receipts.$inferSelect) {
  return {
    id: row.id,
    operation: row.operation,
    credentialKind: row.credentialKind,
    credentialId: row.credentialId,
    query: row.query,
    hitCount: Array.isArray(row.hits) ? row.hits.length : 0,
    creditsCharged: row.creditsCharged,
    durationMs: row.durationMs,
    createdAt: row.createdAt.toISOString(),
  };
}
