/**
 * The search statement: who may read, the words of the query looked up in the dataset's lexicon, the chunks
 * that hold any of them, ranked by rarity; beside them the chunks whose vectors are nearest; both lists fused
 * by reciprocal rank (Cormack et al. 2009). One statement, so that a query costs one round trip and one plan;
 * it must stay the same text for every call and run on PGlite and PostgreSQL 15 alike.
 *
 * Parameters are read from `asked` alone: where the planner sees their values it believes a plan made for
 * them to be cheaper, and plans every call anew, which costs more than the search.
 *
 * $1 dataset, $2 account or null, $3 words and $4 phrases, one a line, $5 the last word may be unfinished, $6 topK,
 * $7 credential that is restricted to what was granted to it, or null, $8 the query's vector of $9 this model,
 * or null, $10 the cosine from which a vector counts as near.
 */
import { readableSql } from "../dataset-access.ts";

export const searchStatement = `
with asked as materialized (
  select $1::text as dataset_id, $2::text as account_id, $3::text as words, $4::text as phrases,
         $5::boolean as unfinished, $6::int as top_k, $7::text as credential_id,
         $8::text::vector as vector, $9::text as model, $10::float8 as near_from
),
dataset as materialized (
  select language::regconfig as language,
         coalesce((select chunk_count from lexemes where dataset_id = (select dataset_id from asked) and lexeme = ''), 0)::float8 as chunks,
         (select vector_sets.id from vector_sets where vector_sets.id = vector_set_id and model = (select model from asked)) as set_id
  from datasets
  where id = (select dataset_id from asked) and ${readableSql("(select account_id from asked)", "(select credential_id from asked)")}
),
word as materialized (
  select position, stems, plain, plain_text,
         position = max(position) over () and (select unfinished from asked) as unfinished,
         bool_or(cardinality(stems) > 0) over () as any_stems
  from dataset
  cross join lateral unnest(string_to_array((select words from asked), E'\\n')) with ordinality as given(word, position)
  cross join lateral (
    select tsvector_to_array(to_tsvector(language, word)) as stems,
           tsvector_to_array(to_tsvector('simple', translate(word, '/.:@_-', '      '))) as plain,
           lower(word) as plain_text
  ) as parsed
),
form as materialized (
  select word.position, form.lexeme, form.weight, coalesce(lexemes.chunk_count, 0) as chunk_count
  from word
  cross join lateral (
    select lexeme, max(weight) as weight from (
      select unnest(plain) as lexeme, 1.0 as weight union all select unnest(stems), 0.9
    ) as either group by lexeme
  ) as form
  left join lexemes on lexemes.dataset_id = (select dataset_id from asked) and lexemes.lexeme = form.lexeme
  where cardinality(stems) > 0 or not any_stems
),
known as materialized (
  select word.position, plain_text, unfinished, max(chunk_count) as chunk_count
  from word join form using (position)
  group by word.position, plain_text, unfinished
),
-- Neighbours of a word that the dataset hardly knows, and completions of one that may not be typed out.
near as materialized (
  select position, found.lexeme, found.weight, found.chunk_count
  from known cross join dataset
  cross join lateral (
    (
      select lexeme, 0.8 * similarity(lexeme, plain_text) as weight, lexemes.chunk_count
      from lexemes
      where known.chunk_count <= least(3, dataset.chunks / 1000)
        and dataset_id = (select dataset_id from asked) and lexeme % plain_text and left(lexeme, 1) = left(plain_text, 1)
        and length(lexeme) between length(plain_text) - 2 and length(plain_text) + 2
        and lexeme <> plain_text
      order by weight desc, chunk_count desc, lexeme limit 2
    )
    union all
    (
      select lexeme, 0.7, lexemes.chunk_count
      from lexemes
      where (known.chunk_count = 0 or unfinished and known.chunk_count * 100 < dataset.chunks) and length(plain_text) >= 2
        and dataset_id = (select dataset_id from asked) and lexeme > plain_text and lexeme < plain_text || U&'\\+10FFFF'
      order by chunk_count desc, lexeme limit 6
    )
  ) as found
),
variant as materialized (
  select position, lexeme, max(weight) as weight, max(chunk_count) as chunk_count, literal::tsquery as query, literal
  from (
    select * from form where chunk_count > 0 or length(lexeme) > 1
    union all select * from near
    union all
    select position, stem.lexeme, weight * 0.9, chunk_count
    from near cross join dataset
    cross join lateral unnest(tsvector_to_array(to_tsvector(language, near.lexeme))) as stem(lexeme)
  ) as every
  cross join lateral (
    select '''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' as literal
  ) as quoted
  group by position, lexeme, literal
),
term as materialized (
  select position, max(chunk_count) as chunk_count, string_agg(literal, ' | ') as literals,
         ln(1 + dataset.chunks / (0.5 + max(chunk_count))) as rarity,
         row_number() over (order by max(chunk_count) = 0, max(chunk_count), position) as place
  from variant cross join dataset
  group by position, dataset.chunks
),
-- Stop words alone ("to be or not to be") tell nothing but their order.
phrase as materialized (
  select (select phraseto_tsquery(language, phrase) || phraseto_tsquery('simple', translate(phrase, '/.:@_-', '      '))) as query
  from dataset cross join lateral (
    select phrase from unnest(string_to_array((select phrases from asked), E'\\n')) as given(phrase)
    union all
    select string_agg(plain_text, ' ' order by position) from word where not any_stems having count(*) > 1
  ) as given_or_whole
),
phrases as materialized (
  select string_agg('(' || query::text || ')', ' | ')::tsquery as query from phrase where numnode(query) > 0
),
-- Common words do not choose chunks, they only rank: ranking every chunk that holds one is most of the cost.
matching as materialized (
  select string_agg(literals, ' | ')::tsquery as query
  from (
    select literals from term cross join dataset
    where term.chunk_count <= greatest(50, dataset.chunks / 25) or place <= 2
    union all select query::text from phrases
  ) as every
),
candidate as materialized (
  select id from chunks
  where dataset_id = (select dataset_id from asked) and tsv @@ (select query from matching)
  order by coalesce(tsv @@ (select query from phrases), false) desc,
           ts_rank(tsv, (select query from matching), 1) desc, id
  limit 100
),
scored as materialized (
  select chunks.id, documents.id as document_id, documents.title, documents.version, (
    select sum(rarity * best) / sum(rarity)
    from (
      select term.rarity, (
        select least(1, coalesce(max(variant.weight * ts_rank('{0.7,0.75,0.85,1}', inline.tsv, variant.query)), 0))
        from variant where variant.position = term.position
      ) as best
      from term
    ) as ranked
  ) as words, (
    select coalesce(avg((inline.tsv @@ query)::int), 0) from phrase where numnode(query) > 0
  ) as phrases, least(1, (1 + ln(60)) / (1 + ln(greatest(1, length(inline.tsv))))) as len
  from candidate
  join chunks using (id)
  join documents on documents.id = chunks.document_id
  -- Read once: each use of a stored tsvector would fetch and unpack it again.
  cross join lateral (select chunks.tsv || ''::tsvector as tsv offset 0) as inline
),
by_words as materialized (
  select id, document_id, title, version, row_number() over (order by (words + (1 - words) * 0.5 * phrases) * len desc, id) as rank
  from scored
),
nearest as materialized (
  select chunk_id as id, document_id, embedding <#> (select vector from asked) as distance
  from chunk_vectors
  where set_id = (select set_id from dataset)
  order by distance limit 100
),
by_vector as materialized (
  select nearest.id, documents.id as document_id, title, version, row_number() over (order by distance, nearest.id) as rank
  from nearest join documents on documents.id = document_id
  where -distance >= (select near_from from asked)
),
hit as materialized (
  select id, document_id, title, version,
         (coalesce(1.0 / (60 + by_words.rank), 0) + coalesce(0.4 / (60 + by_vector.rank), 0)) * 61 / 1.4 as score
  from by_words full join by_vector using (id, document_id, title, version)
  order by score desc, id limit (select top_k from asked)
)
select hit.document_id as "documentId", hit.title as "documentTitle", hit.version, chunks.id::text as "chunkId",
       chunks.heading_path as "headingPath", chunks.start, chunks."end", hit.score::float8 as score, chunks.page,
       coalesce(chunks.flag = 'flagged', false) as flagged, chunks.text
from dataset
left join (hit join chunks on chunks.id = hit.id) on true
order by hit.score desc nulls last, hit.id`;
