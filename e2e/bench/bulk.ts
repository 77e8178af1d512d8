/**
 * Fills a database with passages by bulk SQL, past the ingestion, which would take hours for a million:
 * the rows are those that it makes.
 */
import { query } from "#db/client.ts";
import { embeddedText } from "#server/embedding.ts";
import { embedLexically, lexicalHash } from "#server/lexical-hash.ts";
import { syntheticText } from "./synthetic.ts";

const chunksPerDocument = 50;
const documentsAtOnce = 20;
/** Of a document's number: what filters choose by. */
const kinds = 10;

export type Bulk = { readonly prefix: string; readonly datasets: number; readonly chunks: number };

const datasetIdOf = ({ prefix }: Bulk, n: number) => `ds_${prefix}_${n}`;
/** Documents of all datasets in turn, as they come in where many people use one installation. */
const datasetOf = (bulk: Bulk, document: number) => document % bulk.datasets;
export const documentsOf = ({ chunks }: Bulk) => Math.ceil(chunks / chunksPerDocument);
export const targetOf = (bulk: Bulk, document: number) => datasetIdOf(bulk, datasetOf(bulk, document));

/** Made when all is stored. */
const indexes = ["chunks_words_idx", "lexemes_similar_idx"];

/** Answers the seconds it took. */
export async function loadBulk(bulk: Bulk): Promise<number> {
  const startedAt = performance.now();
  const definitions = await query<{ text: string }>(
    "select pg_get_indexdef(name::regclass) as text from unnest($1::text[]) as name",
    [indexes],
  );
  for (const name of indexes) await query(`drop index ${name}`);
  const sets = await openDatasets(bulk);
  const lexicons = Array.from({ length: bulk.datasets }, () => new Map<string, number>());
  const documents = documentsOf(bulk);
  let first = 0;
  // The database stores one batch while the next is made.
  const load = async () => {
    while (first < documents) {
      const from = first;
      first += documentsAtOnce;
      const length = Math.min(documentsAtOnce, documents - from);
      await loadDocuments(
        bulk,
        sets,
        Array.from({ length }, (_, at) => from + at),
        lexicons,
      );
    }
  };
  await Promise.all([load(), load(), load()]);
  for (const [n, lexicon] of lexicons.entries()) {
    await query(
      "insert into lexemes (dataset_id, lexeme, chunk_count) select $1, * from unnest($2::text[], $3::int[])",
      [datasetIdOf(bulk, n), [...lexicon.keys()], [...lexicon.values()]],
    );
  }
  for (const { text } of definitions) await query(text);
  await query("vacuum analyze");
  return (performance.now() - startedAt) / 1000;
}

async function openDatasets(bulk: Bulk): Promise<number[]> {
  const ids = Array.from({ length: bulk.datasets }, (_, n) => datasetIdOf(bulk, n));
  await query(
    "insert into datasets (id, name, visibility) select id, 'Bench', 'public' from unnest($1::text[]) as id",
    [ids],
  );
  const sets = await query<{ id: number; datasetId: string }>(
    `insert into vector_sets (dataset_id, model, dimensions) select id, $2, $3::int from unnest($1::text[]) as id
     returning id, dataset_id as "datasetId"`,
    [ids, lexicalHash.model, lexicalHash.dimensions],
  );
  await query(
    "update datasets set vector_set_id = vector_sets.id from vector_sets where dataset_id = datasets.id",
  );
  const setOf = new Map(sets.map(({ id, datasetId }) => [datasetId, id]));
  return ids.map((id) => setOf.get(id) ?? 0);
}

async function loadDocuments(
  bulk: Bulk,
  sets: readonly number[],
  batch: readonly number[],
  lexicons: readonly Map<string, number>[],
): Promise<void> {
  const idOf = (document: number) => `doc_${bulk.prefix}_${document}`;
  await query(
    `insert into documents (id, dataset_id, title, format, metadata, content_hash, size_bytes, state, text, chunk_count)
     select id, dataset_id, id, 'text', jsonb_build_object('kind', kind), md5(id), 0, 'ready', '', $4::int
     from unnest($1::text[], $2::text[], $3::int[]) as given(id, dataset_id, kind)`,
    [
      batch.map(idOf),
      batch.map((document) => targetOf(bulk, document)),
      // Datasets take documents in turn: by the round, or all of a dataset would be of one kind.
      batch.map((document) => Math.floor(document / bulk.datasets) % kinds),
      chunksPerDocument,
    ],
  );
  const chunks = batch.flatMap((document) =>
    Array.from({ length: chunksPerDocument }, (_, ordinal) => ({
      document,
      ordinal,
      text: syntheticText(document, ordinal),
    })),
  );
  for (const { document, text } of chunks) {
    const lexicon = lexicons[datasetOf(bulk, document)];
    for (const word of new Set(["", ...text.split(" ")])) lexicon?.set(word, (lexicon.get(word) ?? 0) + 1);
  }
  const vectors = chunks.map(({ document, text }) =>
    JSON.stringify(embedLexically(embeddedText({ title: idOf(document), headingPath: [], text }))),
  );
  await query(
    `with stored as (
       insert into chunks (dataset_id, document_id, ordinal, heading_path, start, "end", text, tsv)
       select dataset_id, document_id, ordinal, '{}', 0, length(text), text, to_tsvector('english', text)
       from unnest($1::text[], $2::text[], $3::int[], $4::text[]) as given(dataset_id, document_id, ordinal, text)
       returning id, document_id, ordinal
     )
     insert into chunk_vectors (set_id, chunk_id, document_id, embedding)
     select set_id, stored.id, document_id, embedding::vector
     from stored join unnest($2::text[], $3::int[], $5::int[], $6::text[]) as made(document_id, ordinal, set_id, embedding)
       using (document_id, ordinal)`,
    [
      chunks.map(({ document }) => targetOf(bulk, document)),
      chunks.map(({ document }) => idOf(document)),
      chunks.map(({ ordinal }) => ordinal),
      chunks.map(({ text }) => text),
      chunks.map(({ document }) => sets[datasetOf(bulk, document)]),
      vectors,
    ],
  );
}
