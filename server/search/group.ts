/** Hits document by document: the document with the best hit first, at most so many hits of each. */
export function groupByDocument<Hit extends { documentId: string }>(
  hits: readonly Hit[],
  hitsPerDocument: number,
): Hit[] {
  const byDocument = Map.groupBy(hits, ({ documentId }) => documentId);
  return [...byDocument.values()].flatMap((ofDocument) => ofDocument.slice(0, hitsPerDocument));
}
