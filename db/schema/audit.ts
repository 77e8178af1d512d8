/**
 * The audit log: every security event with who, from where and when. Append only, kept by a trigger; it
 * outlives accounts, so nothing here is a foreign key.
 */
import { bigserial, index, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

export const auditEvents = pgTable(
  "audit_events",
  {
    id: text("id").primaryKey(),
    /** Order of writing. */
    seq: bigserial("seq", { mode: "number" }).notNull(),
    /** Whose log it stands in; null: nobody's, as a sign-in with an unknown address. */
    accountId: text("account_id"),
    /** Who did it: a user, an admin, a client, a key, or the system. */
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id"),
    /** `keys.create`, `signIn.failed`, `connections.tokenReused`, … */
    event: text("event").notNull(),
    /** What it was done to. */
    subjectId: text("subject_id"),
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull().default({}),
    address: text("address"),
    userAgent: text("user_agent"),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [
    uniqueIndex("audit_events_seq_idx").on(table.seq),
    index("audit_events_account_idx").on(table.accountId, table.seq),
    index("audit_events_event_idx").on(table.event, table.seq),
  ],
);
