/**
 * What is left of calls when nothing else tells of them: receipts that were removed, added up by day, and
 * refusals by a limit, counted by hour.
 */
import { date, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { credits, time } from "./columns.ts";
import { creditAccounts } from "./ledger.ts";

const account = () =>
  text("account_id")
    .notNull()
    .references(() => creditAccounts.id, { onDelete: "cascade" });

/** Receipts that their owner did not want kept longer. */
export const usageDays = pgTable(
  "usage_days",
  {
    accountId: account(),
    /** UTC. */
    day: date("day").notNull(),
    credentialKind: text("credential_kind").notNull(),
    credentialId: text("credential_id").notNull(),
    operation: text("operation").notNull(),
    /** Empty: of several, or of none. */
    datasetId: text("dataset_id").notNull(),
    calls: integer("calls").notNull(),
    emptyCalls: integer("empty_calls").notNull(),
    creditsCharged: credits("credits_charged").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.accountId,
        table.day,
        table.credentialKind,
        table.credentialId,
        table.operation,
        table.datasetId,
      ],
    }),
  ],
);

/** Calls of identified callers that a limit refused. */
export const refusals = pgTable(
  "refusals",
  {
    accountId: account(),
    hour: time("hour").notNull(),
    /** The limit's name, as an answer's `limit`. */
    limitName: text("limit_name").notNull(),
    credentialKind: text("credential_kind").notNull(),
    credentialId: text("credential_id").notNull(),
    /** Empty: a request that is no operation. */
    operation: text("operation").notNull(),
    count: integer("count").notNull(),
    lastAt: time("last_at").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.accountId,
        table.hour,
        table.limitName,
        table.credentialKind,
        table.credentialId,
        table.operation,
      ],
    }),
    index("refusals_hour_idx").on(table.hour),
  ],
);
