/**
 * The search statement: who may read, the words of the query looked up in the dataset's lexicon, the chunks
 * that hold the rare ones of them, beside them the chunks whose vectors are nearest; then each chunk of
 * either kind is scored by both. One statement, so that a query costs one round trip and one plan; it must
 * stay the same text for every call and run on PGlite and PostgreSQL 15 alike.
 *
 * Parameters are read from `asked` alone: where the planner sees their values it believes a plan made for
 * them to be cheaper, and plans every call anew, which costs more than the search.
 */
import { readableSql } from "../dataset-access.ts";
import { wordsSql } from "./words-sql.ts";

export type Parameters = {
  datasetId: string;
  accountId: string | null;
  /** A credential that is restricted to what was granted to it. */
  credentialId: string | null;
  /** One a line. */
  words: string;
  phrases: string;
  /** The last word may not be typed out. */
  unfinished: boolean;
  /** As `[1,2]`; null: words alone. */
  vector: string | null;
  /** What made it: vectors of another model are not compared. */
  model: string;
  /** The cosine from which a passage without any of the words counts as found. */
  nearFrom: number;
  /** Of the cosine, 0 to 1; the rest is the words'. */
  vectorWeight: number;
  limit: number;
};

const types: Record<keyof Parameters, string> = {
  datasetId: "text",
  accountId: "text",
  credentialId: "text",
  words: "text",
  phrases: "text",
  unfinished: "boolean",
  vector: "text",
  model: "text",
  nearFrom: "float8",
  vectorWeight: "float8",
  limit: "int",
};
const names = Object.keys(types) as (keyof Parameters)[];

export const valuesOf = (parameters: Parameters) => names.map((name) => parameters[name]);

const column = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const asked = names.map((name, at) => `$${at + 1}::${types[name]} as ${column(name)}`).join(", ");

export const searchStatement = `
with asked as materialized (
  select ${asked}
),
dataset as materialized (
  select language::regconfig as language,
         coalesce((select chunk_count from lexemes where dataset_id = (select dataset_id from asked) and lexeme = ''), 0)::float8 as chunks,
         vector_sets.id as set_id, coalesce(vector_sets.unrelated, 0) as unrelated,
         vector_sets.model = (select model from asked) and (select vector from asked) is not null as comparable
  from datasets left join vector_sets on vector_sets.id = vector_set_id
  where datasets.id = (select dataset_id from asked) and ${readableSql("(select account_id from asked)", "(select credential_id from asked)")}
),
${wordsSql},
by_words as materialized (
  select id from (
    select chunk.id, chunk.size, chooser.rarity
    from chooser
    cross join lateral (
      select id, "end" - start as size from chunks
      where dataset_id = (select dataset_id from asked) and tsv @@ chooser.query
    ) as chunk
  ) as choice
  group by id
  order by sum(rarity) / (1200 + 0.5 * max(size)) desc, id
  limit 200
),
near_vectors as materialized (
  select chunk_id as id, embedding <#> (select vector::vector from asked) as distance
  from chunk_vectors
  where set_id = (select set_id from dataset where comparable)
  order by distance limit 100
),
scored as materialized (
  select chunks.id, chunks.document_id, words, cosine,
         (1 - weight) * words + weight * greatest(0, (coalesce(cosine, 0) - unrelated) / (1 - unrelated)) as score
  from (
    select id from by_words
    union
    select near_vectors.id from near_vectors, dataset
    where -distance >= greatest((select near_from from asked), unrelated)
  ) as found
  join chunks using (id)
  cross join dataset
  left join chunk_vectors on comparable and chunk_vectors.chunk_id = chunks.id and chunk_vectors.set_id = dataset.set_id
  -- Read once, and computed once, as the offsets see to: each use would fetch and unpack it again.
  cross join lateral (select chunks.tsv || ''::tsvector as tsv offset 0) as inline
  cross join lateral (
    select -(chunk_vectors.embedding <#> (select vector::vector from asked)) as cosine,
           case when comparable then (select vector_weight from asked) else 0 end as weight,
           coalesce((
             select sum(rarity * best) / sum(rarity)
             from (
               select term.rarity, (
                 select least(1, coalesce(max(variant.weight * ts_rank('{1,0.3,0.4,1}', inline.tsv, variant.query)), 0))
                 from variant where variant.position = term.position
               ) as best
               from term
             ) as ranked
           ), 0) as held,
           (select coalesce(avg((inline.tsv @@ query)::int), 0) from phrase where numnode(query) > 0) as phrases
    offset 0
  ) as signal
  -- Short passages that hold as much hold it more.
  cross join lateral (
    select (held + (1 - held) * 0.5 * phrases) / (1 + 0.25 * length(inline.tsv) / 70.0) as words offset 0
  ) as measured
),
hit as materialized (
  select * from scored
  where words > 0 or cosine is not null
  order by score desc, id limit (select "limit" from asked)
)
select hit.document_id as "documentId", documents.title as "documentTitle", documents.version,
       chunks.id::text as "chunkId", chunks.heading_path as "headingPath", chunks.start, chunks."end",
       hit.score::float8 as score, chunks.page, coalesce(chunks.flag = 'flagged', false) as flagged, chunks.text
from dataset
left join (hit join chunks on chunks.id = hit.id join documents on documents.id = hit.document_id) on true
order by hit.score desc nulls last, hit.id`;
