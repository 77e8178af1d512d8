/** Puts the labelled documents into a dataset, cut and stored by the product's own code. */
import { database, query } from "#db/client.ts";
import { documents as documentRows } from "#db/schema/documents.ts";
import { chunkText } from "#server/documents/chunk.ts";
import { storeChunks } from "#server/documents/store-chunks.ts";
import type { LabelledSet } from "./questions.ts";

export const datasetId = "ds_evaluation";

/** Once: a database that has them already is taken as it is. @returns the number of passages */
export async function load({ documents }: LabelledSet): Promise<number> {
  const db = await database();
  const [loaded] = await query<{ count: number }>(
    "select count(*)::int as count from chunks where dataset_id = $1",
    [datasetId],
  );
  if (loaded && loaded.count > 0) return loaded.count;
  await query("insert into datasets (id, name, visibility) values ($1, 'Evaluation', 'public')", [datasetId]);
  let count = 0;
  for (const { name, text } of documents) {
    const chunks = chunkText(text, "markdown");
    count += chunks.length;
    await db.transaction(async (tx) => {
      await tx.insert(documentRows).values({
        id: name,
        datasetId,
        title: name,
        format: "markdown",
        contentHash: name,
        sizeBytes: text.length,
        state: "ready",
        text,
        chunkCount: chunks.length,
      });
      await storeChunks(tx, { datasetId, documentId: name, language: "english", title: name, chunks });
    });
  }
  await query("analyze");
  return count;
}
