/**
 * The search statement: who may read, the words of the query looked up in the dataset's lexicon, the chunks
 * that hold the rare ones of them, beside them the chunks whose vectors are nearest; then each chunk of
 * either kind is scored by both, and by how its document begins. One statement, so that a query costs one
 * round trip and one plan; it must stay the same text for every call and run on PGlite and PostgreSQL 15 alike.
 *
 * Parameters are read from `asked` alone: where the planner sees their values it believes a plan made for
 * them to be cheaper, and plans every call anew, which costs more than the search.
 */
import { readableSql } from "../dataset-access.ts";
import { filterSql, narrowedSql } from "./filter-sql.ts";
import { chosenPassages, describedSql, wordsSql } from "./words-sql.ts";

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
  minimumScore: number;
  /** Hits stand after this one, which the page before ended with. */
  afterScore: number | null;
  afterId: string | null;
  /** JSON of what server/query-filters.ts makes; null: none. */
  conditions: string | null;
  /** Unix seconds. */
  createdAfter: number | null;
  createdBefore: number | null;
  explain: boolean;
};

const types: Record<keyof Parameters, string> = {
  datasetId: "text",
  accountId: "text",
  credentialId: "text",
  words: "text",
  phrases: "text",
  unfinished: "boolean",
  // Read from its text once, not by each part of the statement.
  vector: "text::vector",
  model: "text",
  nearFrom: "float8",
  vectorWeight: "float8",
  limit: "int",
  minimumScore: "float8",
  afterScore: "float8",
  afterId: "text",
  conditions: "text",
  createdAfter: "float8",
  createdBefore: "float8",
  explain: "boolean",
};
const names = Object.keys(types) as (keyof Parameters)[];

export const valuesOf = (parameters: Parameters) => names.map((name) => parameters[name]);

const column = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const asked = names.map((name, at) => `$${at + 1}::${types[name]} as ${column(name)}`).join(", ");

/**
 * BM25: that a word comes again counts less and less, and in a long passage less than in a short one. Without
 * an average length, since the chunker bounds it, and without BM25's factor, so that a word counts below 1.
 */
const brevitySql = '(0.2 + (chunks."end" - chunks.start) / 900.0)';

/**
 * How often a word stands in a passage, read back from what ts_rank makes of it: the sum of 1/j² from 1 to that
 * number, by π²/6; what is missing of it is about 1/(number + 1/2). Unnesting its positions would cost far more.
 */
const countSql = (rank: string) => `1 / (1.64493406685 * (1 - ${rank})) - 0.5`;

/**
 * Of a passage that says the same few words over and over: how much less it counts, so that repeating a word a
 * thousand times gains nothing. Of 37,000 passages of prose, code and manual pages 4 have fewer: drawn diagrams.
 */
const varietySql = 'least(1, 50::float8 * length(chunks.tsv) / greatest(chunks."end" - chunks.start, 1))';

/**
 * What a document is about is told at its beginning: of two passages that fit alike, the one whose document begins
 * with what was asked for stands first. Passages of one document keep their order. Measured by npm run eval.
 */
const openingPassages = 3;
const openingWeight = 0.15;

