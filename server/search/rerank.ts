/** The best hits of a search in the order of the reranking model, with its relevance as their score. */
import { embeddedText } from "../embedding.ts";
import type { QueryOptions } from "../query-fields.ts";
import { type Reranker, relevances } from "../reranking.ts";
import { compareRanks } from "./cursor.ts";
import { type Hit, rounded } from "./query.ts";

/** Hits that are judged, unless more are to be shown: what stands below them hardly ever belongs on top. */
const judged = 30;

/** What the search gives to judge. The least score is asked of the relevance. */
export function rerankedExtent({ topK }: QueryOptions) {
  return { depth: Math.max(judged, topK), minimumScore: 0 };
}

/** @param hits best first. Null: the model gave no answer */
export async function rerankHits(
  hits: readonly Hit[],
  { query, options, signal }: { query: string; options: QueryOptions; signal: AbortSignal },
  reranker: Reranker,
): Promise<Hit[] | null> {
  const best = hits.slice(0, rerankedExtent(options).depth);
  const texts = best.map(({ documentTitle: title, headingPath, text }) =>
    embeddedText({ title, headingPath, text }),
  );
  const scores = await relevances(query, texts, signal, reranker);
  if (scores === null) return null;
  return best
    .map((hit, index) => ({
      ...hit,
      score: scores[index] ?? 0,
      signals: { ...hit.signals, search: { score: rounded(hit.score), rank: index + 1 } },
    }))
    .sort(compareRanks);
}
