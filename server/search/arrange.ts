/**
 * From a page of hits to the answer: widened by their neighbours, cut to a number of tokens, their matching
 * words pointed out; each only where it was asked for.
 */
import type { QueryOptions } from "../query-fields.ts";
import { type Highlight, withHighlights } from "./highlights.ts";
import { withNeighbours } from "./neighbours.ts";
import type { Hit } from "./query.ts";
import { withinBudget } from "./token-budget.ts";

export type AnsweredHit = Hit & { highlights?: Highlight[] };

export async function arrange(
  found: readonly Hit[],
  query: string,
  { neighbours, maxTokens, highlights }: QueryOptions,
): Promise<{ hits: AnsweredHit[]; truncated: boolean }> {
  let hits = [...found];
  let truncated = false;
  if (neighbours > 0 && hits.length > 0) hits = await withNeighbours(hits, neighbours);
  if (maxTokens > 0) ({ hits, truncated } = await withinBudget(hits, maxTokens));
  return { hits: highlights ? await withHighlights(hits, query) : hits, truncated };
}
