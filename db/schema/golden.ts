/**
 * Golden questions: what a dataset must be able to answer, with the documents that belong into the answer,
 * and the runs that measured whether it can. All of it goes with its dataset.
 */
import { doublePrecision, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { datasets } from "./documents.ts";

const dataset = () =>
  text("dataset_id")
    .notNull()
    .references(() => datasets.id, { onDelete: "cascade" });

export const goldenQuestions = pgTable(
  "golden_questions",
  {
    id: text("id").primaryKey(),
    datasetId: dataset(),
    question: text("question").notNull(),
    /** Expected documents, by id or by the owner's own name; no foreign keys: what is gone is not found. */
    documentIds: text("document_ids").array().notNull(),
    externalIds: text("external_ids").array().notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
    updatedAt: time("updated_at").defaultNow().notNull(),
  },
  (table) => [index("golden_questions_dataset_idx").on(table.datasetId, table.id)],
);

export const goldenRuns = pgTable(
  "golden_runs",
  {
    id: text("id").primaryKey(),
    datasetId: dataset(),
    cause: text("cause", { enum: ["owner", "documents"] }).notNull(),
    endpoint: text("endpoint").notNull(),
    endpointVersion: integer("endpoint_version"),
    k: integer("k").notNull(),
    recall: doublePrecision("recall").notNull(),
    ndcg: doublePrecision("ndcg").notNull(),
    mrr: doublePrecision("mrr").notNull(),
    /** Against the run before it, over the questions that both asked; null: there was none. */
    change: jsonb("change"),
    /** Question by question, as server/search/golden-fields.ts has it. */
    results: jsonb("results").notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [index("golden_runs_dataset_idx").on(table.datasetId, table.id)],
);

/** No row: nobody is warned. */
export const goldenSettings = pgTable("golden_settings", {
  datasetId: dataset().primaryKey(),
  onWorse: text("on_worse", { enum: ["ignore", "warn", "block"] }).notNull(),
  /** Which documents the last look saw: their number, versions and last change. */
  seen: text("seen"),
  seenAt: time("seen_at").defaultNow().notNull(),
});
