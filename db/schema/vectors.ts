/**
 * Vectors of chunks, apart from them: an exact scan reads nothing else. A dataset has one set of vectors for
 * each model; the one its row names serves, another is being made or is on its way out. A chunk without a
 * vector in a set is waiting for it.
 */
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { chunks, datasets } from "./documents.ts";

/** As text, `[1,2]`: the form that both drivers send. Of no fixed length: sets differ. */
const vector = customType<{ data: string }>({ dataType: () => "vector" });

export const vectorSets = pgTable(
  "vector_sets",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    model: text("model").notNull(),
    /** Length of its vectors; null until the model has made one. */
    dimensions: integer("dimensions"),
    /** The cosine of texts that have nothing to do with each other: some models give 0.7. */
    unrelated: real("unrelated").notNull().default(0),
    /** Whether it is large enough for an approximate index, and has one. */
    indexed: boolean("indexed").notNull().default(false),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [uniqueIndex("vector_sets_dataset_idx").on(table.datasetId, table.model)],
);

/**
 * That something in the index of a dataset is to be made anew or added: server/documents/index-dataset.ts.
 * Only ever inserted, so that who asks for it waits for nobody.
 */
export const indexingRequests = pgTable(
  "indexing_requests",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
  },
  (table) => [index("indexing_requests_dataset_idx").on(table.datasetId)],
);

export const chunkVectors = pgTable(
  "chunk_vectors",
  {
    setId: integer("set_id").notNull(),
    chunkId: bigint("chunk_id", { mode: "number" })
      .notNull()
      .references(() => chunks.id, { onDelete: "cascade" }),
    documentId: text("document_id").notNull(),
    /** Of length 1, so that the inner product is the cosine. */
    embedding: vector("embedding").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.chunkId, table.setId] }),
    index("chunk_vectors_set_idx").on(table.setId),
  ],
);
