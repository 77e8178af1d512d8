/**
 * The first lock of every transaction that changes documents: dataset, then document, then lexicon, so
 * that uploads, ingestion and deletion at once wait for each other and never deadlock.
 */
import { and, eq, isNull } from "drizzle-orm";
import type { Transaction } from "#db/client.ts";
import { datasets } from "#db/schema/documents.ts";

/** Keeps the dataset from being deleted until the transaction ends, without blocking its other writers. */
export async function lockDataset(
  tx: Transaction,
  datasetId: string,
): Promise<{ id: string; ownerId: string | null; language: string; embeddingModel: string } | null> {
  const [dataset] = await tx
    .select({
      id: datasets.id,
      ownerId: datasets.ownerId,
      language: datasets.language,
      embeddingModel: datasets.embeddingModel,
    })
    .from(datasets)
    .where(and(eq(datasets.id, datasetId), isNull(datasets.deletedAt)))
    .for("key share");
  return dataset ?? null;
}
