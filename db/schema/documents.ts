/**
 * Datasets, their documents and the chunks that are searched. Everything of a dataset goes with it by
 * cascade. A dataset without owner belongs to the installation (the demo) and is public.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { user } from "./auth.ts";
import { time } from "./columns.ts";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
/** Bytewise order, so that a prefix is a range of the index whatever the database's locale. */
const bytewiseText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });
const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/**
 * What a GIN index has not sorted in yet is read whole by each search, for each of its words: 256 kB take a search
 * about 0.2 ms, PostgreSQL's default of 4 MB takes 3. Storing a passage costs about 0.3 ms more for it.
 */
const shortPendingList = { gin_pending_list_limit: 256 };

export const datasets = pgTable(
  "datasets",
  {
    id: text("id").primaryKey(),
    ownerId: text("owner_id").references(() => user.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    visibility: text("visibility", { enum: ["private", "public"] })
      .notNull()
      .default("private"),
    /** PostgreSQL text search configuration that stems this dataset's words. */
    language: text("language").notNull().default("english"),
    /** The one before, as long as some documents are still indexed in it: queries are read in both. */
    formerLanguage: text("former_language"),
    /** What makes this dataset's vectors; the serving set may still be of the model before. */
    embeddingModel: text("embedding_model").notNull().default("lexical-hash"),
    /** The vector_sets row that searches read; null until the first chunk. */
    vectorSetId: integer("vector_set_id"),
    /** It is nobody's any more, and its documents are being removed: server/dataset-removal.ts. */
    deletedAt: time("deleted_at"),
    createdAt: time("created_at").defaultNow().notNull(),
    updatedAt: time("updated_at")
      .defaultNow()
      .$onUpdate(() => sql`now()`)
      .notNull(),
  },
  (table) => [
    index("datasets_owner_idx").on(table.ownerId, table.id),
    index("datasets_deleted_idx").on(table.id).where(sql`deleted_at is not null`),
    index("datasets_public_idx").on(table.id).where(sql`visibility = 'public'`),
  ],
);

export const documentFormats = [
  "text",
  "markdown",
  "html",
  "pdf",
  "docx",
  "csv",
  "json",
  "code",
  "email",
] as const;
export const documentStates = ["queued", "processing", "ready", "failed"] as const;
export const ingestionStages = ["reading", "storing"] as const;

export const documents = pgTable(
  "documents",
  {
    id: text("id").primaryKey(),
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    title: text("title").notNull(),
    format: text("format", { enum: documentFormats }).notNull(),
    /** The caller's own name for it; unique in a dataset. */
    externalId: text("external_id"),
    metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull().default({}),
    /** SHA-256 of what was sent, hex. */
    contentHash: text("content_hash").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    /** Where it comes from, for who reads an answer. */
    sourceUrl: text("source_url"),
    /** Since when it is no longer where it comes from. */
    goneAt: time("gone_at"),
    /** Of the latest reading: an earlier text is searched until a new one is ready. */
    state: text("state", { enum: documentStates }).notNull(),
    /** Why it failed, in words for its owner. */
    reason: text("reason"),
    /** What is being done, and how much of all of it is: 0 to 1. Both null unless processing. */
    stage: text("stage", { enum: ingestionStages }),
    progress: real("progress"),
    /** Grows when the text is replaced; a receipt names the one that was read. */
    version: integer("version").notNull().default(1),
    /** Plain text that chunk offsets point into (UTF-16 code units); null until ready. */
    text: text("text"),
    chunkCount: integer("chunk_count").notNull().default(0),
    /** Language and form that its chunks are indexed in; another than is wanted now waits for its turn. */
    indexedAs: text("indexed_as").notNull().default(""),
    createdAt: time("created_at").defaultNow().notNull(),
    updatedAt: time("updated_at")
      .defaultNow()
      .$onUpdate(() => sql`now()`)
      .notNull(),
  },
  (table) => [
    index("documents_dataset_idx").on(table.datasetId, table.createdAt, table.id),
    index("documents_hash_idx").on(table.datasetId, table.contentHash),
    uniqueIndex("documents_external_id_idx").on(table.datasetId, table.externalId),
    index("documents_waiting_idx").on(table.createdAt).where(sql`state in ('queued', 'processing')`),
  ],
);

/** What was sent, until it has been read into text; after a failure, as long as trying again may help. */
export const documentSources = pgTable("document_sources", {
  documentId: text("document_id")
    .primaryKey()
    .references(() => documents.id, { onDelete: "cascade" }),
  content: bytea("content").notNull(),
  /** Who sent it and pays for its reading; null: nobody does. */
  credentialKind: text("credential_kind"),
  credentialId: text("credential_id"),
});

/** Texts that were replaced, as long as a receipt points into them. */
export const documentVersions = pgTable(
  "document_versions",
  {
    documentId: text("document_id")
      .notNull()
      .references(() => documents.id, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    title: text("title").notNull(),
    text: text("text").notNull(),
    createdAt: time("created_at").defaultNow().notNull(),
  },
  (table) => [primaryKey({ columns: [table.documentId, table.version] })],
);

/** The latest turn in the queue that each account has taken: server/documents/turns.ts. */
export const ingestionTurns = pgTable("ingestion_turns", {
  account: text("account").primaryKey(),
  turn: integer("turn").notNull(),
});

export const passageFlags = ["flagged", "approved", "redacted"] as const;

export const chunks = pgTable(
  "chunks",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    documentId: text("document_id")
      .notNull()
      .references(() => documents.id, { onDelete: "cascade" }),
    ordinal: integer("ordinal").notNull(),
    headingPath: text("heading_path").array().notNull(),
    /** Offsets into documents.text, UTF-16 code units, end exclusive. */
    start: integer("start").notNull(),
    end: integer("end").notNull(),
    /** Where it begins, from 1, in formats that have pages. */
    page: integer("page"),
    text: text("text").notNull(),
    /** Its text looks as if it gave a model orders: until its owner approved or redacted it. */
    flag: text("flag", { enum: passageFlags }),
    flagReason: text("flag_reason"),
    tsv: tsvector("tsv").notNull(),
  },
  (table) => [
    uniqueIndex("chunks_document_idx").on(table.documentId, table.ordinal),
    // One index over all datasets, that finds in one without reading the others' passages. None of datasetId alone:
    // a plan made for all datasets takes each for small, and would read the whole of a large one.
    index("chunks_words_idx").using("gin", table.datasetId, table.tsv).with(shortPendingList),
    index("chunks_flag_idx").on(table.datasetId, table.flag, table.id).where(sql`flag is not null`),
  ],
);

/** What an owner decided of a passage that looked like orders to a model; it holds when it is sent again. */
export const passageDecisions = pgTable(
  "passage_decisions",
  {
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    /** Of its words, in any spacing. */
    passageHash: text("passage_hash").notNull(),
    decision: text("decision", { enum: ["approved", "redacted"] }).notNull(),
    decidedAt: time("decided_at").defaultNow().notNull(),
  },
  (table) => [primaryKey({ columns: [table.datasetId, table.passageHash] })],
);

/**
 * Words of a dataset and in how many chunks each stands: for typos, prefixes and rarity. The empty word
 * stands in every chunk. Kept by server/documents/store-chunks.ts.
 */
export const lexemes = pgTable(
  "lexemes",
  {
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    lexeme: bytewiseText("lexeme").notNull(),
    chunkCount: integer("chunk_count").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.datasetId, table.lexeme] }),
    index("lexemes_similar_idx")
      .using("gin", table.datasetId, table.lexeme.op("gin_trgm_ops"))
      .with(shortPendingList),
  ],
);
