/**
 * What an owner does to a document that is there: gives it another title or metadata, stops or repeats its
 * reading, deletes it. The caller has checked that the dataset may be written; null: it has no such document.
 */
import { and, eq, inArray } from "drizzle-orm";
import { database, type Transaction } from "#db/client.ts";
import { documentSources, documents } from "#db/schema/documents.ts";
import { ApiError } from "#server/errors.ts";
import { cleanLine } from "./clean-text.ts";
import { cleanRecord } from "./judge.ts";
import { lockDataset } from "./lock-dataset.ts";
import { enqueueIngestion, jobs } from "./queue.ts";
import { reviseDocument } from "./revise.ts";
import { type DocumentRow, documentColumns } from "./rows.ts";
import { removeChunks } from "./store-chunks.ts";

type Place = { datasetId: string; documentId: string };
type Locked = { dataset: NonNullable<Awaited<ReturnType<typeof lockDataset>>>; row: DocumentRow };

export async function updateDocument(
  place: Place,
  { title, metadata }: { title?: string | undefined; metadata?: Record<string, unknown> | undefined },
): Promise<DocumentRow | null> {
  return change(place, async (tx, { dataset, row }) => {
    await reviseDocument(tx, dataset, row, {
      title: title === undefined ? null : cleanLine(title) || null,
      metadata: metadata === undefined ? null : cleanRecord(metadata),
    });
  });
}

/** What is not being read is left as it is. What was sent is kept, so that it can be retried. */
export async function cancelDocument(place: Place): Promise<DocumentRow | null> {
  return change(place, async (tx, { row }) => {
    await tx
      .update(documents)
      .set({ state: "failed", reason: "Its reading was cancelled.", stage: null, progress: null })
      .where(and(eq(documents.id, row.id), inArray(documents.state, ["queued", "processing"])));
  });
}

/** `credential`: who pays for the reading from now on. */
export async function retryDocument(
  place: Place,
  credential: { readonly kind: string; readonly id: string },
): Promise<DocumentRow | null> {
  await jobs();
  return change(place, async (tx, { dataset, row }) => {
    if (row.state === "queued" || row.state === "processing") return;
    if (!row.retryable) {
      throw new ApiError("conflict", "There is nothing to retry: send the document again.");
    }
    await tx
      .update(documentSources)
      .set({ credentialKind: credential.kind, credentialId: credential.id })
      .where(eq(documentSources.documentId, row.id));
    await tx.update(documents).set({ state: "queued", reason: null }).where(eq(documents.id, row.id));
    await enqueueIngestion(tx, dataset, [row.id]);
  });
}

/** Also while it is being read: the job then finds nothing to do. */
export async function deleteDocument(place: Place): Promise<boolean> {
  const db = await database();
  return db.transaction(async (tx) => {
    if (!(await lock(tx, place))) return false;
    await removeChunks(tx, place);
    await tx.delete(documents).where(eq(documents.id, place.documentId));
    return true;
  });
}

async function change(
  place: Place,
  work: (tx: Transaction, locked: Locked) => Promise<void>,
): Promise<DocumentRow | null> {
  const db = await database();
  return db.transaction(async (tx) => {
    const locked = await lock(tx, place);
    if (!locked) return null;
    await work(tx, locked);
    const [row] = await tx.select(documentColumns).from(documents).where(eq(documents.id, place.documentId));
    return row ?? null;
  });
}

async function lock(tx: Transaction, { datasetId, documentId }: Place): Promise<Locked | null> {
  const dataset = await lockDataset(tx, datasetId);
  const [row] = await tx
    .select(documentColumns)
    .from(documents)
    .where(and(eq(documents.datasetId, datasetId), eq(documents.id, documentId)))
    .for("update");
  return dataset && row ? { dataset, row } : null;
}
