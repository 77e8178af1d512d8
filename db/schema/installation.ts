/** What an admin watches of the installation: the state of its parts, and how far apps get in connecting. */
import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

/** As it was last seen by any process. `since` moves when the state does. */
export const partStates = pgTable("part_states", {
  part: text("part").primaryKey(),
  state: text("state").notNull(),
  detail: text("detail").notNull(),
  since: time("since").defaultNow().notNull(),
  checkedAt: time("checked_at").defaultNow().notNull(),
});

export const clientStepNames = ["registered", "asked", "shown", "allowed", "denied", "called"] as const;

/**
 * The first time that a client got so far, whoever was to let it in. `registered` and `called` are written
 * when what tells of them goes: the registration, the connection. So this is no foreign key.
 */
export const clientSteps = pgTable(
  "client_steps",
  {
    clientId: text("client_id").notNull(),
    step: text("step", { enum: clientStepNames }).notNull(),
    /** Of a registration that is gone. */
    name: text("name"),
    at: time("at").defaultNow().notNull(),
  },
  (table) => [primaryKey({ columns: [table.clientId, table.step] })],
);