export const searchStatement = `
with asked as materialized (
  select ${asked}
),
dataset as materialized (
  select name, language::regconfig as language, former_language::regconfig as former_language,
         coalesce((select chunk_count from lexemes where dataset_id = (select dataset_id from asked) and lexeme = ''), 0)::float8 as chunks,
         vector_sets.id as set_id, vector_sets.indexed, vector_sets.model, coalesce(vector_sets.unrelated, 0) as unrelated,
         vector_sets.model = (select model from asked)
           and coalesce(vector_sets.dimensions, vector_dims((select vector from asked))) = vector_dims((select vector from asked)) as comparable
  from datasets left join vector_sets on vector_sets.id = vector_set_id
  where datasets.id = (select dataset_id from asked) and ${readableSql("(select account_id from asked)", "(select credential_id from asked)")}
),
${filterSql},
${wordsSql},
by_words as materialized (
  select id from (
    select chunk.id, chunk.size, chooser.rarity
    from chooser
    cross join lateral (
      select id, "end" - start as size from chunks
      where dataset_id = (select dataset_id from asked) and tsv @@ chooser.query and ${narrowedSql}
      limit chooser.most
    ) as chunk
  ) as choice
  group by id
  order by sum(rarity) / (1200 + 0.5 * max(size)) desc, id
  limit ${chosenPassages}
),
near_vectors as materialized (
  select nearest.id, distance
  from dataset
  cross join lateral nearest(
    set_id, indexed, (select vector from asked), chunks,
    case when (select yes from narrowed) then array(select id from allowed) end
  ) as nearest
  where comparable
),
scored as materialized (
  select chunks.id, chunks.document_id, chunks.ordinal, words, cosine,
         variety * ((1 - weight) * words + weight * greatest(0, (coalesce(cosine, 0) - unrelated) / (1 - unrelated))) as own
  from (
    select id from by_words
    union
    select near_vectors.id from near_vectors, dataset
    where -distance >= greatest((select near_from from asked), unrelated)
  ) as found
  join chunks using (id)
  cross join dataset
  left join chunk_vectors on comparable and chunk_vectors.chunk_id = chunks.id and chunk_vectors.set_id = dataset.set_id
  -- Computed once, as the offsets see to, and not by each use.
  cross join lateral (
    select -(chunk_vectors.embedding <#> (select vector from asked)) as cosine,
           case when comparable then (select vector_weight from asked) else 0 end as weight,
           ${varietySql} as variety,
           coalesce((
             select sum(rarity * best) from (
               select rarity, max(weight * count / (count + ${brevitySql})) as best
               from (
                 select position, rarity, weight, ${countSql("ts_rank('{1,1,1,1}', chunks.tsv, query)")} as count from sought
               ) as counted
               where count > 0.5 group by position, rarity
             ) as ranked
           ) / nullif((select sum(rarity) from term), 0), 0) as held,
           (select coalesce(sum(rarity) filter (where chunks.tsv @@ query) / nullif(sum(rarity), 0), 0) from pair) as paired,
           case when (select query is null from phrases) then 0
                else (select avg((chunks.tsv @@ query)::int) from phrase where numnode(query) > 0) end as phrases
    offset 0
  ) as signal
  cross join lateral (select held + (1 - held) * 0.5 * phrases as told offset 0) as phrased
  cross join lateral (select told + (1 - told) * 0.2 * paired as words offset 0) as measured
),
ranked as materialized (
  -- A score that comes again with the next page must be the same to the last digit.
  select *, round((${1 - openingWeight} * own + ${openingWeight} * coalesce(opening, 0))::numeric, 9)::float8 as score,
         rank() over (order by words desc) as words_rank, rank() over (order by cosine desc nulls last) as vector_rank
  from (
    select *, max(own) filter (where ordinal < ${openingPassages}) over (partition by document_id) as opening from scored
  ) as beside
  where words > 0 or cosine is not null
),
hit as materialized (
  select ranked.* from ranked, asked
  where score >= minimum_score
    and (after_score is null or score < after_score or score = after_score and ranked.id > after_id::bigint)
  order by score desc, ranked.id limit (select "limit" from asked)
)
select dataset.name as "datasetName", hit.document_id as "documentId", documents.title as "documentTitle",
       documents.version, documents.metadata, documents.source_url as "sourceUrl",
       chunks.id::text as "chunkId", chunks.heading_path as "headingPath", chunks.start, chunks."end",
       hit.score::float8 as score, chunks.page, coalesce(chunks.flag = 'flagged', false) as flagged, chunks.text,
       hit.words::float8 as "wordsScore", hit.words_rank::int as "wordsRank", hit.cosine::float8 as cosine,
       case when hit.cosine is not null then hit.vector_rank::int end as "vectorRank", hit.opening::float8 as opening,
       dataset.model, coalesce(dataset.comparable, false) as comparable,
       case when (select explain from asked) then (${describedSql}) end as terms
from dataset
left join (hit join chunks on chunks.id = hit.id join documents on documents.id = hit.document_id) on true
order by hit.score desc nulls last, hit.id`;
