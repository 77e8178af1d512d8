/**
 * Makes the index of a dataset what its owner chose, beside everything else: documents that are indexed in
 * another language or an older form, passages without a vector, vectors of another model. What was there
 * serves until the new is whole. Every step is stored by itself, so that whoever takes the job up after a
 * crash goes on; run twice it does nothing twice.
 */
import { setImmediate } from "node:timers/promises";
import { and, eq } from "drizzle-orm";
import { database, query, queryWithin } from "#db/client.ts";
import { datasets, documents } from "#db/schema/documents.ts";
import { embedBy, embeddedText, unitLength, vectorModels } from "#server/embedding.ts";
import { lexicalHash } from "#server/lexical-hash.ts";
import { lockDataset } from "./lock-dataset.ts";
import { indexedAs, reindexChunks } from "./store-chunks.ts";
import { unmeasured } from "./store-vectors.ts";

const documentsAtOnce = 50;
const passagesAtOnce = 256;
const vectorsPerRemoval = 2_000;
/** Fewer pairs of texts say little about what a model gives unrelated ones. */
const leastPairs = 20;

type Wanted = { language: string; model: string };

/** @throws what may pass when tried again: the model's server is away, or the process stops */
export async function indexDataset(datasetId: string, signal: AbortSignal): Promise<void> {
  const [last] = await query<{ id: string | null }>(
    "select max(id)::text as id from indexing_requests where dataset_id = $1",
    [datasetId],
  );
  const wanted = await wantedFor(datasetId);
  if (!last?.id || !wanted) return;
  const whole =
    (await reindexDocuments(datasetId, wanted, signal)) && (await makeVectors(datasetId, wanted, signal));
  // Chosen anew meanwhile: that has a request of its own.
  if (!whole) return;
  await query("update datasets set former_language = null where id = $1 and language = $2", [
    datasetId,
    wanted.language,
  ]);
  await query("delete from indexing_requests where dataset_id = $1 and id <= $2::bigint", [
    datasetId,
    last.id,
  ]);
}

async function wantedFor(datasetId: string): Promise<Wanted | null> {
  const [row] = await query<Wanted>(
    "select language, embedding_model as model from datasets where id = $1 and deleted_at is null",
    [datasetId],
  );
  return row ?? null;
}

/** Answers whether all are as wanted now. */
async function reindexDocuments(
  datasetId: string,
  { language }: Wanted,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const stale = await query<{ id: string }>(
      `select id from documents where dataset_id = $1 and chunk_count > 0 and indexed_as <> $2
       order by id limit $3`,
      [datasetId, indexedAs(language), documentsAtOnce],
    );
    if (stale.length === 0) return true;
    for (const { id } of stale) {
      signal.throwIfAborted();
      await setImmediate();
      if (!(await reindexDocument(datasetId, id, language))) return false;
    }
  }
}

/** False: the dataset is gone, or wants another language. */
async function reindexDocument(datasetId: string, documentId: string, language: string): Promise<boolean> {
  const db = await database();
  return db.transaction(async (tx) => {
    const dataset = await lockDataset(tx, datasetId);
    if (dataset?.language !== language) return false;
    const [document] = await tx
      .select({ title: documents.title })
      .from(documents)
      .where(and(eq(documents.id, documentId), eq(documents.datasetId, datasetId)))
      .for("update");
    if (document) await reindexChunks(tx, { datasetId, documentId, language, title: document.title });
    return true;
  });
}

/** Answers whether the wanted model's vectors serve now. */
async function makeVectors(datasetId: string, { model }: Wanted, signal: AbortSignal): Promise<boolean> {
  if (!vectorModels().includes(model)) throw new Error("The model of this dataset is not configured.");
  const set = await setOf(datasetId, model);
  if (set === null) return false;
  let after = "";
  for (;;) {
    const page = await query<{ id: string }>(
      "select id from documents where dataset_id = $1 and chunk_count > 0 and id > $2 order by id limit $3",
      [datasetId, after, documentsAtOnce],
    );
    const last = page.at(-1);
    if (!last) break;
    after = last.id;
    if ((await wantedFor(datasetId))?.model !== model) return false;
    await embedPassages(set, model, page, signal);
  }
  return serve(datasetId, set, model);
}

async function setOf(datasetId: string, model: string): Promise<number | null> {
  await query(
    `insert into vector_sets (dataset_id, model, dimensions, unrelated)
     select id, $2, $3::int, $4::real from datasets where id = $1 on conflict (dataset_id, model) do nothing`,
    model === lexicalHash.model
      ? [datasetId, model, lexicalHash.dimensions, 0]
      : [datasetId, model, null, unmeasured],
  );
  const [set] = await query<{ id: number }>(
    "select id from vector_sets where dataset_id = $1 and model = $2",
    [datasetId, model],
  );
  return set?.id ?? null;
}

type Passage = { id: string; documentId: string; title: string; headingPath: string[]; text: string };

