/**
 * Calls that were paused because the same credential made the identical one again and again. Only that call
 * is: an owner resumes it, or it resumes by itself at `expires_at`.
 */
import { index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { creditAccounts } from "./ledger.ts";

export const callPauses = pgTable(
  "call_pauses",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => creditAccounts.id, { onDelete: "cascade" }),
    credentialKind: text("credential_kind").notNull(),
    credentialId: text("credential_id").notNull(),
    operation: text("operation").notNull(),
    /** Of the call in server/repeats.ts; says nothing of its input. */
    callKey: text("call_key").notNull(),
    repeats: integer("repeats").notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
    expiresAt: time("expires_at").notNull(),
    resumedAt: time("resumed_at"),
  },
  (table) => [index("call_pauses_account_idx").on(table.accountId, table.id)],
);
