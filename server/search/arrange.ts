/**
 * From the hits that the statement found to the answer: grouped by document, widened by their neighbours,
 * cut to a number of tokens, their matching words pointed out; each only where it was asked for.
 */
import type { QueryOptions } from "../query-fields.ts";
import { groupByDocument } from "./group.ts";
import { type Highlight, withHighlights } from "./highlights.ts";
import { withNeighbours } from "./neighbours.ts";
import type { Hit } from "./query.ts";
import { withinBudget } from "./token-budget.ts";

export type AnsweredHit = Hit & { highlights?: Highlight[] };

/** As many as the statement ranks: hits that grouping drops make room for others. */
const deepest = 100;

/** How many hits to ask the statement for. */
export function depthFor({ topK, hitsPerDocument }: QueryOptions): number {
  return hitsPerDocument > 0 ? deepest : topK;
}

export async function arrange(
  found: readonly Hit[],
  asked: { datasetId: string; query: string },
  { topK, hitsPerDocument, neighbours, maxTokens, highlights }: QueryOptions,
): Promise<{ hits: AnsweredHit[]; truncated: boolean }> {
  let hits = hitsPerDocument > 0 ? groupByDocument(found, hitsPerDocument).slice(0, topK) : [...found];
  let truncated = false;
  if (neighbours > 0 && hits.length > 0) hits = await withNeighbours(hits, neighbours);
  if (maxTokens > 0) ({ hits, truncated } = await withinBudget(hits, maxTokens));
  return { hits: highlights ? await withHighlights(hits, asked) : hits, truncated };
}
