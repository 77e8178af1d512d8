/**
 * Changes to a document that need no reading: its title, which is part of what finds its chunks, and its
 * metadata. For transactions that hold the rows of dataset and document.
 */
import { isDeepStrictEqual } from "node:util";
import { eq } from "drizzle-orm";
import type { Transaction } from "#db/client.ts";
import { documents } from "#db/schema/documents.ts";
import { retitleChunks } from "./store-chunks.ts";

type Revised = {
  id: string;
  title: string;
  metadata: Record<string, unknown>;
  chunkCount: number;
};

/** null: as it is. */
export async function reviseDocument(
  tx: Transaction,
  dataset: { id: string; language: string },
  old: Revised,
  { title, metadata }: { title: string | null; metadata: Record<string, unknown> | null },
): Promise<void> {
  const retitled = title !== null && title !== old.title;
  const described = metadata !== null && !isDeepStrictEqual(metadata, old.metadata);
  if (!retitled && !described) return;
  await tx
    .update(documents)
    .set({ ...(retitled ? { title } : {}), ...(described ? { metadata } : {}) })
    .where(eq(documents.id, old.id));
  if (!retitled || old.chunkCount === 0) return;
  const { id: datasetId, language } = dataset;
  await retitleChunks(tx, { datasetId, documentId: old.id, language, title });
}
