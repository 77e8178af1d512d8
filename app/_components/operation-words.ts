import { operation, operationIds } from "#server/operations.ts";

/** Charged by the process itself, so it is no operation that a caller could name. */
const ownWork: Record<string, string> = { "documents.ingest": "Read a document that you added" };

/** What a charge or a receipt names; other words stay as a person wrote them. */
export function operationWords(name: string): string {
  const id = operationIds.find((known) => known === name);
  return id ? operation(id).summary : (ownWork[name] ?? name);
}
