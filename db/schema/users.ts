/**
 * Users beyond Better Auth's row, and the refresh tokens of logins. A login is a connection without a client:
 * its token was given for e-mail and password. Its refresh token is stored by its hash and is good once; the
 * answer to it is kept sealed for a moment, since a client may lose it and try again.
 */
import { index, pgTable, text } from "drizzle-orm/pg-core";
import { connections } from "./access.ts";
import { user } from "./auth.ts";
import { time } from "./columns.ts";

/** No row: nothing is known. */
export const userProfiles = pgTable("user_profiles", {
  userId: text("user_id")
    .primaryKey()
    .references(() => user.id, { onDelete: "cascade" }),
  /** Count only while they still make up `user.name`, which the dashboard changes. */
  firstName: text("first_name"),
  lastName: text("last_name"),
  lastLoginAt: time("last_login_at"),
});

export const loginRefreshTokens = pgTable(
  "login_refresh_tokens",
  {
    /** SHA-256 in base64url. */
    tokenHash: text("token_hash").primaryKey(),
    connectionId: text("connection_id")
      .notNull()
      .references(() => connections.id, { onDelete: "cascade" }),
    rotatedAt: time("rotated_at"),
    answer: text("answer"),
    expiresAt: time("expires_at").notNull(),
  },
  (table) => [index("login_refresh_tokens_connection_idx").on(table.connectionId)],
);
