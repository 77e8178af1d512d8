/**
 * Endpoints as everybody who may query their dataset meets them: published, by name. Found in one statement
 * with the right to read the dataset; `default`, which every dataset has, needs none.
 */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { query } from "#db/client.ts";
import { datasetNotFound, type Reader, readableSql, restrictedTo } from "./dataset-access.ts";
import { ApiError } from "./errors.ts";
import { defaultEndpoint } from "./operations.ts";
import {
  type GivenOptions,
  givenOptions,
  type OptionName,
  optionNames,
  optionsSchema,
  type QueryOptions,
  queryFields,
  withoutDefault,
} from "./query-fields.ts";

/** As stored: what a later release no longer knows is left out. */
export const savedOptions = z.object(givenOptions);
export const savedFixed = z
  .array(z.string())
  .transform((names) => optionNames.filter((name) => names.includes(name)));

export type PublishedEndpoint = {
  readonly endpointId: string;
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly options: GivenOptions;
  /** Options that a caller cannot override. */
  readonly fixed: readonly OptionName[];
};

type Row = { [Key in "endpointId" | "name" | "title" | "description"]: string } & {
  version: number;
  options: unknown;
  fixed: unknown;
};

const columns = `e.id as "endpointId", e.name, v.version, v.title, v.description, v.options, v.fixed`;
const joined = "join endpoint_versions v on v.endpoint_id = e.id and v.version = e.published_version";

const findStatement = `
  select ${columns} from datasets
  left join (endpoints e ${joined})
    on e.dataset_id = datasets.id and translate(e.name, '-', '_') = translate($2::text, '-', '_')
  where datasets.id = $1::text and ${readableSql("$3::text", "$4::text")}`;

/** Null for `default`, which saves nothing. @throws ApiError not_found */
export async function findEndpoint(
  datasetId: string,
  name: string,
  reader: Reader,
): Promise<PublishedEndpoint | null> {
  if (name === defaultEndpoint) return null;
  const [row] = await query<Row | { endpointId: null }>(findStatement, [
    datasetId,
    name,
    reader?.accountId ?? null,
    restrictedTo(reader),
  ]);
  if (!row) throw datasetNotFound(datasetId, reader);
  if (row.endpointId !== null) return published(row);
  throw new ApiError("not_found", "Endpoint not found.", {
    hint: "See this dataset's endpoints with list_endpoints (GET /api/v1/mcp/endpoints?datasetId=…), or use default.",
  });
}

const listStatement = `select ${columns} from endpoints e ${joined} where e.dataset_id = $1 order by e.name`;

/** For a dataset that the caller may read. */
export async function publishedEndpoints(datasetId: string): Promise<PublishedEndpoint[]> {
  return (await query<Row>(listStatement, [datasetId])).map(published);
}

/** By id and version, which never changes: a list of many would mostly be spent on this. */
const parsed = new LRUCache<string, Pick<PublishedEndpoint, "options" | "fixed">>({ max: 5_000 });

function published(row: Row): PublishedEndpoint {
  const key = `${row.endpointId} ${row.version}`;
  const known = parsed.get(key) ?? {
    options: savedOptions.parse(row.options),
    fixed: savedFixed.parse(row.fixed),
  };
  parsed.set(key, known);
  return { ...row, ...known };
}

/** The caller's own where the endpoint allows it, else what is saved, else the default. @throws ApiError */
export function optionsOf(endpoint: PublishedEndpoint | null, given: GivenOptions): QueryOptions {
  const refused = endpoint?.fixed.find((name) => given[name] !== undefined);
  if (refused) {
    throw new ApiError(
      "invalid_input",
      `Invalid input: ${refused}: is fixed by this endpoint; leave it out.`,
    );
  }
  return optionsSchema.parse({ ...endpoint?.options, ...given });
}

/** What a caller of the endpoint may write, with its saved values told as defaults. */
export function parametersOf(endpoint: PublishedEndpoint | null): z.ZodObject {
  const open = optionNames.filter((name) => !endpoint?.fixed.includes(name));
  const options = open.map((name) => {
    const field = optionsSchema.shape[name];
    return [name, withoutDefault(field, endpoint?.options[name] ?? field.def.defaultValue)];
  });
  return z.strictObject({ query: queryFields.query, ...Object.fromEntries(options) });
}

export type ReadableEndpoint = PublishedEndpoint & {
  readonly datasetId: string;
  readonly datasetName: string;
};

/** More would be no list that a model can choose from. */
const mostReadable = 1_000;

const readableStatement = `
  select ${columns}, datasets.id as "datasetId", datasets.name as "datasetName"
  from datasets join endpoints e on e.dataset_id = datasets.id ${joined}
  where ${readableSql("$1::text", "$2::text")}
  order by datasets.id, e.name limit ${mostReadable}`;

/** Of every dataset that the reader may query, in an order that does not depend on when it is asked. */
export async function readableEndpoints(reader: NonNullable<Reader>): Promise<ReadableEndpoint[]> {
  const rows = await query<Row & { datasetId: string; datasetName: string }>(readableStatement, [
    reader.accountId,
    restrictedTo(reader),
  ]);
  return rows.map((row) => ({ ...published(row), datasetId: row.datasetId, datasetName: row.datasetName }));
}
