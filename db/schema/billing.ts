/**
 * Money in. A payment is what Stripe told of it so far, in any order; its changes are what that does to the
 * balance, numbered, each entered once in the ledger. Payments outlive the account, so that what arrives
 * after it is gone can be explained. Prices are whole cents.
 */
import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { credits, time } from "./columns.ts";
import { creditAccounts } from "./ledger.ts";

const account = () =>
  text("account_id")
    .notNull()
    .references(() => creditAccounts.id, { onDelete: "cascade" });

/** What an owner set, and what was told: no row means the defaults. */
export const creditSettings = pgTable("credit_settings", {
  accountId: account().primaryKey(),
  /** Null: the default of the table of operations; 0: no alerts. */
  lowThreshold: credits("low_threshold"),
  /** Since when the balance is below it, as told to the owner; null: not below. */
  lowSince: time("low_since"),
  /** Stripe's id of the customer whose saved payment method a top-up charges. */
  stripeCustomerId: text("stripe_customer_id"),
  topUpEnabled: boolean("top_up_enabled").notNull().default(false),
  topUpBelow: credits("top_up_below").notNull().default(0),
  topUpPackId: text("top_up_pack_id"),
  topUpMaxPerMonth: integer("top_up_max_per_month").notNull().default(1),
  /** Why it stands still until the owner enables it again. */
  topUpPausedReason: text("top_up_paused_reason"),
});

export const topUpStates = ["running", "processing", "succeeded", "failed"] as const;

/** One automatic purchase. The index lets one run at a time an account, in any number of processes. */
export const topUps = pgTable(
  "top_ups",
  {
    id: text("id").primaryKey(),
    accountId: account(),
    packId: text("pack_id").notNull(),
    credits: credits("credits").notNull(),
    priceCents: credits("price_cents").notNull(),
    currency: text("currency").notNull(),
    state: text("state", { enum: topUpStates }).notNull(),
    customerId: text("customer_id").notNull(),
    /** Kept before it is charged: a repeated request with Stripe's idempotency key must be the same. */
    paymentMethodId: text("payment_method_id"),
    /** Another process takes it over then. */
    claimedUntil: time("claimed_until").notNull(),
    reason: text("reason"),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [
    uniqueIndex("top_ups_open_idx").on(table.accountId).where(sql`state in ('running', 'processing')`),
    index("top_ups_account_idx").on(table.accountId, table.createdAt),
    index("top_ups_claim_idx").on(table.claimedUntil).where(sql`state = 'running'`),
  ],
);

/** By Stripe's payment intent. Columns stay null until the event that tells them has come. */
export const payments = pgTable("payments", {
  id: text("id").primaryKey(),
  accountId: text("account_id"),
  packId: text("pack_id"),
  credits: credits("credits"),
  priceCents: credits("price_cents"),
  currency: text("currency"),
  paidAt: time("paid_at"),
  /** The most that was told: of two refunds the later one names the sum. */
  refundedCents: credits("refunded_cents").notNull().default(0),
  disputedCents: credits("disputed_cents").notNull().default(0),
  dispute: text("dispute", { enum: ["open", "won", "lost"] }),
  /** Credits that its changes so far take back. */
  withheld: credits("withheld").notNull().default(0),
  /** Number of its changes. */
  changes: integer("changes").notNull().default(0),
  createdAt: time("created_at").defaultNow().notNull(),
});

/** Written with the payment, then entered in the ledger in this order. `delta` says what was entered. */
export const paymentChanges = pgTable(
  "payment_changes",
  {
    paymentId: text("payment_id")
      .notNull()
      .references(() => payments.id, { onDelete: "cascade" }),
    n: integer("n").notNull(),
    amount: credits("amount").notNull(),
    state: text("state", { enum: ["due", "done", "noAccount"] })
      .notNull()
      .default("due"),
    delta: credits("delta").notNull().default(0),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.paymentId, table.n] }),
    index("payment_changes_due_idx").on(table.createdAt).where(sql`state = 'due'`),
  ],
);

export const eventOutcomes = [
  "received",
  "applied",
  "waiting",
  "ignored",
  "unknownAccount",
  "failed",
] as const;

/** Every event that came with a good signature, with what became of it in words. */
export const stripeEvents = pgTable(
  "stripe_events",
  {
    id: text("id").primaryKey(),
    /** Order of arrival. */
    seq: bigserial("seq", { mode: "number" }).notNull(),
    type: text("type").notNull(),
    paymentId: text("payment_id"),
    accountId: text("account_id"),
    outcome: text("outcome", { enum: eventOutcomes }).notNull().default("received"),
    detail: text("detail").notNull().default(""),
    deliveries: integer("deliveries").notNull().default(1),
    createdAt: time("created_at").notNull(),
    receivedAt: time("received_at").defaultNow().notNull(),
  },
  (table) => [uniqueIndex("stripe_events_seq_idx").on(table.seq)],
);

export const requestStates = ["open", "granted", "declined"] as const;

/** A user's wish for credits, one open at a time, where nobody can buy them. */
export const creditRequests = pgTable(
  "credit_requests",
  {
    id: text("id").primaryKey(),
    accountId: account(),
    amount: credits("amount").notNull(),
    message: text("message").notNull().default(""),
    state: text("state", { enum: requestStates }).notNull().default("open"),
    decidedBy: text("decided_by"),
    decidedAt: time("decided_at"),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [
    uniqueIndex("credit_requests_open_idx").on(table.accountId).where(sql`state = 'open'`),
    check("credit_requests_amount_positive", sql`${table.amount} > 0`),
  ],
);
