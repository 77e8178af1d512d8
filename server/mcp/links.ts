/** The sources of a result as MCP resource links, for clients that know them (2025-06-18 and later). */
import type { ResourceLink } from "@modelcontextprotocol/server";
import type { OperationId } from "../operations.ts";
import type { OutputOf } from "./outputs.ts";

type Source = {
  readonly documentTitle: string;
  readonly headingPath: readonly string[];
  readonly resourceUri: string;
};

const sources: { readonly [Id in OperationId]?: (output: OutputOf<Id>) => readonly Source[] } = {
  "search.query": ({ hits }) => hits,
  "search.across": ({ hits }) => hits,
  "search.batch": ({ results }) => results.flatMap(({ hits }) => hits),
  "documents.read": (reading) => [reading],
};

export function linksOf(id: OperationId, output: unknown): ResourceLink[] {
  const known: Partial<Record<OperationId, (output: never) => readonly Source[]>> = sources;
  return (known[id]?.(output as never) ?? []).map(({ documentTitle, headingPath, resourceUri }) => ({
    type: "resource_link",
    uri: resourceUri,
    name: documentTitle,
    ...(headingPath.length > 0 && { description: headingPath.join(" › ") }),
    mimeType: "text/plain",
  }));
}
