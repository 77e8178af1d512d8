/**
 * Chunks, their vectors and the lexicon of their dataset, written together: `lexemes.chunk_count` is always the
 * number of chunks whose `tsv` holds the word. All of these belong in the transaction that changes the document;
 * a document that is deleted by cascade alone would leave its words in the lexicon.
 */
import { setImmediate } from "node:timers/promises";
import { type SQL, sql } from "drizzle-orm";
import type { Transaction } from "#db/client.ts";
import type { passageFlags } from "#db/schema/documents.ts";
import { removeVectors, storeVectors } from "./store-vectors.ts";

export type FlagState = (typeof passageFlags)[number];

export type NewChunk = {
  ordinal: number;
  headingPath: string[];
  /** Offsets into documents.text, UTF-16 code units, end exclusive. */
  start: number;
  end: number;
  page?: number | null;
  text: string;
  /** What its owner is asked about it, or has decided: server/documents/flags.ts. */
  flag?: FlagState | null;
  flagReason?: string | null;
};

/** `language` is a text search configuration. */
export type Indexed = { datasetId: string; documentId: string; language: string; title: string };

/** What `documents.indexed_as` holds when chunks are indexed as this file does it today. */
export function indexedAs(language: string): string {
  return `${language} 2`;
}

const chunksPerStatement = 200;
/** Where one heading ends and the next begins: arrays of arrays must be rectangular in SQL. */
export const headingSeparator = "\u001f";
/** PostgreSQL refuses a tsvector past 1 MB; a chunk this long is searched by its beginning. */
const searchableCharacters = 100_000;

/**
 * Stems, with title and headings weighted, then the plain words that no stem covers: exact words, stop
 * words, the parts of `a/b`, `a.b` and `a-b`, which PostgreSQL otherwise keeps as one token, and the pairs of
 * characters of scripts that are written without spaces.
 */
const searchVector = sql`
  setweight(vectors.stems, 'D') || setweight(vectors.headings, 'B') || setweight(vectors.title, 'C')
    || setweight(ts_delete(vectors.plain, tsvector_to_array(vectors.stems)), 'D')`;

/**
 * What `searchVector` is made of, for rows of `chunk (text, heading_path)`. Without the offset the stems would be
 * computed at each use: a third of the time that a chunk takes.
 */
function vectorsOf({ language, title }: Indexed): SQL {
  return sql`(
    select to_tsvector(language, body) as stems,
           to_tsvector(language, array_to_string(heading_path, ' . ')) as headings,
           to_tsvector(language, title) as title,
           to_tsvector('simple', translate(separate_unspaced(concat_ws(' . ', body, array_to_string(heading_path, ' . '), title)), '/.:@_-', '      ')) as plain
    from (
      select ${language}::regconfig as language, ${storable(title)}::text as title,
             left(chunk.text, ${searchableCharacters}::int) as body
    ) as configured
    offset 0
  ) as vectors`;
}

/** Adds chunks; the document has none of these ordinals yet. */
export async function storeChunks(
  tx: Transaction,
  { chunks, ...document }: Indexed & { chunks: readonly NewChunk[] },
): Promise<void> {
  if (chunks.length === 0) return;
  for (let first = 0; first < chunks.length; first += chunksPerStatement) {
    const batch = chunks.slice(first, first + chunksPerStatement);
    // PGlite answers in microtasks: without a turn of the event loop a long document stops the process.
    await setImmediate();
    const column = <T>(of: (chunk: NewChunk) => T) => sql.param(batch.map(of));
    await tx.execute(sql`
      insert into chunks (dataset_id, document_id, ordinal, heading_path, start, "end", page, text, flag, flag_reason, tsv)
      select ${document.datasetId}, ${document.documentId}, ordinal, heading_path, start, "end", page, text, flag, flag_reason, ${searchVector}
      from (
        select ordinal, start, "end", page, text, flag, flag_reason, string_to_array(headings, ${headingSeparator}) as heading_path
        from unnest(
          ${column((chunk) => chunk.ordinal)}::int[],
          ${column((chunk) => storableHeadings(chunk))}::text[],
          ${column((chunk) => chunk.start)}::int[],
          ${column((chunk) => chunk.end)}::int[],
          ${column((chunk) => chunk.page ?? null)}::int[],
          ${column((chunk) => storable(chunk.text))}::text[],
          ${column((chunk) => chunk.flag ?? null)}::text[],
          ${column((chunk) => chunk.flagReason ?? null)}::text[]
        ) as given(ordinal, headings, start, "end", page, text, flag, flag_reason)
      ) as chunk
      cross join lateral ${vectorsOf(document)}`);
  }
  await storeVectors(tx, document);
  await lockLexicon(tx, document.datasetId);
  const ordinals = chunks.map(({ ordinal }) => ordinal);
  await enterWords(tx, document, sql`ordinal = any(${sql.param(ordinals)}::int[])`);
}

