/**
 * Vectors of a document's chunks, made by the built-in embedding in the transaction that stores them: a
 * tenth of a millisecond each. What another model makes is fetched afterwards, from outside of any
 * transaction. A dataset has one set of vectors for each model; its first chunks make its first set.
 */
import { setImmediate } from "node:timers/promises";
import { queryWithin, type Transaction } from "#db/client.ts";
import { embeddedText } from "../embedding.ts";
import { embedLexically, lexicalHash } from "../lexical-hash.ts";

const chunksPerStatement = 100;

/** Gives the document's chunks that have none a vector in each set of the built-in embedding. */
export async function storeVectors(
  tx: Transaction,
  { datasetId, documentId, title }: { datasetId: string; documentId: string; title: string },
): Promise<void> {
  const sets = await vectorSetsOf(tx, datasetId);
  if (sets.some(({ model }) => model !== lexicalHash.model)) await requestIndexing(tx, datasetId);
  for (const { id, model } of sets) {
    if (model !== lexicalHash.model) continue;
    while ((await storeSome(tx, id, { documentId, title })) === chunksPerStatement) {
      // PGlite answers in microtasks: others are served between two statements.
      await setImmediate();
    }
  }
}

/** Vectors that are fetched from elsewhere: server/documents/index-dataset.ts. */
async function requestIndexing(tx: Transaction, datasetId: string): Promise<void> {
  await queryWithin(tx, "insert into indexing_requests (dataset_id) values ($1)", [datasetId]);
}

/** Before its chunks get new ones, for a new title. */
export async function removeVectors(tx: Transaction, documentId: string): Promise<void> {
  await queryWithin(
    tx,
    "delete from chunk_vectors where chunk_id in (select id from chunks where document_id = $1)",
    [documentId],
  );
}

async function storeSome(
  tx: Transaction,
  setId: number,
  { documentId, title }: { documentId: string; title: string },
): Promise<number> {
  const rows = await queryWithin<{ id: string; headingPath: string[]; text: string }>(
    tx,
    `select id::text, heading_path as "headingPath", text from chunks
     where document_id = $1 and not exists (
       select from chunk_vectors where chunk_id = chunks.id and set_id = $2
     )
     order by ordinal limit $3`,
    [documentId, setId, chunksPerStatement],
  );
  if (rows.length === 0) return 0;
  const vectors = rows.map((chunk) => JSON.stringify(embedLexically(embeddedText({ title, ...chunk }))));
  await queryWithin(
    tx,
    `insert into chunk_vectors (set_id, chunk_id, document_id, embedding)
     select $1, id, $2, embedding::vector from unnest($3::bigint[], $4::text[]) as made(id, embedding)`,
    [setId, documentId, asArray(rows.map(({ id }) => id)), asArray(vectors.map((vector) => `"${vector}"`))],
  );
  return rows.length;
}

/** Of another model: until enough of its vectors are there to measure what it gives unrelated texts. */
export const unmeasured = 0.5;

/** An array in the form that both drivers pass on as it is. */
const asArray = (elements: readonly string[]) => `{${elements.join(",")}}`;

type VectorSet = { id: number; model: string };

async function vectorSetsOf(tx: Transaction, datasetId: string): Promise<VectorSet[]> {
  const sets = await listSets(tx, datasetId);
  if (sets.length > 0) return sets;
  await queryWithin(
    tx,
    `with made as (
       insert into vector_sets (dataset_id, model, dimensions, unrelated)
       select id, embedding_model, case when embedding_model = $2 then $3::int end,
         case when embedding_model = $2 then 0 else ${unmeasured} end
       from datasets where id = $1
       on conflict (dataset_id, model) do nothing returning id
     )
     update datasets set vector_set_id = made.id from made where datasets.id = $1`,
    [datasetId, lexicalHash.model, lexicalHash.dimensions],
  );
  return listSets(tx, datasetId);
}

function listSets(tx: Transaction, datasetId: string): Promise<VectorSet[]> {
  return queryWithin(tx, "select id, model from vector_sets where dataset_id = $1 order by id", [datasetId]);
}
