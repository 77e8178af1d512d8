/**
 * Receipts: what a call read, written by the statement that captures its charge: no charge without receipt.
 * Partitioned by month, so that removing old ones is dropping a table; `receipts_rest` takes what no month's
 * partition holds.
 */
import { boolean, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { credits, time } from "./columns.ts";
import { creditAccounts } from "./ledger.ts";

export const receiptOutcomes = ["answered", "empty"] as const;

export const receipts = pgTable(
  "receipts",
  {
    /** Begins with its time, so that its order is that of creation. */
    id: text("id").notNull(),
    accountId: text("account_id")
      .notNull()
      .references(() => creditAccounts.id, { onDelete: "cascade" }),
    credentialKind: text("credential_kind").notNull(),
    credentialId: text("credential_id").notNull(),
    operation: text("operation").notNull(),
    /** Null where there is none, or where the owner does not want it kept. */
    query: text("query"),
    /** What was returned: `[{datasetId, documentId, documentTitle, version, chunkId, start, end, rank, score}]`. */
    hits: jsonb("hits").notNull(),
    /** Saved queries that it went through, as they were: `[{endpointId, name, version}]`. */
    endpoints: jsonb("endpoints").notNull().default([]),
    outcome: text("outcome", { enum: receiptOutcomes }).notNull().default("answered"),
    creditsCharged: credits("credits_charged").notNull(),
    durationMs: integer("duration_ms").notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.createdAt] }),
    index("receipts_account_idx").on(table.accountId, table.id),
  ],
);

/** What an owner set; no row means the defaults. */
export const receiptSettings = pgTable("receipt_settings", {
  accountId: text("account_id")
    .primaryKey()
    .references(() => creditAccounts.id, { onDelete: "cascade" }),
  keepDays: integer("keep_days").notNull(),
  keepQueries: boolean("keep_queries").notNull(),
});
