/**
 * From a stored source to searchable chunks. A document's text, chunks and state change in one
 * transaction, so it is ready with all of them or not at all, and doing it twice does nothing twice. Rows
 * are locked dataset first, then document, then lexicon, as everywhere in this folder.
 */
import { and, eq, inArray } from "drizzle-orm";
import { database, type Transaction } from "#db/client.ts";
import { documentSources, documents } from "#db/schema/documents.ts";
import { chargeWork } from "#server/ledger.ts";
import { ingestionPrice } from "#server/operations.ts";
import { untitled } from "./judge.ts";
import { lockDataset } from "./lock-dataset.ts";
import { type Prepared, prepareAside } from "./prepare.ts";
import { removeChunks, storeChunks } from "./store-chunks.ts";
import { retireText } from "./versions.ts";

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
    const version = await retireText(tx, documentId);
    const refused =
      "refused" in prepared
        ? prepared.refused
        : await storeAndPay(
            tx,
            { ...dataset, documentId, version, title: document.title },
            prepared,
            source.credential,
          );
    if (refused !== null) await markRefused(tx, documentId, refused);
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
      credentialKind: documentSources.credentialKind,
      credentialId: documentSources.credentialId,
    });
  if (!taken) return null;
  const { credentialKind: kind, credentialId: id, ...source } = taken;
  return { ...source, credential: kind !== null && id !== null ? { kind, id } : null };
}

async function markRefused(tx: Transaction, documentId: string, reason: string): Promise<void> {
  await tx
    .update(documents)
    .set({ state: "failed", reason, text: null, chunkCount: 0 })
    .where(eq(documents.id, documentId));
}

/** Rolls back to before the chunks when the credits do not reach. */
class Unpaid extends Error {}

/** Answers why the document was refused, in words for its owner, or null when it is stored and paid for. */
async function storeAndPay(
  tx: Transaction,
  document: StoredDocument,
  prepared: Prepared,
  credential: { kind: string; id: string } | null,
): Promise<string | null> {
  const { credits, characters } = ingestionPrice;
  const amount = credits * Math.floor(prepared.text.length / characters);
  const { ownerId: accountId } = document;
  try {
    await tx.transaction(async (inner) => {
      const title = await store(inner, document, prepared);
      if (amount === 0 || accountId === null || credential === null) return;
      const operation = "documents.ingest";
      const read = {
        datasetId: document.id,
        documentId: document.documentId,
        documentTitle: title,
        version: document.version,
        chunkId: null,
        start: 0,
        end: prepared.text.length,
        rank: null,
        score: null,
      };
      const result = await chargeWork(inner, { accountId, credential, operation, amount, read });
      if (result.outcome === "held") return;
      if (result.outcome === "expiryDue") throw new Error("Credits expire just now: tried again.");
      const what = result.outcome === "overBudget" ? "the budget has" : "the account has";
      const left = "available" in result ? result.available : 0;
      throw new Unpaid(
        `Not enough credits: reading it costs ${amount}, ${what} ${left}. Add credits, then send it again.`,
      );
    });
    return null;
  } catch (error) {
    if (error instanceof Unpaid) return error.message;
    throw error;
  }
}

type StoredDocument = {
  id: string;
  ownerId: string | null;
  language: string;
  documentId: string;
  version: number;
  title: string;
};

/** Answers its title. */
async function store(tx: Transaction, document: StoredDocument, prepared: Prepared): Promise<string> {
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
  return title;
}
