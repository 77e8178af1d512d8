/**
 * How well a ranking of documents answers a question whose right documents are known: recall, normalised
 * discounted cumulative gain with equal gains, reciprocal rank. Pure; all 0 to 1.
 */
export type Scores = { readonly recall: number; readonly ndcg: number; readonly mrr: number };

/** `ranking` and `expected` hold ids once each; what ranks after `k` does not count. */
export function scoresOf(ranking: readonly string[], expected: readonly string[], k: number): Scores {
  const top = ranking.slice(0, k);
  const ranks = expected.flatMap((id) => (top.includes(id) ? [top.indexOf(id) + 1] : []));
  const ideal = Array.from({ length: Math.min(expected.length, k) }, (_, index) => index + 1);
  return {
    recall: ranks.length / expected.length,
    ndcg: gain(ranks) / gain(ideal),
    mrr: ranks.length === 0 ? 0 : 1 / Math.min(...ranks),
  };
}

function gain(ranks: readonly number[]): number {
  return ranks.reduce((sum, rank) => sum + 1 / Math.log2(rank + 1), 0);
}

export function meanOf(scores: readonly Scores[]): Scores {
  const mean = (of: (one: Scores) => number) =>
    scores.length === 0 ? 0 : scores.reduce((sum, one) => sum + of(one), 0) / scores.length;
  return {
    recall: mean(({ recall }) => recall),
    ndcg: mean(({ ndcg }) => ndcg),
    mrr: mean(({ mrr }) => mrr),
  };
}

/** From `before` to `after`. */
export function difference(before: Scores, after: Scores): Scores {
  return {
    recall: after.recall - before.recall,
    ndcg: after.ndcg - before.ndcg,
    mrr: after.mrr - before.mrr,
  };
}

/** Less than what rounding could make of equal runs is no change. */
export function isWorse(change: Scores): boolean {
  return Math.min(change.recall, change.ndcg, change.mrr) < -1e-9;
}
