/**
 * The reference: BM25 (Robertson, k1 1.2, b 0.75) over the same passages, each with its title and headings,
 * their words stemmed by PostgreSQL as the search's are, and in scripts without spaces pairs of characters. In
 * memory, without any help against mistyping.
 */
import { query } from "#db/client.ts";

const k1 = 1.2;
const b = 0.75;

type Posting = { readonly passage: number; readonly count: number };

export type Bm25 = { search(words: string): Promise<string[]> };

const words =
  "to_tsvector($3::regconfig, concat_ws(' ', title, array_to_string(heading_path, ' '), separate_unspaced(chunks.text)))";

/** `language`: of the stems, a text search configuration. */
export async function createBm25(datasetId: string, language: string): Promise<Bm25> {
  const postings = new Map<string, Posting[]>();
  const documents: string[] = [];
  const lengths: number[] = [];
  for (let after = "0"; ; ) {
    const rows = await query<{ id: string; document: string; lexemes: string[]; counts: number[] }>(
      `select id::text, document, array_agg(lexeme) as lexemes, array_agg(count) as counts from (
         select chunks.id, document_id as document, lexeme, cardinality(positions) as count
         from (select * from chunks where dataset_id = $1 and id > $2::bigint order by id limit 2000) as chunks
         join documents on documents.id = document_id
         cross join lateral unnest(${words})
       ) as word group by id, document order by id`,
      [datasetId, after, language],
    );
    const last = rows.at(-1);
    if (!last) break;
    after = last.id;
    for (const { document, lexemes, counts } of rows) {
      const passage = documents.push(document) - 1;
      lengths.push(counts.reduce((sum, count) => sum + count, 0));
      for (const [at, lexeme] of lexemes.entries()) {
        const known = postings.get(lexeme);
        const posting = { passage, count: counts[at] ?? 0 };
        if (known) known.push(posting);
        else postings.set(lexeme, [posting]);
      }
    }
  }
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;

  return {
    /** Documents, the best passage of each, best first. */
    async search(asked) {
      const [row] = await query<{ lexemes: string[] }>(
        "select tsvector_to_array(to_tsvector($2::regconfig, separate_unspaced($1))) as lexemes",
        [asked, language],
      );
      const scores = new Map<number, number>();
      for (const lexeme of row?.lexemes ?? []) {
        const known = postings.get(lexeme) ?? [];
        const rarity = Math.log(1 + (documents.length - known.length + 0.5) / (known.length + 0.5));
        for (const { passage, count } of known) {
          const norm = k1 * (1 - b + (b * (lengths[passage] ?? 0)) / average);
          scores.set(passage, (scores.get(passage) ?? 0) + (rarity * count * (k1 + 1)) / (count + norm));
        }
      }
      const best = [...scores].sort((one, other) => other[1] - one[1]).slice(0, 200);
      return [...new Set(best.map(([passage]) => documents[passage] ?? ""))];
    },
  };
}
