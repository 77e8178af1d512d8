/**
 * Endpoints: named, saved queries on a dataset. `endpoints` holds what its owner works on, `endpoint_versions`
 * what was published; a version never changes, so that a receipt that names one tells what was asked.
 */
import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { datasets } from "./documents.ts";

/** Of a draft and of a version alike. */
const saved = () => ({
  title: text("title").notNull(),
  /** For the model that chooses among tools. */
  description: text("description").notNull(),
  /** Fields of server/query-fields.ts, those that were set. */
  options: jsonb("options").$type<Record<string, unknown>>().notNull(),
  /** Options that a caller cannot override. */
  fixed: text("fixed").array().notNull(),
});

export const endpoints = pgTable(
  "endpoints",
  {
    id: text("id").primaryKey(),
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    ...saved(),
    /** Null: a draft that nobody can call. An older one after a roll back. */
    publishedVersion: integer("published_version"),
    latestVersion: integer("latest_version").notNull().default(0),
    createdAt: time("created_at").defaultNow().notNull(),
    updatedAt: time("updated_at").defaultNow().notNull(),
  },
  (table) => [
    // `a-b` and `a_b` would be one tool.
    uniqueIndex("endpoints_name_idx").on(table.datasetId, sql`translate(name, '-', '_')`),
    index("endpoints_dataset_idx").on(table.datasetId, table.id),
  ],
);

export const endpointVersions = pgTable(
  "endpoint_versions",
  {
    endpointId: text("endpoint_id")
      .notNull()
      .references(() => endpoints.id, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    ...saved(),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [primaryKey({ columns: [table.endpointId, table.version] })],
);
