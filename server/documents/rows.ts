/**
 * What is read of a document: all but its text, which may be megabytes. A dataset's documents are listed
 * newest first; a cursor is the place after the last one seen and stays good whatever is deleted.
 */
import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { type documentStates, documents } from "#db/schema/documents.ts";
import { ApiError } from "#server/errors.ts";
import { idPattern } from "#server/pages.ts";

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

export type DocumentRow = Omit<typeof documents.$inferSelect, "text"> & { retryable: boolean };
export type DocumentState = (typeof documentStates)[number];

/** To the year 9999: later ones are times to JavaScript but not to PostgreSQL. */
const cursorPlace = z.tuple([z.int().min(0).max(253_402_300_799_999), z.string().regex(idPattern)]);

/** `limit` is 1 to 200; `nextCursor` is null at the end. */
export async function listDocuments(
  datasetId: string,
  page: { state?: DocumentState | undefined; cursor?: string | null | undefined; limit: number },
): Promise<{ items: DocumentRow[]; nextCursor: string | null }> {
  const db = await database();
  const after = page.cursor ? placeOf(page.cursor) : null;
  const rows = await db
    .select(documentColumns)
    .from(documents)
    .where(
      and(
        eq(documents.datasetId, datasetId),
        page.state && eq(documents.state, page.state),
        after
          ? sql`(${documents.createdAt}, ${documents.id}) < (${after[0].toISOString()}::timestamptz, ${after[1]})`
          : undefined,
      ),
    )
    .orderBy(desc(documents.createdAt), desc(documents.id))
    .limit(page.limit + 1);
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > page.limit && last ? cursorOf(last) : null };
}

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

function cursorOf({ createdAt, id }: { createdAt: Date; id: string }): string {
  return Buffer.from(JSON.stringify([createdAt.getTime(), id])).toString("base64url");
}

function placeOf(cursor: string): [Date, string] {
  try {
    const [time, id] = cursorPlace.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    return [new Date(time), id];
  } catch {
    throw new ApiError("invalid_input", "The cursor is not one that this list gave.");
  }
}
