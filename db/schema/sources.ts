/**
 * Places of the web that documents are read from and read again: a page, a sitemap's pages, an archive's
 * files. A document outlives its source; a page outlives its document, so that what was seen is known.
 */
import { sql } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { datasets, documents } from "./documents.ts";

export const sourceKinds = ["page", "sitemap", "archive"] as const;
export const sourceStates = ["queued", "reading", "ready", "failed"] as const;
export const pageOutcomes = ["waiting", "added", "changed", "unchanged", "failed", "gone"] as const;

export const sources = pgTable(
  "sources",
  {
    id: text("id").primaryKey(),
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: sourceKinds }).notNull(),
    url: text("url").notNull(),
    /** Hours from the end of one reading to the next; null: it is read when somebody asks. */
    everyHours: integer("every_hours"),
    state: text("state", { enum: sourceStates }).notNull(),
    /** Why it failed, or what is left out, in words for its owner. */
    reason: text("reason"),
    /** Of an archive that was read as a whole. */
    etag: text("etag"),
    lastModified: text("last_modified"),
    /** Who added it, or asked last that it be read, and pays for the reading. */
    credentialKind: text("credential_kind").notNull(),
    credentialId: text("credential_id").notNull(),
    /** Of the reading that runs or ran last: a page read since is done. */
    startedAt: time("started_at"),
    /** When its pages were listed last. */
    listedAt: time("listed_at"),
    /** End of the latest reading. */
    readAt: time("read_at"),
    nextReadAt: time("next_read_at"),
    createdAt: time("created_at").defaultNow().notNull(),
    updatedAt: time("updated_at")
      .defaultNow()
      .$onUpdate(() => sql`now()`)
      .notNull(),
  },
  (table) => [
    uniqueIndex("sources_url_idx").on(table.datasetId, table.url),
    index("sources_due_idx").on(table.nextReadAt),
  ],
);

/** A page of a source, or a file of an archive. */
export const sourcePages = pgTable(
  "source_pages",
  {
    sourceId: text("source_id")
      .notNull()
      .references(() => sources.id, { onDelete: "cascade" }),
    /** Address of a page, path of a file: the external id of its document. */
    address: text("address").notNull(),
    documentId: text("document_id").references(() => documents.id, { onDelete: "set null" }),
    etag: text("etag"),
    lastModified: text("last_modified"),
    outcome: text("outcome", { enum: pageOutcomes }).notNull().default("waiting"),
    reason: text("reason"),
    readAt: time("read_at"),
  },
  (table) => [
    primaryKey({ columns: [table.sourceId, table.address] }),
    index("source_pages_document_idx").on(table.documentId),
  ],
);

/** Whose turn it is with a host, and what its robots.txt says: server/documents/web/hosts.ts. */
export const webHosts = pgTable("web_hosts", {
  origin: text("origin").primaryKey(),
  busyUntil: time("busy_until").notNull(),
  robots: text("robots"),
  robotsReadAt: time("robots_read_at"),
});
