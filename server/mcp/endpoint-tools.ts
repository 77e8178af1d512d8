/**
 * Every published endpoint that a caller may query as a tool of its own, under a name made from those of its
 * dataset and itself, with the tail of its id where two would be the same. A call of one is a search.query.
 * No schema of the output: it is that of query_dataset, and would be most of a long list.
 */
import type { Tool as ListedTool } from "@modelcontextprotocol/server";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { type ReadableEndpoint, readableEndpoints } from "../endpoint.ts";
import { operation } from "../operations.ts";
import { priceFields } from "../price.ts";
import type { Principal } from "../principal.ts";
import { queryFields } from "../query-fields.ts";
import { priceKey } from "./meter.ts";
import { assertReadableInput, type JsonSchema, toolSchema } from "./schema.ts";

export type EndpointTool = {
  /** What its operation is given besides the arguments. */
  readonly input: { readonly datasetId: string; readonly endpoint: string };
  readonly shown: ListedTool;
};

/** As long as the names that clients take; see tools.ts. */
const longestName = 48;
const tailLength = 5;

export async function endpointTools(
  principal: Principal,
  taken: ReadonlySet<string>,
): Promise<EndpointTool[]> {
  const endpoints = await readableEndpoints(principal);
  const names = namesOf(endpoints, taken);
  return endpoints.map((endpoint, index) => toolOf(endpoint, names[index] ?? ""));
}

/** Pure: the same endpoints have the same names, whoever lists them together. */
export function namesOf(
  endpoints: readonly Pick<ReadableEndpoint, "endpointId" | "name" | "datasetName">[],
  taken: ReadonlySet<string>,
): string[] {
  const plain = endpoints.map(({ name, datasetName }) => nameOf(datasetName, name, longestName));
  const counts = new Map<string, number>();
  for (const name of plain) counts.set(name, (counts.get(name) ?? 0) + 1);
  return endpoints.map(({ endpointId, name, datasetName }, index) => {
    const wanted = plain[index] ?? "";
    if (counts.get(wanted) === 1 && !taken.has(wanted)) return wanted;
    return `${nameOf(datasetName, name, longestName - tailLength - 1)}_${endpointId.slice(-tailLength)}`;
  });
}

function nameOf(datasetName: string, endpointName: string, length: number): string {
  const endpoint = words(endpointName);
  const dataset = words(datasetName).replace(/^[^a-z]+/, "") || "dataset";
  const room = Math.max(1, length - endpoint.length - 1);
  return `${dataset.slice(0, room).replace(/_$/, "")}_${endpoint}`.slice(0, length);
}

function words(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "");
}

const { maxCredits, ...searchFields } = queryFields;
const everything = toolSchema(z.strictObject({ ...searchFields, max_credits: maxCredits }), "input");
assertReadableInput(everything, "an endpoint");
const parts = z.record(z.string(), z.record(z.string(), z.unknown())).parse(everything.properties);
const row = operation("search.query");

/** By all that they show, of which a version of an endpoint never changes. */
const made = new LRUCache<string, ListedTool>({ max: 5_000 });

function toolOf(endpoint: ReadableEndpoint, name: string): EndpointTool {
  const { datasetId, datasetName, endpointId, version } = endpoint;
  const key = JSON.stringify([endpointId, version, name, datasetName]);
  const shown = made.get(key) ?? listed(endpoint, name);
  made.set(key, shown);
  return { input: { datasetId, endpoint: endpoint.name }, shown };
}

function listed(endpoint: ReadableEndpoint, name: string): ListedTool {
  const { datasetName, title, description } = endpoint;
  const inputSchema: JsonSchema = { ...everything, properties: propertiesOf(endpoint) };
  return {
    name,
    title,
    description: `Searches the dataset "${datasetName}". ${description || title} Returns passages with their sources. An empty result costs nothing.`,
    inputSchema: { ...inputSchema, type: "object" },
    annotations: {
      title,
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    _meta: { [priceKey]: priceFields(row) },
  };
}

/** What the endpoint leaves open, with what it saved told as the default. */
function propertiesOf({ fixed, options }: ReadableEndpoint): JsonSchema {
  const saved: Readonly<Record<string, unknown>> = options;
  const open = Object.entries(parts).filter(([name]) => !fixed.some((one) => one === name));
  return Object.fromEntries(
    open.map(([name, part]) => [name, saved[name] === undefined ? part : { ...part, default: saved[name] }]),
  );
}
