/**
 * From a stored source to searchable chunks. A document's text, chunks and state change in one transaction,
 * so that the new reading is there as a whole or the old one still is, and doing it twice does nothing
 * twice. Rows are locked dataset first, then document, then lexicon, as everywhere in this folder.
 */
import { and, eq, inArray, sql } from "drizzle-orm";
import { database, type Transaction } from "#db/client.ts";
import { documentSources, documents, type ingestionStages } from "#db/schema/documents.ts";
import { chargeWork } from "#server/ledger.ts";
import { readingCredits } from "#server/price.ts";
import { settleFlags } from "./flags.ts";
import { untitled } from "./judge.ts";
import { lockDataset } from "./lock-dataset.ts";
import { type Prepared, prepareAside } from "./prepare.ts";
import { replaceChunks } from "./replace-chunks.ts";
import { indexedAs } from "./store-chunks.ts";
import { retireText } from "./versions.ts";

/** From here on storing takes a while, and its owner may like to know that it has begun. */
const manyChunks = 500;

/**
 * Asked before a text is stored in the place of another, and what it answers after that: what speaks against
 * the new text, in words for its owner. null: nothing does.
 */
export type Weigh = (
  tx: Transaction,
  datasetId: string,
) => Promise<((tx: Transaction) => Promise<string | null>) | null>;

/** Throws only what may pass when tried again. A document that is gone or done is left alone. */
export async function ingestDocument(documentId: string, weigh?: Weigh): Promise<void> {
  const source = await takeSource(documentId);
  if (!source) return;
  const prepared = await prepareAside(source.content, { format: source.format });
  if ("chunks" in prepared && prepared.chunks.length > manyChunks) {
    await noteProgress(documentId, "storing", 0.5);
  }
  const db = await database();
  await db.transaction(async (tx) => {
    const dataset = await lockDataset(tx, source.datasetId);
    const [document] = await tx
      .select({
        title: documents.title,
        contentHash: documents.contentHash,
        state: documents.state,
        served: sql<boolean>`documents.text is not null`,
        indexedAs: documents.indexedAs,
      })
      .from(documents)
      .where(eq(documents.id, documentId))
      .for("update");
    // Deleted, cancelled, finished by somebody else, or replaced by new content that has a job of its own.
    if (!dataset || document?.state !== "processing" || document.contentHash !== source.contentHash) return;
    const { title, indexedAs } = document;
    const stored = { ...dataset, documentId, title, indexedAs };
    const undone =
      "refused" in prepared
        ? null
        : await storeAndPay(tx, stored, prepared, source.credential, document.served ? weigh : undefined);
    const reason = "refused" in prepared ? prepared.refused : undone;
    if (reason !== null) await fail(tx, documentId, reason);
    // It is kept where reading it again may end otherwise.
    if (undone === null) await tx.delete(documentSources).where(eq(documentSources.documentId, documentId));
  });
}

/** The last word on a document whose job failed too often; its source stays for another try. */
export async function giveUpDocument(documentId: string, jobId: string): Promise<void> {
  const db = await database();
  await db
    .update(documents)
    .set({
      ...failed,
      reason: `Reading it failed several times through a fault of this server. Retry it; if that does not help, tell the operator: job ${jobId}.`,
    })
    .where(and(eq(documents.id, documentId), inArray(documents.state, ["queued", "processing"])));
}

/** For who watches; nothing is decided by it. */
async function noteProgress(
  documentId: string,
  stage: (typeof ingestionStages)[number],
  progress: number,
): Promise<void> {
  const db = await database();
  await db
    .update(documents)
    .set({ stage, progress })
    .where(and(eq(documents.id, documentId), eq(documents.state, "processing")));
}

async function takeSource(documentId: string) {
  const db = await database();
  const [taken] = await db
    .update(documents)
    .set({ state: "processing", stage: "reading", progress: 0 })
    .from(documentSources)
    .where(
      and(
        eq(documents.id, documentId),
        eq(documentSources.documentId, documents.id),
        inArray(documents.state, ["queued", "processing"]),
        sql`exists (select from datasets where id = ${documents.datasetId} and deleted_at is null)`,
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

const failed = { state: "failed", stage: null, progress: null } as const;

/** The text that an earlier reading left stays, and is searched. */
async function fail(tx: Transaction, documentId: string, reason: string): Promise<void> {
  await tx
    .update(documents)
    .set({ ...failed, reason })
    .where(eq(documents.id, documentId));
}

/** Rolls back to before the chunks: the credits do not reach, or something speaks against them. */
class Undone extends Error {}

type StoredDocument = {
  id: string;
  ownerId: string | null;
  language: string;
  embeddingModel: string;
  documentId: string;
  title: string;
  /** What its present chunks are. */
  indexedAs: string;
};

/** Answers why it was undone, in words for its owner, or null when it is stored and paid for. */
async function storeAndPay(
  tx: Transaction,
  document: StoredDocument,
  prepared: Prepared,
  credential: { kind: string; id: string } | null,
  weigh?: Weigh,
): Promise<string | null> {
  const objections = await weigh?.(tx, document.id);
  try {
    await tx.transaction(async (inner) => {
      const stored = await store(inner, document, prepared);
      const objection = await objections?.(inner);
      if (objection) throw new Undone(objection);
      await pay(inner, document, { ...stored, length: prepared.text.length }, credential);
    });
    return null;
  } catch (error) {
    if (error instanceof Undone) return error.message;
    throw error;
  }
}

async function store(tx: Transaction, document: StoredDocument, prepared: Prepared) {
  const { id: datasetId, documentId, language } = document;
  const { text, chunks } = await settleFlags(tx, datasetId, prepared);
  const title = document.title === untitled ? (prepared.title ?? untitled) : document.title;
  const version = await retireText(tx, documentId);
  const readAnew = await replaceChunks(
    tx,
    { datasetId, documentId, language, title, indexedTitle: document.title, indexedAs: document.indexedAs },
    chunks,
  );
  await tx
    .update(documents)
    .set({
      state: "ready",
      reason: null,
      stage: null,
      progress: null,
      title,
      format: prepared.format,
      text,
      chunkCount: chunks.length,
      indexedAs: indexedAs(language),
    })
    .where(eq(documents.id, documentId));
  return { title, version, readAnew };
}

async function pay(
  tx: Transaction,
  document: StoredDocument,
  stored: { title: string; version: number; readAnew: number; length: number },
  credential: { kind: string; id: string } | null,
): Promise<void> {
  const amount = readingCredits(stored.readAnew, document.embeddingModel);
  const { ownerId: accountId } = document;
  if (amount === 0 || accountId === null || credential === null) return;
  const read = {
    datasetId: document.id,
    documentId: document.documentId,
    documentTitle: stored.title,
    version: stored.version,
    chunkId: null,
    start: 0,
    end: stored.length,
    rank: null,
    score: null,
  };
  const operation = "documents.ingest";
  const result = await chargeWork(tx, { accountId, credential, operation, amount, read });
  if (result.outcome === "held") return;
  if (result.outcome === "expiryDue") throw new Error("Credits expire just now: tried again.");
  const what = result.outcome === "overBudget" ? "the budget has" : "the account has";
  const left = "available" in result ? result.available : 0;
  throw new Undone(
    `Not enough credits: reading it costs ${amount}, ${what} ${left}. Add credits, then retry it.`,
  );
}
