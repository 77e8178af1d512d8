/**
 * What a caller may read, as MCP lists and completes it: datasets, each followed by its documents, in the
 * order of their ids, so that a page does not depend on when it is asked for.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { callerOf } from "../admission.ts";
import { datasetUri, documentUri } from "../citation.ts";
import { readableSql, restrictedTo } from "../dataset-access.ts";
import { ApiError } from "../errors.ts";
import { idField } from "../fields.ts";
import { likeText } from "../like.ts";
import { encodePlace, pageInput, pageOf, readPlace } from "../pages.ts";
import { procedure, router } from "../trpc.ts";

const resourceSchema = z
  .object({
    uri: z.string().describe("fltr://datasets/… or fltr://datasets/…/documents/…"),
    name: z.string().describe("The id"),
    title: z.string(),
    description: z.string(),
    mimeType: z.string(),
    size: z.int().nullable().describe("Bytes that were sent; null for a dataset"),
    updatedAt: z.string(),
  })
  .meta({ id: "Resource" });

type Row = {
  dataset_id: string;
  document_id: string;
  title: string;
  description: string;
  size: number | null;
  updated_at: string;
};

/** $1 account, $2 restricted credential or null, $3 and $4 the last dataset and document seen, $5 rows. */
const listStatement = `
  with readable as (
    select id, name, description, updated_at from datasets
    where ${readableSql("$1::text", "$2::text")} and id >= $3::text
  )
  select r.id as dataset_id, found.document_id, found.title, found.description, found.size,
    to_char(found.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as updated_at
  from readable r cross join lateral (
    (select '' as document_id, r.name as title, r.description, null::int as size, r.updated_at where r.id > $3::text)
    union all
    (select d.id, d.title, r.name, d.size_bytes, d.updated_at from documents d
     where d.dataset_id = r.id and d.text is not null and (r.id > $3::text or d.id > $4::text)
     order by d.id limit $5::int)
  ) as found
  order by r.id, found.document_id limit $5::int`;

const suggestInput = z.strictObject({
  datasetId: idField.optional().describe("Suggest documents of this dataset; datasets when left out"),
  prefix: z.string().max(200).default("").describe("How the id, or any word of the name, begins"),
});

const suggestions = 100;

export const resourcesRouter = router({
  list: procedure("resources.list", {
    input: z.strictObject(pageInput),
    output: pageOf(resourceSchema),
  }).query(async ({ ctx, input: { cursor, limit } }) => {
    const caller = callerOf(ctx);
    const [dataset, document] = cursor === undefined ? ["", ""] : placeOf(cursor);
    const readBy = [caller.accountId, restrictedTo(caller)];
    const rows = await query<Row>(listStatement, [...readBy, dataset, document, limit + 1]);
    const items = rows.slice(0, limit).map(toResource);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items, nextCursor: last ? cursorOf(last) : null };
  }),

  suggest: procedure("resources.suggest", {
    input: suggestInput,
    output: z.object({
      items: z.array(z.object({ id: z.string(), title: z.string() })),
      hasMore: z.boolean(),
    }),
  }).query(async ({ ctx, input: { datasetId, prefix } }) => {
    const caller = callerOf(ctx);
    const readable = readableSql("$1::text", "$2::text");
    const begins = (column: string) => `(${column} ~* ('(^|\\W)' || $3::text) or id like $4::text)`;
    const statement =
      datasetId === undefined
        ? `select id, name as title from datasets where ${readable} and ${begins("name")} order by id limit $5::int`
        : `select id, title from documents where text is not null and ${begins("title")}
             and dataset_id = (select id from datasets where id = $6::text and ${readable})
           order by id limit $5::int`;
    const found = await query<{ id: string; title: string }>(statement, [
      caller.accountId,
      restrictedTo(caller),
      prefix.replaceAll(/[^\p{L}\p{N}]/gu, "."),
      `${likeText(prefix)}%`,
      suggestions + 1,
      ...(datasetId === undefined ? [] : [datasetId]),
    ]);
    return { items: found.slice(0, suggestions), hasMore: found.length > suggestions };
  }),
});

function toResource({ dataset_id, document_id, title, description, size, updated_at }: Row) {
  const isDataset = document_id === "";
  return {
    uri: isDataset ? datasetUri(dataset_id) : documentUri(dataset_id, document_id),
    name: isDataset ? dataset_id : document_id,
    title,
    description: isDataset ? description : `A document of the dataset ${description}`,
    mimeType: isDataset ? "application/json" : "text/plain",
    size,
    updatedAt: updated_at,
  };
}

const place = z.tuple([idField, z.union([z.literal(""), idField])]);

function cursorOf({ dataset_id, document_id }: Row): string {
  return encodePlace([dataset_id, document_id]);
}

function placeOf(cursor: string): z.output<typeof place> {
  const read = readPlace(cursor, place);
  if (read === null) throw new ApiError("invalid_input", "Invalid input: cursor: not a cursor of this list.");
  return read;
}
