import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { difference, isWorse, meanOf, scoresOf } from "./golden-metrics.ts";

describe("scores", () => {
  it("of a ranking, by hand", () => {
    expect(scoresOf(["a", "b", "c"], ["a"], 10)).toEqual({ recall: 1, ndcg: 1, mrr: 1 });
    expect(scoresOf(["x", "a"], ["a"], 10)).toEqual({ recall: 1, ndcg: 1 / Math.log2(3), mrr: 0.5 });
    expect(scoresOf(["x", "a"], ["a"], 1)).toEqual({ recall: 0, ndcg: 0, mrr: 0 });
    expect(scoresOf(["a", "x", "b"], ["a", "b"], 10).ndcg).toBeCloseTo((1 + 0.5) / (1 + 1 / Math.log2(3)));
    expect(scoresOf([], ["a"], 10)).toEqual({ recall: 0, ndcg: 0, mrr: 0 });
  });

  it("lie between 0 and 1, and the ideal ranking has all", () => {
    const ids = fc.uniqueArray(fc.constantFrom(..."abcdefghij"), { minLength: 1 });
    fc.assert(
      fc.property(ids, ids, fc.integer({ min: 1, max: 12 }), (ranking, expected, k) => {
        for (const score of Object.values(scoresOf(ranking, expected, k))) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1 + 1e-12);
        }
        const ideal = scoresOf(expected, expected, k);
        expect([ideal.ndcg, ideal.mrr]).toEqual([1, 1]);
      }),
    );
  });

  it("in all are the mean, of nothing 0", () => {
    const [one, other] = [scoresOf(["a"], ["a"], 1), scoresOf(["x"], ["a"], 1)];
    expect(meanOf([one, other])).toEqual({ recall: 0.5, ndcg: 0.5, mrr: 0.5 });
    expect(meanOf([])).toEqual({ recall: 0, ndcg: 0, mrr: 0 });
    expect(isWorse(difference(one, other))).toBe(true);
    expect(isWorse(difference(one, one))).toBe(false);
  });
});