/** Removes chunks of a document, all of them unless ids are given, and what they gave to the lexicon. */
export async function removeChunks(
  tx: Transaction,
  document: Pick<Indexed, "datasetId" | "documentId">,
  ids?: readonly string[],
): Promise<void> {
  const which = ids ? sql`id = any(${sql.param([...ids])}::bigint[])` : sql`true`;
  await lockLexicon(tx, document.datasetId);
  await withdrawWords(tx, document, which);
  await tx.execute(sql`
    delete from chunks
    where document_id = ${document.documentId} and dataset_id = ${document.datasetId} and ${which}`);
}

/** A title is part of what finds each chunk of its document. */
export async function retitleChunks(tx: Transaction, document: Indexed): Promise<void> {
  await removeVectors(tx, document.documentId);
  await reindexChunks(tx, document);
}

/** In another language, or in a form that came later. */
export async function reindexChunks(tx: Transaction, document: Indexed): Promise<void> {
  const { datasetId, documentId } = document;
  await storeVectors(tx, document);
  await lockLexicon(tx, datasetId);
  await withdrawWords(tx, document, sql`true`);
  await tx.execute(sql`
    update chunks set tsv = retitled.tsv
    from (
      select chunk.id, ${searchVector} as tsv
      from chunks as chunk cross join lateral ${vectorsOf(document)}
      where chunk.document_id = ${documentId} and chunk.dataset_id = ${datasetId}
    ) as retitled
    where chunks.id = retitled.id and chunks.document_id = ${documentId} and chunks.dataset_id = ${datasetId}`);
  await enterWords(tx, document, sql`true`);
  await tx.execute(
    sql`update documents set indexed_as = ${indexedAs(document.language)} where id = ${documentId}`,
  );
}

type Placed = Pick<Indexed, "datasetId" | "documentId">;

async function enterWords(tx: Transaction, document: Placed, which: SQL): Promise<void> {
  await tx.execute(sql`
    insert into lexemes (dataset_id, lexeme, chunk_count)
    select ${document.datasetId}, lexeme, chunk_count from (${wordCounts(document, which)}) as counted
    on conflict (dataset_id, lexeme) do update set chunk_count = lexemes.chunk_count + excluded.chunk_count`);
}

async function withdrawWords(tx: Transaction, document: Placed, which: SQL): Promise<void> {
  await tx.execute(sql`
    with counted as materialized (${wordCounts(document, which)}),
    gone as (
      delete from lexemes using counted
      where lexemes.dataset_id = ${document.datasetId} and lexemes.lexeme = counted.lexeme
        and lexemes.chunk_count <= counted.chunk_count
    )
    update lexemes set chunk_count = lexemes.chunk_count - counted.chunk_count from counted
    where lexemes.dataset_id = ${document.datasetId} and lexemes.lexeme = counted.lexeme
      and lexemes.chunk_count > counted.chunk_count`);
}

/** The empty word counts the chunks themselves, which rarity is measured against. */
function wordCounts(document: Placed, which: SQL): SQL {
  return sql`
    select word as lexeme, count(*)::int as chunk_count
    from chunks cross join lateral unnest(tsvector_to_array(tsv) || ''::text) as word
    where document_id = ${document.documentId} and dataset_id = ${document.datasetId} and ${which}
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
export function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd");
}

/** A chunk's heading path as one text. */
export function storableHeadings({ headingPath }: Pick<NewChunk, "headingPath">): string {
  return headingPath
    .map((heading) => storable(heading).replaceAll(headingSeparator, " "))
    .join(headingSeparator);
}
