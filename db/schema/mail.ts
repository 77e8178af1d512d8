/** Mail that waits to be sent, and the browsers that signed in to an account before. */
import { index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { user } from "./auth.ts";
import { time } from "./columns.ts";

/** A row goes when its mail is sent or given up. Contents are sealed: a mail may hold a secret link. */
export const mails = pgTable(
  "mails",
  {
    id: text("id").primaryKey(),
    /** Sealed; null: wherever the owner of the account is reached when it is sent. */
    address: text("address"),
    accountId: text("account_id"),
    /** Sealed JSON: subject and text. */
    message: text("message").notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** Who takes it moves this ahead: when he dies, another one takes it then. */
    dueAt: time("due_at").defaultNow().notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [index("mails_due_idx").on(table.dueAt)],
);

/** Of mailKinds in server/operations.ts; no row: such mails are sent. */
export const refusedMails = pgTable(
  "refused_mails",
  {
    accountId: text("account_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    kind: text("kind").notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.kind] })],
);

/** A browser is known by the SHA-256 of a cookie that it was given when it signed in. */
export const knownDevices = pgTable(
  "known_devices",
  {
    accountId: text("account_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    deviceHash: text("device_hash").notNull(),
    firstSeenAt: time("first_seen_at").defaultNow().notNull(),
    lastSeenAt: time("last_seen_at").defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.deviceHash] }),
    index("known_devices_last_seen_idx").on(table.lastSeenAt),
  ],
);
