/** What a dataset offers to those who may query it: its endpoints with their schemas, scopes and prices. */
import { z } from "zod";
import { env } from "#env";
import type { DatasetRow } from "../dataset-access.ts";
import { operations } from "../operations.ts";
import { queryFields } from "../query-fields.ts";

const jsonSchema = z.record(z.string(), z.unknown());

export const manifestSchema = z
  .object({
    datasetId: z.string(),
    name: z.string(),
    description: z.string(),
    endpoints: z.array(
      z.object({
        name: z.string(),
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

export function manifestOf(row: DatasetRow): z.output<typeof manifestSchema> {
  const { scope, priceCredits, tool } = operations["search.query"];
  return {
    datasetId: row.id,
    name: row.name,
    description: row.description,
    endpoints: [
      {
        name: "default",
        description: "Full text search over every document of the dataset",
        url: `${env.appUrl}/api/v1/mcp/query/${row.id}/default`,
        method: "GET",
        parameters: z.toJSONSchema(z.object(queryFields), { io: "input" }),
        scopes: [scope],
        priceCredits,
      },
    ],
    mcp: { url: `${env.appUrl}/api/mcp`, tool: tool.name },
  };
}
