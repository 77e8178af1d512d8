/**
 * Puts the labelled documents into a dataset, cut and stored by the product's own code. That takes minutes, so
 * the database is kept: it is known again by what was stored and by the code that stored it.
 */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { database, query } from "#db/client.ts";
import { documents as documentRows } from "#db/schema/documents.ts";
import { chunkText } from "#server/documents/chunk.ts";
import { readText } from "#server/documents/read-text.ts";
import { storeChunks } from "#server/documents/store-chunks.ts";
import type { LabelledSet } from "./questions.ts";

export const datasetId = "ds_evaluation";

/** What decides what the database holds, besides the documents. */
const storing = ["db/migrations/*.sql", "server/documents/{chunk,read,store}*.ts", "server/lexical-hash.ts"];

/** `language`: of the dataset. */
export function fingerprint({ documents }: LabelledSet, language: string): string {
  const hash = createHash("sha256").update(JSON.stringify([language, documents]));
  for (const file of globSync(storing).sort()) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Once: a database that has them already is taken as it is.
 * @throws when it holds others
 */
export async function load(
  set: LabelledSet,
  language: string,
): Promise<{ passages: number; stored: boolean }> {
  const [loaded] = await query<{ name: string; passages: number }>(
    "select name, (select count(*)::int from chunks where dataset_id = $1) as passages from datasets where id = $1",
    [datasetId],
  );
  const name = fingerprint(set, language);
  if (loaded?.name === name) return { passages: loaded.passages, stored: false };
  if (loaded)
    throw new Error("DATABASE_URL holds other documents, or an unfinished run's: name an empty one.");
  // Its name tells that all is there, so it comes last.
  await query(
    "insert into datasets (id, name, visibility, language) values ($1, 'unfinished', 'public', $2)",
    [datasetId, language],
  );
  const passages = await store(set, language);
  await query("analyze");
  await query("update datasets set name = $2 where id = $1", [datasetId, name]);
  return { passages, stored: true };
}

async function store({ documents }: LabelledSet, language: string): Promise<number> {
  const db = await database();
  let count = 0;
  for (const { id, title, text: sent, format: declared } of documents) {
    const read = readText(new TextEncoder().encode(sent), { format: declared });
    if ("refused" in read) throw new Error(`Document ${id}: ${read.refused}`);
    const { format, style, text } = read;
    const chunks = chunkText(text, style);
    count += chunks.length;
    await db.transaction(async (tx) => {
      await tx.insert(documentRows).values({
        id,
        datasetId,
        title,
        format,
        contentHash: id,
        sizeBytes: text.length,
        state: "ready",
        text,
        chunkCount: chunks.length,
      });
      await storeChunks(tx, { datasetId, documentId: id, language, title, chunks });
    });
  }
  return count;
}
