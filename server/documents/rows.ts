/** What is read of a document: all but its text, which may be megabytes; and how many are in each state. */
import { eq, sql } from "drizzle-orm";
import { database } from "#db/client.ts";
import { type documentStates, documents } from "#db/schema/documents.ts";

export const documentColumns = {
  id: documents.id,
  datasetId: documents.datasetId,
  title: documents.title,
  format: documents.format,
  externalId: documents.externalId,
  metadata: documents.metadata,
  contentHash: documents.contentHash,
  sizeBytes: documents.sizeBytes,
  sourceUrl: documents.sourceUrl,
  goneAt: documents.goneAt,
  version: documents.version,
  state: documents.state,
  reason: documents.reason,
  stage: documents.stage,
  progress: documents.progress,
  chunkCount: documents.chunkCount,
  createdAt: documents.createdAt,
  updatedAt: documents.updatedAt,
  /** It failed, and what was sent is kept for another try. */
  retryable: sql<boolean>`documents.state = 'failed' and exists (select from document_sources s where s.document_id = documents.id)`,
};

export type DocumentRow = Omit<typeof documents.$inferSelect, "text" | "indexedAs"> & { retryable: boolean };
export type DocumentState = (typeof documentStates)[number];

/** How many documents of a dataset are in each state. */
export async function datasetProgress(datasetId: string): Promise<Record<DocumentState | "total", number>> {
  const db = await database();
  const rows = await db
    .select({ state: documents.state, count: sql<number>`count(*)::int` })
    .from(documents)
    .where(eq(documents.datasetId, datasetId))
    .groupBy(documents.state);
  const progress = { queued: 0, processing: 0, ready: 0, failed: 0, total: 0 };
  for (const { state, count } of rows) {
    progress[state] = count;
    progress.total += count;
  }
  return progress;
}
