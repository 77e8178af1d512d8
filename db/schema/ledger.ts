/**
 * Credits. PostgreSQL is the only truth: a balance is the sum of its entries, entries are only ever
 * appended, and a hold is money already taken from the balance that waits to be captured or released.
 * Amounts are whole credits.
 */
import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { user } from "./auth.ts";
import { credits, time } from "./columns.ts";

/**
 * One row a user, by his id, and no foreign key: the books are kept when he deletes his account. `seq` counts
 * its entries, so a gap or a lost entry shows.
 */
export const creditAccounts = pgTable(
  "credit_accounts",
  {
    id: text("id").primaryKey(),
    balance: credits("balance").notNull(),
    seq: credits("seq").notNull(),
    /** Hash of the last entry: the next one is chained to it. */
    head: text("head").notNull().default(""),
    /** When credits of a lot expire next; a hold waits for that to be entered first. */
    nextExpiryAt: time("next_expiry_at"),
    /** When its user was deleted, set by a trigger: nothing is given to it any more. */
    closedAt: time("closed_at"),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [
    index("credit_accounts_expiry_idx").on(table.nextExpiryAt).where(sql`next_expiry_at is not null`),
    check("credit_accounts_balance_not_negative", sql`${table.balance} >= 0`),
  ],
);

/** Its id is the id of the call. An expired hold is released by the reaper. */
export const holds = pgTable(
  "holds",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => creditAccounts.id, { onDelete: "cascade" }),
    operation: text("operation").notNull(),
    credentialId: text("credential_id").notNull(),
    amount: credits("amount").notNull(),
    captured: credits("captured").notNull().default(0),
    state: text("state", { enum: ["held", "captured", "released", "expired"] }).notNull(),
    expiresAt: time("expires_at").notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [
    index("holds_open_idx").on(table.expiresAt).where(sql`state = 'held'`),
    index("holds_account_open_idx").on(table.accountId).where(sql`state = 'held'`),
    check("holds_captured_within_amount", sql`${table.captured} between 0 and ${table.amount}`),
  ],
);

export const entryKinds = ["grant", "purchase", "charge", "refund", "expiry", "adjustment"] as const;

/** Append-only statement of an account; a charge is entered when it is held, its release as a refund. */
export const entries = pgTable(
  "entries",
  {
    accountId: text("account_id")
      .notNull()
      .references(() => creditAccounts.id, { onDelete: "cascade" }),
    seq: credits("seq").notNull(),
    kind: text("kind", { enum: entryKinds }).notNull(),
    delta: credits("delta").notNull(),
    balanceAfter: credits("balance_after").notNull(),
    /** Operation id for a charge, words for a person otherwise. */
    reason: text("reason").notNull(),
    holdId: text("hold_id"),
    /** Names what caused it, so that it is entered once: a payment, a request. */
    idempotencyKey: text("idempotency_key"),
    /** Of credits given: what is left of them then is taken by an expiry entry. */
    expiresAt: time("expires_at"),
    /** SHA-256 over the hash before and this row, by the SQL function entry_hash. */
    hash: text("hash").notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.seq] }),
    uniqueIndex("entries_idempotency_idx").on(table.accountId, table.idempotencyKey),
    index("entries_hold_idx").on(table.holdId),
    check("entries_balance_not_negative", sql`${table.balanceAfter} >= 0`),
  ],
);

export const budgetPeriods = ["day", "month", "total"] as const;

/** What a key or a connection may spend in a day, a month (UTC) or ever. `used` counts from `period_start`. */
export const budgets = pgTable(
  "budgets",
  {
    credentialId: text("credential_id").notNull(),
    accountId: text("account_id")
      .notNull()
      .references(() => creditAccounts.id, { onDelete: "cascade" }),
    period: text("period", { enum: budgetPeriods }).notNull(),
    amount: credits("amount").notNull(),
    used: credits("used").notNull().default(0),
    periodStart: time("period_start").defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.credentialId, table.period] }),
    check("budgets_used_within_amount", sql`${table.used} >= 0`),
  ],
);

/** First answers by Idempotency-Key, for a day. `running`: claimed until `claimed_until`. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    accountId: text("account_id")
      .notNull()
      .references(() => creditAccounts.id, { onDelete: "cascade" }),
    key: text("key").notNull(),
    /** SHA-256 over the operation and its input. */
    fingerprint: text("fingerprint").notNull(),
    state: text("state", { enum: ["running", "done"] }).notNull(),
    /** Which run holds the claim: another's completion does not count. */
    claim: text("claim").notNull(),
    claimedUntil: time("claimed_until").notNull(),
    /** Sealed: it may hold a secret. */
    answer: text("answer"),
    expiresAt: time("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.key] }),
    index("idempotency_keys_expiry_idx").on(table.expiresAt),
  ],
);

/** Limits that an admin set for one account, by the limit's name; in force on the next call. */
export const limitOverrides = pgTable(
  "limit_overrides",
  {
    accountId: text("account_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    points: integer("points").notNull(),
    reason: text("reason").notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.name] })],
);

/** One row: which user is the first admin. Its insertion is what decides a race of two first sign-ups. */
export const installation = pgTable("installation", {
  id: integer("id").primaryKey(),
  adminId: text("admin_id").notNull(),
  createdAt: time("created_at").defaultNow().notNull(),
});
