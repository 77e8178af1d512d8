/**
 * The tools: every row of the table that names one, in the table's order, with its schemas. What is wrong
 * with a tool fails at boot. The first is free, read-only and callable with no arguments, since clients and
 * the conformance suite try the first one they see.
 */
import type { Tool as ListedTool, ListToolsResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import { refusalOf } from "../admission.ts";
import { type CatalogEntry, catalog } from "../catalog.ts";
import type { OperationId } from "../operations.ts";
import { priceFields } from "../price.ts";
import type { Principal } from "../principal.ts";
import { type EndpointTool, endpointTools } from "./endpoint-tools.ts";
import { unknownCursor } from "./exchange.ts";
import { priceKey } from "./meter.ts";
import { assertReadableInput, type JsonSchema, toolSchema } from "./schema.ts";

type Tool = {
  readonly entry: CatalogEntry;
  /** As tools/list shows it: made once. */
  readonly shown: ListedTool;
};

/** Accepted by every client that was looked at; the tightest counts the server's name in and ends at 60. */
const namePattern = /^[a-z][a-z0-9_]{0,47}$/;

/** The one word that tools spell in another way than the other doors, since agents' budgets do. */
const ceiling = { field: "maxCredits", argument: "max_credits" };

const tools: readonly Tool[] = catalog.flatMap((entry) => {
  const { row, id } = entry;
  if (!row.tool) return [];
  const { name, title, description } = row.tool;
  if (!namePattern.test(name)) throw new Error(`The tool name of ${id} is not one all clients accept.`);
  const input = asToolsSay(toolSchema(entry.input, "input"));
  const output = toolSchema(entry.output, "output");
  assertReadableInput(input, id);
  if (output.type !== "object") throw new Error(`The output schema of ${id} is no object.`);
  const shown = {
    name,
    title,
    description,
    inputSchema: { ...input, type: "object" as const },
    outputSchema: { ...output, type: "object" as const },
    annotations: {
      title,
      readOnlyHint: row.kind === "query" || row.readOnly === true,
      destructiveHint: row.rest.method === "DELETE",
      idempotentHint: row.kind === "query" || row.readOnly === true,
      openWorldHint: false,
    },
    _meta: { [priceKey]: priceFields(row) },
  };
  return { entry, shown };
});

function asToolsSay(input: JsonSchema): JsonSchema {
  const properties = Object.entries(z.record(z.string(), z.unknown()).parse(input.properties ?? {}));
  const renamed = properties.map(([name, part]) => [name === ceiling.field ? ceiling.argument : name, part]);
  return { ...input, properties: Object.fromEntries(renamed) };
}

/** Arguments of a tool as the input of its operation. */
function inputOf(args: Record<string, unknown>): Record<string, unknown> {
  const { [ceiling.argument]: maxCredits, ...input } = args;
  return maxCredits === undefined ? args : { ...input, [ceiling.field]: maxCredits };
}

const byName = new Map(tools.map((tool) => [tool.shown.name, tool]));
if (byName.size !== tools.length) throw new Error("Two tools have one name.");

const [first] = tools;
if (first?.entry.row.kind !== "query" || first.entry.row.priceCredits > 0) {
  throw new Error("The first tool of the table must be free and read-only.");
}
first.entry.input.parse({});

function findTool(name: string): Tool | null {
  return byName.get(name) ?? null;
}

/** What a call of an endpoint is; its name is looked up once the caller has been let in. */
const endpointOperation = "search.query" satisfies OperationId;

export function operationOfTool(name: string): OperationId {
  return findTool(name)?.entry.id ?? endpointOperation;
}

/** Clients that read one page only must not miss a tool. */
const pageSize = 250;

/** What the caller may call: the table's tools in its order, then endpoints. A cursor names the last tool shown. */
export async function pageOfTools(
  principal: Principal,
  cursor: string | undefined,
): Promise<ListToolsResult> {
  const all = [...toolsFor(principal), ...(await endpointsFor(principal))];
  const last = cursor === undefined ? null : Buffer.from(cursor, "base64url").toString();
  const before = last === null ? -1 : all.findIndex(({ shown }) => shown.name === last);
  if (last !== null && before < 0) throw unknownCursor();
  const page = all.slice(before + 1, before + 1 + pageSize);
  const more = before + 1 + page.length < all.length ? page.at(-1) : undefined;
  return {
    tools: page.map(({ shown }) => shown),
    ...(more && { nextCursor: Buffer.from(more.shown.name).toString("base64url") }),
  };
}

const takenNames: ReadonlySet<string> = new Set(byName.keys());

async function endpointsFor(principal: Principal): Promise<readonly EndpointTool[]> {
  if (refusalOf({ principal, rejected: false }, endpointOperation, null) !== null) return [];
  return endpointTools(principal, takenNames);
}

/** Which operation a tool is, and with what input, for this caller. Null: there is no such tool. */
export async function resolveTool(
  principal: Principal,
  name: string,
  args: Record<string, unknown>,
): Promise<{ readonly id: OperationId; readonly input: Record<string, unknown> } | null> {
  const tool = findTool(name);
  if (tool) return { id: tool.entry.id, input: inputOf(args) };
  const endpoint = (await endpointsFor(principal)).find(({ shown }) => shown.name === name);
  return endpoint ? { id: endpointOperation, input: { ...inputOf(args), ...endpoint.input } } : null;
}

function toolsFor(principal: Principal): readonly Tool[] {
  return tools.filter(({ entry }) => refusalOf({ principal, rejected: false }, entry.id, null) === null);
}
