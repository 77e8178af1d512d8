/**
 * Receipts: what each priced or reading call of the account read, and what it cost. An app, and a key that
 * was given single datasets, sees those of its own calls alone.
 */
import { and, desc, eq, gte, ilike, inArray, lt, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { apikey } from "#db/schema/auth.ts";
import { receiptOutcomes, receipts } from "#db/schema/receipts.ts";
import { callerOf } from "../admission.ts";
import { ApiError } from "../errors.ts";
import { idField, proseField, timeField } from "../fields.ts";
import { likeText } from "../like.ts";
import { decodeCursor, idPattern, pageInput, pageOf, toPage } from "../pages.ts";
import type { Principal } from "../principal.ts";
import { procedure, router } from "../trpc.ts";
import { hitSchema, passageFields, withPassages } from "./passages.ts";
import { getSettings, readSettings, settings } from "./settings.ts";

const outcomeField = z.enum(receiptOutcomes);

const endpointsSchema = z.array(z.object({ endpointId: z.string(), name: z.string(), version: z.int() }));

const receiptSchema = z
  .object({
    id: z.string(),
    operation: z.string(),
    credentialKind: z.string().describe("apiKey, session or connection"),
    credentialId: z.string(),
    credentialName: z.string().nullable().describe("Of the key or app; null: a browser, or it is gone"),
    query: z.string().nullable().describe("null: there was none, or it is not kept"),
    endpoints: endpointsSchema.describe("Saved queries that it went through, as they were then"),
    outcome: outcomeField.describe("empty: nothing was found, and nothing was charged"),
    hitCount: z.int(),
    creditsCharged: z.int(),
    durationMs: z.int(),
    createdAt: timeField,
  })
  .meta({ id: "Receipt" });

const filters = {
  credentialId: idField.optional().describe("Calls of this key, connection or session"),
  datasetId: idField.optional().describe("Something of this dataset was read"),
  documentId: idField.optional().describe("Something of this document was read"),
  from: timeField.optional(),
  to: timeField.optional().describe("Exclusive"),
  text: proseField(200).optional().describe("Stands in the query, in capitals or not"),
  outcome: outcomeField.optional(),
};

type Filters = z.output<z.ZodObject<typeof filters>>;

export const receiptsRouter = router({
  list: procedure("receipts.list", {
    input: z.strictObject({
      ...pageInput,
      ...filters,
      withHits: z.boolean().default(false).describe("Also tell what each call read"),
    }),
    output: pageOf(
      receiptSchema.extend({ hits: z.array(hitSchema).optional().describe("Where withHits is true") }),
    ),
  }).query(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    const before = decodeCursor(input.cursor, idPattern);
    const rows = await select(
      and(await visibleTo(caller), ...matching(input), before ? lt(receipts.id, before) : undefined),
      input.limit + 1,
    );
    const toItem = (row: ReceiptRow) => ({
      ...toReceipt(row),
      ...(input.withHits ? { hits: hitsOf(row) } : {}),
    });
    return toPage(rows, input.limit, toItem, ({ receipt }) => receipt.id);
  }),

  get: procedure("receipts.get", {
    input: z.strictObject({ receiptId: idField }),
    output: receiptSchema.extend({ hits: z.array(hitSchema.extend(passageFields)) }),
  }).query(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    const [row] = await select(and(await visibleTo(caller), eq(receipts.id, input.receiptId)), 1);
    if (!row) throw new ApiError("not_found", "Receipt not found.");
    return { ...toReceipt(row), hits: await withPassages(hitsOf(row), caller) };
  }),

  getSettings,
  settings,
});

/** What is older than its owner wants is not shown, though it may not have been removed yet. */
async function visibleTo(caller: Principal): Promise<SQL | undefined> {
  const { keepDays } = await readSettings(caller.accountId);
  const ownOnly = caller.kind === "connection" || !caller.access.allDatasets;
  return and(
    eq(receipts.accountId, caller.accountId),
    gte(receipts.createdAt, sql`now() - make_interval(days => ${keepDays}::int)`),
    ownOnly ? eq(receipts.credentialId, caller.credentialId) : undefined,
  );
}

function matching(filter: Filters): (SQL | undefined)[] {
  const { credentialId, datasetId, documentId, from, to, text, outcome } = filter;
  const read = { ...(datasetId ? { datasetId } : {}), ...(documentId ? { documentId } : {}) };
  return [
    credentialId ? eq(receipts.credentialId, credentialId) : undefined,
    datasetId || documentId ? sql`${receipts.hits} @> ${JSON.stringify([read])}::text::jsonb` : undefined,
    from ? gte(receipts.createdAt, sql`${from}::timestamptz`) : undefined,
    to ? lt(receipts.createdAt, sql`${to}::timestamptz`) : undefined,
    text ? ilike(receipts.query, `%${likeText(text)}%`) : undefined,
    outcome ? eq(receipts.outcome, outcome) : undefined,
  ];
}

async function select(where: SQL | undefined, limit: number) {
  const db = await database();
  return db
    .select({ receipt: receipts, keyName: apikey.name, appName: connections.name })
    .from(receipts)
    .leftJoin(apikey, and(eq(receipts.credentialKind, "apiKey"), eq(apikey.id, receipts.credentialId)))
    .leftJoin(
      connections,
      and(
        inArray(receipts.credentialKind, ["connection", "login"]),
        eq(connections.id, receipts.credentialId),
      ),
    )
    .where(where)
    .orderBy(desc(receipts.id))
    .limit(limit);
}

type ReceiptRow = Awaited<ReturnType<typeof select>>[number];

function hitsOf({ receipt }: ReceiptRow) {
  return z.array(hitSchema).parse(receipt.hits);
}

function toReceipt({ receipt: row, keyName, appName }: ReceiptRow): z.output<typeof receiptSchema> {
  return {
    id: row.id,
    operation: row.operation,
    credentialKind: row.credentialKind,
    credentialId: row.credentialId,
    credentialName: keyName ?? appName,
    query: row.query,
    endpoints: endpointsSchema.parse(row.endpoints),
    outcome: row.outcome,
    hitCount: Array.isArray(row.hits) ? row.hits.length : 0,
    creditsCharged: row.creditsCharged,
    durationMs: row.durationMs,
    createdAt: row.createdAt.toISOString(),
  };
}
