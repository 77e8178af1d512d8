/** What a dataset offers to those who may query it: its endpoints with their schemas, scopes and prices. */
import { z } from "zod";
import { env } from "#env";
import type { DatasetRow } from "../dataset-access.ts";
import { type PublishedEndpoint, parametersOf } from "../endpoint.ts";
import { defaultEndpoint, operations } from "../operations.ts";

const jsonSchema = z.record(z.string(), z.unknown());

export const manifestSchema = z
  .object({
    datasetId: z.string(),
    name: z.string(),
    description: z.string(),
    endpoints: z.array(
      z.object({
        name: z.string(),
        version: z.int().nullable().describe("null: default, which is the same everywhere"),
        title: z.string(),
        description: z.string(),
        url: z.url(),
        method: z.literal("GET"),
        parameters: jsonSchema.describe("JSON Schema of the query parameters"),
        scopes: z.array(z.string()),
        priceCredits: z.int(),
      }),
    ),
    mcp: z.object({ url: z.url(), tool: z.string() }),
  })
  .meta({ id: "Manifest" });

const everyDatasets = {
  name: defaultEndpoint,
  version: null,
  title: "Search",
  description: "Full text search over every document of the dataset",
};

export function manifestOf(
  row: DatasetRow,
  published: readonly PublishedEndpoint[],
): z.output<typeof manifestSchema> {
  const { scope, priceCredits, tool } = operations["search.query"];
  const offer = (endpoint: PublishedEndpoint | null) => ({
    ...(endpoint === null
      ? everyDatasets
      : {
          name: endpoint.name,
          version: endpoint.version,
          title: endpoint.title,
          description: endpoint.description,
        }),
    url: `${env.appUrl}/api/v1/mcp/query/${row.id}/${endpoint?.name ?? defaultEndpoint}`,
    method: "GET" as const,
    parameters: z.toJSONSchema(parametersOf(endpoint), { io: "input" }),
    scopes: [scope],
    priceCredits,
  });
  return {
    datasetId: row.id,
    name: row.name,
    description: row.description,
    endpoints: [null, ...published].map(offer),
    mcp: { url: `${env.appUrl}/api/mcp`, tool: tool.name },
  };
}
