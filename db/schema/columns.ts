/** Column kinds that tables share: moments, and amounts of credits, which are whole numbers. */
import { bigint, timestamp } from "drizzle-orm/pg-core";

export const time = (name: string) => timestamp(name, { withTimezone: true });
export const credits = (name: string) => bigint(name, { mode: "number" });
