/**
 * The part of the search statement that chooses documents: by their metadata and by when they were added.
 * It reads `asked` (statement.ts).
 */

/** A document's own field against what is wanted of it; what is wanted is read by the field's type. */
const meets = `
  case operator
    when 'exists' then (documents.metadata ? field) = (text is distinct from 'false')
    when 'ne' then not coalesce(${equals()}, false)
    when 'eq' then ${equals()}
    when 'in' then ${equals()}
    when 'contains' then case jsonb_typeof(documents.metadata -> field)
      when 'array' then documents.metadata -> field ? text
      else strpos(lower(documents.metadata ->> field), lower(text)) > 0 end
    else case jsonb_typeof(documents.metadata -> field)
      when 'number' then ${compares("(documents.metadata ->> field)::numeric", "number")}
      when 'string' then ${compares('documents.metadata ->> field collate "C"', "text")}
      end
  end`;

function equals(): string {
  return `case jsonb_typeof(documents.metadata -> field)
      when 'number' then (documents.metadata ->> field)::numeric = any(numbers)
      else documents.metadata ->> field = any(texts) end`;
}

function compares(own: string, wanted: string): string {
  return `case operator
        when 'gt' then ${own} > ${wanted}
        when 'gte' then ${own} >= ${wanted}
        when 'lt' then ${own} < ${wanted}
        else ${own} <= ${wanted} end`;
}

export const filterSql = `
narrowed as materialized (
  select coalesce(conditions, created_after::text, created_before::text) is not null as yes from asked
),
condition as materialized (
  select given.* from asked
  cross join lateral jsonb_to_recordset(conditions::jsonb)
    as given(field text, operator text, text text, number numeric, texts text[], numbers numeric[])
),
allowed as materialized (
  select documents.id from documents, asked
  where documents.dataset_id = asked.dataset_id
    and (created_after is null or created_at >= to_timestamp(created_after))
    and (created_before is null or created_at < to_timestamp(created_before))
    and not exists (select from condition where not coalesce(${meets}, false))
)`;

/** Of a table with a document_id. Without conditions the documents are not looked at. */
export const narrowedSql = "(not (select yes from narrowed) or document_id in (select id from allowed))";