const passagesStatement = `
  select chunks.id::text, document_id as "documentId", title, heading_path as "headingPath", chunks.text
  from chunks join documents on documents.id = document_id
  where document_id = any($1::text[]) and chunks.id <> all($2::bigint[])
    and not exists (select from chunk_vectors where chunk_id = chunks.id and set_id = $3)
  limit $4`;

/** A passage whose text the model refuses has no vector, and is found by its words. */
async function embedPassages(
  set: number,
  model: string,
  page: readonly { id: string }[],
  signal: AbortSignal,
): Promise<void> {
  const refused: string[] = [];
  const ids = page.map(({ id }) => id);
  for (;;) {
    signal.throwIfAborted();
    const passages = await query<Passage>(passagesStatement, [ids, refused, set, passagesAtOnce]);
    if (passages.length === 0) return;
    const vectors = await embedBy(model, passages.map(embeddedText), signal);
    const made: (Passage & { vector: string; dimensions: number })[] = [];
    for (const [at, passage] of passages.entries()) {
      const vector = vectors[at];
      if (Array.isArray(vector)) {
        made.push({ ...passage, vector: JSON.stringify(unitLength(vector)), dimensions: vector.length });
      } else if (vector?.refusal === "invalid_input") refused.push(passage.id);
      else throw vector ?? new Error("The model gave too few vectors.");
    }
    await store(set, made);
  }
}

/** A document that was given another title meanwhile is embedded with that. */
async function store(
  set: number,
  made: readonly (Passage & { vector: string; dimensions: number })[],
): Promise<void> {
  const [first] = made;
  if (!first) return;
  const [fits] = await query<{ dimensions: number }>(
    "update vector_sets set dimensions = coalesce(dimensions, $2) where id = $1 returning dimensions",
    [set, first.dimensions],
  );
  if (!fits) throw new Error("Another model was chosen meanwhile.");
  if (fits.dimensions !== first.dimensions) {
    throw new Error(
      `The model gave vectors of ${first.dimensions} numbers where it gave ${fits.dimensions} before.`,
    );
  }
  await query(
    `insert into chunk_vectors (set_id, chunk_id, document_id, embedding)
     select $1, chunks.id, chunks.document_id, embedding::vector
     from unnest($2::bigint[], $3::text[], $4::text[]) as made(id, title, embedding)
     join chunks on chunks.id = made.id
     join documents on documents.id = chunks.document_id and documents.title = made.title
     join vector_sets on vector_sets.id = $1
     on conflict do nothing`,
    [set, made.map(({ id }) => id), made.map(({ title }) => title), made.map(({ vector }) => vector)],
  );
}

async function serve(datasetId: string, set: number, model: string): Promise<boolean> {
  if (model !== lexicalHash.model) await measureUnrelated(set);
  const db = await database();
  return db.transaction(async (tx) => {
    const rows = await tx
      .update(datasets)
      .set({ vectorSetId: set })
      .where(and(eq(datasets.id, datasetId), eq(datasets.embeddingModel, model)))
      .returning({ id: datasets.id });
    if (rows.length === 0) return false;
    await queryWithin(tx, "delete from vector_sets where dataset_id = $1 and id <> $2", [datasetId, set]);
    return true;
  });
}

/**
 * Some models give texts that have nothing to do with each other a cosine of 0.7: what pairs of neighbours
 * in an order by chance have, and a little more, counts as nothing.
 */
async function measureUnrelated(set: number): Promise<void> {
  await query(
    `with sampled as (
       select embedding, document_id, row_number() over (order by md5(chunk_id::text)) as place
       from (select * from chunk_vectors where set_id = $1 limit 1000) as first
     ), pair as (
       select -(one.embedding <#> other.embedding) as cosine
       from sampled as one join sampled as other on other.place = one.place + 1
       where one.document_id <> other.document_id
     )
     update vector_sets set unrelated = least(0.95, greatest(0, mean + deviation))
     from (select count(*) as pairs, avg(cosine) as mean, stddev_pop(cosine) as deviation from pair) as measured
     where id = $1 and pairs >= $2`,
    [set, leastPairs],
  );
}

/** Vectors of sets that no longer are, a few at a time: a large one would keep others waiting. */
export async function removeOldVectors(): Promise<void> {
  for (;;) {
    const gone = await query(
      `delete from chunk_vectors where ctid = any(array(
         select ctid from chunk_vectors
         where set_id = (
           select set_id from (
             with recursive used as (
               (select set_id from chunk_vectors order by set_id limit 1)
               union all
               select (select set_id from chunk_vectors where set_id > used.set_id order by set_id limit 1)
               from used where used.set_id is not null
             ) select set_id from used
           ) as present
           where set_id is not null and not exists (select from vector_sets where id = set_id) limit 1
         ) limit ${vectorsPerRemoval}
       )) returning 1`,
    );
    if (gone.length < vectorsPerRemoval) return;
    await setImmediate();
  }
}
