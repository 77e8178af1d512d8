/** Hits document by document: the document with the best hit first, at most so many hits of each. */
import type { Place, Rank } from "./cursor.ts";

export type Placed<Hit> = { readonly hit: Hit; readonly place: Place };

/** @param hits best first */
export function groupByDocument<Hit extends Rank & { documentId: string }>(
  hits: readonly Hit[],
  hitsPerDocument: number,
): Placed<Hit>[] {
  const byDocument = Map.groupBy(hits, ({ documentId }) => documentId);
  return [...byDocument.values()].flatMap((ofDocument) => {
    const [best] = ofDocument;
    if (!best) return [];
    return ofDocument.slice(0, hitsPerDocument).map((hit) => ({ hit, place: [best, hit] }));
  });
}
