/**
 * Chunks and the lexicon of their dataset, written together: `lexemes.chunk_count` is always the number of
 * chunks whose `tsv` holds the word. Both functions belong in the transaction that changes the document;
 * a document that is deleted by cascade alone would leave its words in the lexicon.
 */
import { setImmediate } from "node:timers/promises";
import { type SQL, sql } from "drizzle-orm";
import type { Transaction } from "#db/client.ts";

export type NewChunk = {
  ordinal: number;
  headingPath: string[];
  /** Offsets into documents.text, UTF-16 code units, end exclusive. */
  start: number;
  end: number;
  page?: number | null;
  text: string;
};

const chunksPerStatement = 200;
/** Where one heading ends and the next begins: arrays of arrays must be rectangular in SQL. */
const headingSeparator = "\u001f";
/** PostgreSQL refuses a tsvector past 1 MB; a chunk this long is searched by its beginning. */
const searchableCharacters = 100_000;

/**
 * Stems, with title and headings weighted, then the plain words that no stem covers: exact words, stop
 * words and the parts of `a/b`, `a.b` and `a-b`, which PostgreSQL otherwise keeps as one token.
 */
function searchVector(): SQL {
  return sql`
    setweight(stems, 'D') || setweight(headings, 'B') || setweight(title, 'C')
      || setweight(ts_delete(plain, tsvector_to_array(stems)), 'D')`;
}

/** Adds the chunks of a document that has none. `language` is a text search configuration. */
export async function storeChunks(
  tx: Transaction,
  input: { datasetId: string; documentId: string; language: string; title: string; chunks: NewChunk[] },
): Promise<void> {
  if (input.chunks.length === 0) return;
  for (let first = 0; first < input.chunks.length; first += chunksPerStatement) {
    const batch = input.chunks.slice(first, first + chunksPerStatement);
    // PGlite answers in microtasks: without a turn of the event loop a long document stops the process.
    await setImmediate();
    const column = <T>(of: (chunk: NewChunk) => T) => sql.param(batch.map(of));
    await tx.execute(sql`
      insert into chunks (dataset_id, document_id, ordinal, heading_path, start, "end", page, text, tsv)
      select ${input.datasetId}, ${input.documentId}, ordinal, heading_path, start, "end", page, text, ${searchVector()}
      from (
        select ordinal, start, "end", page, text,
               string_to_array(headings, ${headingSeparator}) as heading_path,
               left(text, ${searchableCharacters}::int) as body
        from unnest(
          ${column((chunk) => chunk.ordinal)}::int[],
          ${column((chunk) => chunk.headingPath.map(storableHeading).join(headingSeparator))}::text[],
          ${column((chunk) => chunk.start)}::int[],
          ${column((chunk) => chunk.end)}::int[],
          ${column((chunk) => chunk.page ?? null)}::int[],
          ${column((chunk) => storable(chunk.text))}::text[]
        ) as given(ordinal, headings, start, "end", page, text)
      ) as chunk
      cross join lateral (
        select to_tsvector(language, body) as stems,
               to_tsvector(language, array_to_string(heading_path, ' . ')) as headings,
               to_tsvector(language, ${storable(input.title)}::text) as title,
               to_tsvector('simple', translate(concat_ws(' . ', body, array_to_string(heading_path, ' . '), ${storable(input.title)}::text), '/.:@_-', '      ')) as plain
        from (select ${input.language}::regconfig as language) as configured
      ) as vectors`);
  }
  await lockLexicon(tx, input.datasetId);
  await tx.execute(sql`
    insert into lexemes (dataset_id, lexeme, chunk_count)
    select ${input.datasetId}, lexeme, chunk_count from (${wordCounts(input)}) as counted
    on conflict (dataset_id, lexeme) do update set chunk_count = lexemes.chunk_count + excluded.chunk_count`);
}

/** Removes a document's chunks and what they gave to the lexicon. */
export async function removeChunks(
  tx: Transaction,
  input: { datasetId: string; documentId: string },
): Promise<void> {
  await lockLexicon(tx, input.datasetId);
  await tx.execute(sql`
    with counted as materialized (${wordCounts(input)}),
    gone as (
      delete from lexemes using counted
      where lexemes.dataset_id = ${input.datasetId} and lexemes.lexeme = counted.lexeme
        and lexemes.chunk_count <= counted.chunk_count
    )
    update lexemes set chunk_count = lexemes.chunk_count - counted.chunk_count from counted
    where lexemes.dataset_id = ${input.datasetId} and lexemes.lexeme = counted.lexeme
      and lexemes.chunk_count > counted.chunk_count`);
  await tx.execute(
    sql`delete from chunks where document_id = ${input.documentId} and dataset_id = ${input.datasetId}`,
  );
}

/** The empty word counts the chunks themselves, which rarity is measured against. */
function wordCounts(input: { datasetId: string; documentId: string }): SQL {
  return sql`
    select word as lexeme, count(*)::int as chunk_count
    from chunks cross join lateral unnest(tsvector_to_array(tsv) || ''::text) as word
    where document_id = ${input.documentId} and dataset_id = ${input.datasetId}
    group by word`;
}

/**
 * Common words stand in nearly every document, so workers of one dataset meet in the lexicon anyway: one
 * at a time, from here to the end of the transaction, they cannot deadlock.
 */
async function lockLexicon(tx: Transaction, datasetId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`lexicon:${datasetId}`}, 0))`);
}

/** PostgreSQL has no NUL character; the replacement is as long, so offsets stay true. */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd");
}

function storableHeading(heading: string): string {
  return storable(heading).replaceAll(headingSeparator, " ");
}
