/**
 * What a key or a connection may reach. A connection is what one user granted one client; deleting it is
 * disconnecting. `revision` grows with every change that narrows or widens, and a call that was identified
 * under another one is identified anew before it holds credits.
 */
import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { apikey, user } from "./auth.ts";
import { time } from "./columns.ts";
import { datasets } from "./documents.ts";

const account = () =>
  text("account_id")
    .notNull()
    .references(() => user.id, { onDelete: "cascade" });

/** One an account and client. `client_id` is no foreign key: a client's registration may be renewed. */
export const connections = pgTable(
  "connections",
  {
    id: text("id").primaryKey(),
    accountId: account(),
    clientId: text("client_id").notNull(),
    /** As the client called itself when it was granted, or the program that signed in. */
    name: text("name").notNull(),
    /** Its token was given for e-mail and password: it has all of its user's rights and no client. */
    login: boolean("login").notNull().default(false),
    /** Scopes that the user granted; a token holds these or fewer. */
    scopes: text("scopes").array().notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
    updatedAt: time("updated_at").defaultNow().notNull(),
    /** Null: never, which the user must have chosen. */
    expiresAt: time("expires_at"),
    pausedAt: time("paused_at"),
    /** Access tokens issued before are refused: whole seconds, as a token's `iat` is. */
    tokensFrom: time("tokens_from").notNull(),
    lastUsedAt: time("last_used_at"),
  },
  (table) => [unique("connections_account_client_key").on(table.accountId, table.clientId)],
);

/** No row for a key: every dataset of its account, the account's limits, from any address. */
export const credentialAccess = pgTable(
  "credential_access",
  {
    credentialId: text("credential_id").primaryKey(),
    accountId: account(),
    /** Every dataset the account may query, also future ones; otherwise those of credential_datasets. */
    allDatasets: boolean("all_datasets").notNull(),
    /** Calls in any hour, besides the account's limits; null: no limit of its own. */
    callsPerHour: integer("calls_per_hour"),
    /** Addresses and CIDR ranges that may use it; empty: any. */
    addresses: text("addresses").array().notNull().default(sql`'{}'`),
    revision: integer("revision").notNull().default(1),
  },
  (table) => [
    index("credential_access_account_idx").on(table.accountId),
    check("credential_access_calls_positive", sql`${table.callsPerHour} > 0`),
  ],
);

export const credentialDatasets = pgTable(
  "credential_datasets",
  {
    credentialId: text("credential_id")
      .notNull()
      .references(() => credentialAccess.credentialId, { onDelete: "cascade" }),
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.credentialId, table.datasetId] }),
    index("credential_datasets_dataset_idx").on(table.datasetId),
  ],
);

/** Secrets that a rotated key still answers to for a while. */
export const retiredKeys = pgTable(
  "retired_keys",
  {
    /** SHA-256 in base64url, as in apikey. */
    key: text("key").primaryKey(),
    keyId: text("key_id")
      .notNull()
      .references(() => apikey.id, { onDelete: "cascade" }),
    expiresAt: time("expires_at").notNull(),
    lastUsedAt: time("last_used_at"),
    lastAddress: text("last_address"),
  },
  (table) => [index("retired_keys_key_idx").on(table.keyId)],
);

/** Access tokens ended before their time, by `jti`, until they would have expired. */
export const revokedTokens = pgTable(
  "revoked_tokens",
  { jti: text("jti").primaryKey(), expiresAt: time("expires_at").notNull() },
  (table) => [index("revoked_tokens_expiry_idx").on(table.expiresAt)],
);

/** Authorization codes that came to the token endpoint, by SHA-256: a second time is an attack. */
export const usedCodes = pgTable(
  "used_codes",
  {
    codeHash: text("code_hash").primaryKey(),
    /** Whose tokens die when it comes again; null while or unless it was exchanged. */
    connectionId: text("connection_id"),
    reused: boolean("reused").notNull().default(false),
    expiresAt: time("expires_at").notNull(),
  },
  (table) => [index("used_codes_expiry_idx").on(table.expiresAt)],
);
