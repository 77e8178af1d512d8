/**
 * From a stored source to searchable chunks. A document's text, chunks and state change in one
 * transaction, so it is ready with all of them or not at all, and doing it twice does nothing twice. Rows
 * are locked dataset first, then document, then lexicon, as everywhere in this folder.
 */
import { and, eq, inArray } from "drizzle-orm";
import { database, type Transaction } from "#db/client.ts";
import { documentSources, documents } from "#db/schema/documents.ts";
import { untitled } from "./judge.ts";
import { lockDataset } from "./lock-dataset.ts";
import { type Prepared, prepareAside } from "./prepare.ts";
import { removeChunks, storeChunks } from "./store-chunks.ts";

/** Throws only what may pass when tried again. A document that is gone or done is left alone. */
export async function ingestDocument(documentId: string): Promise<void> {
  const source = await takeSource(documentId);
  if (!source) return;
  const prepared = await prepareAside(source.content, { format: source.format });
  const db = await database();
  await db.transaction(async (tx) => {
    const dataset = await lockDataset(tx, source.datasetId);
    const [document] = await tx
      .select({
        title: documents.title,
        contentHash: documents.contentHash,
        chunkCount: documents.chunkCount,
        state: documents.state,
      })
      .from(documents)
      .where(eq(documents.id, documentId))
      .for("update");
    // Deleted, finished by somebody else, or replaced by new content that has a job of its own.
    if (!dataset || document?.state !== "processing" || document.contentHash !== source.contentHash) return;
    if (document.chunkCount > 0) await removeChunks(tx, { datasetId: dataset.id, documentId });
    if ("refused" in prepared) await markRefused(tx, documentId, prepared.refused);
    else await store(tx, { ...dataset, documentId, title: document.title }, prepared);
    await tx.delete(documentSources).where(eq(documentSources.documentId, documentId));
  });
}

/** The last word on a document whose job failed too often; its source stays for another try. */
export async function giveUpDocument(documentId: string): Promise<void> {
  const db = await database();
  await db
    .update(documents)
    .set({ state: "failed", reason: "Reading it failed several times. Upload it again to retry." })
    .where(and(eq(documents.id, documentId), inArray(documents.state, ["queued", "processing"])));
}

async function takeSource(documentId: string) {
  const db = await database();
  const [taken] = await db
    .update(documents)
    .set({ state: "processing" })
    .from(documentSources)
    .where(
      and(
        eq(documents.id, documentId),
        eq(documentSources.documentId, documents.id),
        inArray(documents.state, ["queued", "processing"]),
      ),
    )
    .returning({
      datasetId: documents.datasetId,
      format: documents.format,
      contentHash: documents.contentHash,
      content: documentSources.content,
    });
  return taken ?? null;
}

async function markRefused(tx: Transaction, documentId: string, reason: string): Promise<void> {
  await tx
    .update(documents)
    .set({ state: "failed", reason, text: null, chunkCount: 0 })
    .where(eq(documents.id, documentId));
}

async function store(
  tx: Transaction,
  document: { id: string; language: string; documentId: string; title: string },
  prepared: Prepared,
): Promise<void> {
  const { text } = prepared;
  const title = document.title === untitled ? (prepared.title ?? untitled) : document.title;
  await storeChunks(tx, {
    datasetId: document.id,
    documentId: document.documentId,
    language: document.language,
    title,
    chunks: prepared.chunks.map((chunk) => ({ ...chunk, text: text.slice(chunk.start, chunk.end) })),
  });
  await tx
    .update(documents)
    .set({
      state: "ready",
      reason: null,
      title,
      format: prepared.format,
      text,
      chunkCount: prepared.chunks.length,
    })
    .where(eq(documents.id, document.documentId));
}
