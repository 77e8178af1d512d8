/**
 * Which words of a hit made it one: those that share a stem with a word of the query, those that a word the
 * dataset hardly knows was corrected to, and completions of one that may not be typed out. By the same rules
 * as server/search/statement.ts, asked of the hits' own words in one statement.
 */
import { query } from "#db/client.ts";
import { type ParsedQuery, parseQuery } from "./parse-query.ts";
import type { Hit } from "./query.ts";

export type Highlight = { start: number; end: number };

const wordPattern = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/** $1 dataset, $2 words of the query, $3 the last may be unfinished, $4 words of the hits. */
const matchingStatement = `
  with dataset as materialized (
    select id, language::regconfig as language,
      coalesce((select chunk_count from lexemes where dataset_id = $1 and lexeme = ''), 0)::float8 as chunks
    from datasets where id = $1
  ), word as materialized (
    select lower(word) as plain, stems, stems || parts as lexemes, cardinality(stems) > 0 as telling,
      position = max(position) over () and $3::boolean as unfinished
    from dataset, unnest($2::text[]) with ordinality as given(word, position),
      lateral (select tsvector_to_array(to_tsvector(language, word)) as stems,
        tsvector_to_array(to_tsvector('simple', translate(word, '/.:@_-', '      '))) as parts) as parsed
  ), known as materialized (
    select plain, lexemes, unfinished, length(plain) as size, dataset.chunks, coalesce((
        select max(chunk_count) from lexemes where dataset_id = $1 and lexeme = any(word.lexemes)), 0) as found
    from word, dataset where telling or not exists (select from word where telling)
  ), held as materialized (
    select word, lower(word) as plain,
      tsvector_to_array(to_tsvector(language, word)) || lower(word) as lexemes
    from dataset, unnest($4::text[]) as given(word)
  )
  select word from held where exists (
    select from known where held.lexemes && known.lexemes
      or (found = 0 or unfinished and found * 100 < chunks) and size >= 2 and starts_with(held.plain, known.plain)
      or found <= least(3, chunks / 1000) and left(held.plain, 1) = left(known.plain, 1)
        and length(held.plain) between size - 2 and size + 2 and held.plain % known.plain
  )`;

export async function withHighlights(
  hits: readonly Hit[],
  asked: string,
): Promise<(Hit & { highlights: Highlight[] })[]> {
  const parsed = parseQuery(asked);
  const matching = new Map<string, ReadonlySet<string>>();
  for (const [datasetId, ofDataset] of Map.groupBy(hits, (hit) => hit.datasetId))
    matching.set(datasetId, await matchingWords(datasetId, parsed, ofDataset));
  return hits.map((hit) => ({ ...hit, highlights: placesOf(hit.text, matching.get(hit.datasetId)) }));
}

async function matchingWords(
  datasetId: string,
  { words, unfinished }: ParsedQuery,
  hits: readonly Hit[],
): Promise<ReadonlySet<string>> {
  const held = new Set(hits.flatMap((hit) => hit.text.match(wordPattern) ?? []));
  const rows = await query<{ word: string }>(matchingStatement, [datasetId, words, unfinished, [...held]]);
  return new Set(rows.map(({ word }) => word));
}

function placesOf(text: string, matching?: ReadonlySet<string>): Highlight[] {
  const places: Highlight[] = [];
  for (const { 0: word, index } of text.matchAll(wordPattern)) {
    if (matching?.has(word)) places.push({ start: index, end: index + word.length });
  }
  return places;
}
