/**
 * The part of the search statement that turns the words of a query into terms of the dataset's lexicon: as
 * they are, stemmed, mistyped, unfinished, run together; each with its rarity. `chooser` are the terms, and
 * the phrases, by which passages are chosen. It reads `asked` and `dataset` (statement.ts).
 */

/** By their words. 400 are found no better, and each is scored. */
export const chosenPassages = 150;
/** A word that stands in more is common. */
const manyPassages = 2_000;
/** Passages that one word makes a search look at, at most: where there are more, which of them is chance. */
const mostRead = 2_000;

/** Looked up each by itself: the planner would rather read the whole lexicon, not knowing how few they are. */
const knownSql = (word: string) =>
  `select lexeme, chunk_count from lexemes where dataset_id = (select dataset_id from asked) and lexeme = ${word} limit 1`;

export const wordsSql = `
word as materialized (
  select position, stems, plain, plain_text,
         position = max(position) over () and (select unfinished from asked) as unfinished,
         bool_or(cardinality(stems) > 0) over () as any_stems
  from dataset
  cross join lateral (
    select word, position
    from regexp_split_to_table(trim(separate_unspaced((select words from asked))), '\\s+') with ordinality as given(word, position)
    where word <> '' order by position limit 48
  ) as given
  cross join lateral (
    select tsvector_to_array(to_tsvector(language, word) || coalesce(to_tsvector(former_language, word), '')) as stems,
           tsvector_to_array(to_tsvector('simple', word)) as plain,
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
-- Two words run together: the dataset knows both, and not the whole.
parts as materialized (
  select 1000 + 2 * position + part.second as position, part.lexeme, 0.9 as weight, part.chunk_count
  from known
  cross join lateral (
    select one.lexeme as first, one.chunk_count as first_count, other.lexeme as second, other.chunk_count as second_count
    from generate_series(2, length(plain_text) - 2) as cut
    cross join lateral (${knownSql("left(plain_text, cut)")}) as one
    cross join lateral (${knownSql("substr(plain_text, cut + 1)")}) as other
    order by least(cut, length(plain_text) - cut, 4) desc, ln(one.chunk_count) + ln(other.chunk_count) desc limit 1
  ) as whole
  cross join lateral (values (0, first, first_count), (1, second, second_count)) as part(second, lexeme, chunk_count)
  where known.chunk_count = 0 and length(plain_text) between 5 and 40
),
variant as materialized (
  select position, lexeme, max(weight) as weight, max(chunk_count) as chunk_count, literal::tsquery as query, literal
  from (
    select * from form
    where (chunk_count > 0 or length(lexeme) > 1) and position not in (select (position - 1000) / 2 from parts)
    union all select * from near
    union all select * from parts
    union all
    select position, stem.lexeme, weight * 0.9, chunk_count
    from (select * from near union all select * from parts) as found cross join dataset
    cross join lateral unnest(tsvector_to_array(to_tsvector(language, found.lexeme))) as stem(lexeme)
  ) as every
  cross join lateral (
    select '''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' as literal
  ) as quoted
  group by position, lexeme, literal
),
term as materialized (
  select position, max(chunk_count) as chunk_count, string_agg(literal, ' | ') as literals,
         ln(1 + dataset.chunks / (0.5 + max(chunk_count))) as rarity,
         max(weight) as weight,
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
-- What passages are scored by: of a term that no passage holds, its rarity alone.
sought as materialized (
  select position, variant.query, variant.weight, rarity
  from variant join term using (position)
  where variant.chunk_count > 0
),
-- Neighbours in the query, at most one word apart: passages where they are neighbours as well say more.
pair as materialized (
  select least(rarity, next_rarity) as rarity,
         (query <-> next_query) || tsquery_phrase(query, next_query, 2) as query
  from (
    select rarity, literals::tsquery as query,
           lead(rarity) over by_place as next_rarity, lead(literals::tsquery) over by_place as next_query
    from term where chunk_count > 0 window by_place as (order by position)
  ) as known
  where next_query is not null
),
-- By rarity, as long as passages without any word so far could still be better than those with the least of
-- them. Common words do not choose passages by themselves, they only rank: looking at each that holds one is
-- most of the cost. Of a word in many passages those with another one are looked at, and some of the rest where
-- those are likely to be few.
choosing as materialized (
  select position, chunk_count, literals::tsquery as query, worth, chunk_count > ${manyPassages} as common,
         bool_or(coalesce(most_before >= ${chosenPassages} and rest <= 0.6 * least_before, false)
           or place > 2 and chunk_count > greatest(50, least(chunks / 10, 1000 + chunks / 25))) over (order by place) as enough
  from (
    select term.*, dataset.chunks, rarity * weight as worth,
           max(chunk_count) over before as most_before, min(rarity * weight) over before as least_before,
           sum(rarity) over (order by place rows between current row and unbounded following) as rest
    from term cross join dataset where chunk_count > 0
    window before as (order by place rows between unbounded preceding and 1 preceding)
  ) as known
),
chooser as materialized (
  select coalesce(query && others, query) as query, worth as rarity, ${mostRead} as most
  from choosing
  left join lateral (
    select string_agg('(' || other.query::text || ')', ' | ')::tsquery as others from choosing as other
    where other.position <> choosing.position
  ) as beside on common
  where not enough
  union all
  select query, worth / 100, ${mostRead / 10}
  from choosing
  where common and not enough and chunk_count * (
    select coalesce(sum(chunk_count), 0) from choosing as other where other.position <> choosing.position
  ) < ${2 * chosenPassages} * (select chunks from dataset)
  union all select query, 100, ${mostRead} from phrases where query is not null
)`;

/** What became of each word, for people who ask why. */
export const describedSql = `
  select json_agg(json_build_object(
           'word', (select plain_text from word where word.position = case when term.position < 1000 then term.position else (term.position - 1000) / 2 end),
           'passages', chunk_count, 'chose', exists (select from choosing where choosing.position = term.position and not enough),
           'lookedFor', (
             select json_agg(json_build_object('term', lexeme, 'weight', round(weight::numeric, 2), 'passages', chunk_count) order by weight desc, lexeme)
             from variant where variant.position = term.position and chunk_count > 0
           )) order by position)
  from term`;
