/**
 * The tools: every row of the table that names one, in the table's order, with its schemas. What is wrong
 * with a tool fails at boot. The first is free, read-only and callable with no arguments, since clients and
 * the conformance suite try the first one they see.
 */
import type { StandardSchemaWithJSON, ToolAnnotations } from "@modelcontextprotocol/server";
import { refusalOf } from "../admission.ts";
import { type CatalogEntry, catalog } from "../catalog.ts";
import { priceFields } from "../price.ts";
import type { Principal } from "../principal.ts";
import { priceKey } from "./meter.ts";
import { assertReadableInput, type JsonSchema, toolSchema } from "./schema.ts";

export type Tool = {
  readonly entry: CatalogEntry;
  readonly name: string;
  readonly definition: {
    readonly title: string;
    readonly description: string;
    readonly inputSchema: StandardSchemaWithJSON;
    readonly outputSchema: StandardSchemaWithJSON;
    readonly annotations: ToolAnnotations;
    readonly _meta: Record<string, unknown>;
  };
};

/** Accepted by every client that was looked at; the tightest counts the server's name in and ends at 60. */
const namePattern = /^[a-z][a-z0-9_]{0,47}$/;

const tools: readonly Tool[] = catalog.flatMap((entry) => {
  const { row, id } = entry;
  if (!row.tool) return [];
  const { name, title, description } = row.tool;
  if (!namePattern.test(name)) throw new Error(`The tool name of ${id} is not one all clients accept.`);
  const input = toolSchema(entry.input, "input");
  const output = toolSchema(entry.output, "output");
  assertReadableInput(input, id);
  if (output.type !== "object") throw new Error(`The output schema of ${id} is no object.`);
  return {
    entry,
    name,
    definition: {
      title,
      description,
      inputSchema: checkedByTheChain(input),
      outputSchema: checkedByTheChain(output),
      annotations: {
        title,
        readOnlyHint: row.kind === "query",
        destructiveHint: row.rest.method === "DELETE",
        idempotentHint: row.kind === "query",
        openWorldHint: false,
      },
      _meta: { [priceKey]: priceFields(row) },
    },
  };
});

const byName = new Map(tools.map((tool) => [tool.name, tool]));
if (byName.size !== tools.length) throw new Error("Two tools have one name.");

const [first] = tools;
if (first?.entry.row.kind !== "query" || first.entry.row.priceCredits > 0) {
  throw new Error("The first tool of the table must be free and read-only.");
}
first.entry.input.parse({});

export function findTool(name: string): Tool | null {
  return byName.get(name) ?? null;
}

/** Those that the caller may call, in the table's order. */
export function toolsFor(principal: Principal): readonly Tool[] {
  return tools.filter(({ entry }) => refusalOf({ principal, rejected: false }, entry.id, null) === null);
}

/** Shown to clients and not enforced by the SDK: the chain checks input and output, with our own words. */
function checkedByTheChain(schema: JsonSchema): StandardSchemaWithJSON {
  return {
    "~standard": {
      version: 1,
      vendor: "fltr",
      validate: (value) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  };
}
