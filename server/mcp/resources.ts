/**
 * Datasets and documents as MCP resources: fltr://datasets/{datasetId}, …/documents/{documentId}, a range of
 * it and what stands around a chunk. Which exist is the table's operations' affair; here are their addresses.
 */
import {
  type CompleteResult,
  type ListResourcesResult,
  type ReadResourceResult,
  ResourceNotFoundError,
} from "@modelcontextprotocol/server";
import { problemOf } from "../errors.ts";
import type { OperationId } from "../operations.ts";
import { type Admitted, type Exchange, runOperation } from "./exchange.ts";
import { metaOf } from "./meter.ts";
import type { OutputOf } from "./outputs.ts";

const root = "fltr://datasets/{datasetId}";

export const resourceTemplates = [
  {
    name: "dataset",
    title: "A dataset",
    uriTemplate: root,
    description: "What a dataset holds and offers: its endpoints, their parameters and prices.",
    mimeType: "application/json",
  },
  {
    name: "document",
    title: "A document",
    uriTemplate: `${root}/documents/{documentId}`,
    description: "The beginning of a document's text; a long one is read on with a range.",
    mimeType: "text/plain",
  },
  {
    name: "document-range",
    title: "A range of a document",
    uriTemplate: `${root}/documents/{documentId}{?start,end,version}`,
    description: "Characters start to end of a document's text, as a hit names them.",
    mimeType: "text/plain",
  },
  {
    name: "chunk",
    title: "What stands around a hit",
    uriTemplate: `${root}/documents/{documentId}/chunks/{chunkId}`,
    description: "A hit's passage with what stands before and after it.",
    mimeType: "text/plain",
  },
];

type Target = { readonly operation: OperationId; readonly input: Record<string, unknown> };

const uriPattern =
  /^fltr:\/\/datasets\/([^/?#]+)(?:\/documents\/([^/?#]+)(?:\/chunks\/([^/?#]+))?)?(?:\?([^#]*))?$/;

/** Null for what is no address of ours. */
export function targetOf(uri: string): Target | null {
  const [, datasetId, documentId, chunkId, query] = uriPattern.exec(uri) ?? [];
  if (datasetId === undefined) return null;
  try {
    const input = { datasetId: decodeURIComponent(datasetId) };
    if (documentId === undefined) return query ? null : { operation: "datasets.manifest", input };
    const places = [...new URLSearchParams(query)].map(([name, value]) => [
      name,
      /^\d{1,10}$/.test(value) ? Number(value) : value,
    ]);
    const within = {
      ...input,
      documentId: decodeURIComponent(documentId),
      ...(chunkId === undefined ? {} : { chunkId: decodeURIComponent(chunkId) }),
      ...Object.fromEntries(places),
    };
    return { operation: "documents.read", input: within };
  } catch {
    return null;
  }
}

export async function listResources(
  admitted: Admitted,
  cursor: string | undefined,
): Promise<ListResourcesResult> {
  const output = await runOperation(admitted, cursor === undefined ? {} : { cursor });
  const { items, nextCursor } = output as OutputOf<"resources.list">;
  return {
    resources: items.map(({ size, updatedAt, ...resource }) => ({
      ...resource,
      ...(size === null ? {} : { size }),
      annotations: { lastModified: updatedAt },
    })),
    ...(nextCursor === null ? {} : { nextCursor }),
  };
}

export async function readResource(
  { principal }: Exchange,
  admitted: Admitted,
  uri: string,
): Promise<ReadResourceResult> {
  const target = targetOf(uri);
  if (!target) throw new ResourceNotFoundError(uri);
  try {
    const output = await runOperation(admitted, target.input);
    return { contents: [contentOf(uri, target.operation, output)], _meta: metaOf(admitted, principal) };
  } catch (error) {
    if (problemOf(error).problem.code === "not_found") throw new ResourceNotFoundError(uri);
    throw error;
  }
}

function contentOf(uri: string, operation: OperationId, output: unknown) {
  if (operation === "datasets.manifest")
    return { uri, mimeType: "application/json", text: JSON.stringify(output) };
  const { text, ...place } = output as OutputOf<"documents.read">;
  return { uri, mimeType: "text/plain", text, _meta: { "dev.fltr/passage": place } };
}

/** Of {datasetId} and {documentId} in a template. */
export async function completeTemplate(
  admitted: Admitted,
  argument: { readonly name: string; readonly value: string },
  given: Readonly<Record<string, string>>,
): Promise<CompleteResult> {
  const datasetId = argument.name === "documentId" ? given.datasetId : undefined;
  if (argument.name !== "datasetId" && datasetId === undefined) return completion([], false);
  const input = { prefix: argument.value, ...(datasetId === undefined ? {} : { datasetId }) };
  const { items, hasMore } = (await runOperation(admitted, input)) as OutputOf<"resources.suggest">;
  return completion(
    items.map(({ id }) => id),
    hasMore,
  );
}

export function completion(values: string[], hasMore: boolean): CompleteResult {
  return { completion: { values, hasMore, ...(hasMore ? {} : { total: values.length }) } };
}
