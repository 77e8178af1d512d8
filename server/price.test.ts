import { describe, expect, it } from "vitest";
import { operation } from "./operations.ts";
import { itemExtras, itemPrices, priceFields, priceWords, readingCredits, total } from "./price.ts";

describe("a metered price", () => {
  it.each([
    [1, 1],
    [999, 1],
    [1_000, 1],
    [1_001, 2],
    [100_000, 100],
  ])("of %i characters is %i", (length, credits) => {
    expect(itemPrices("embeddings.create", { text: "x".repeat(length) })).toEqual([credits]);
  });

  it("of a batch is started anew with each text", () => {
    const texts = ["a", "b".repeat(1_500), "c".repeat(1_000)];
    expect(itemPrices("embeddings.batch", { texts })).toEqual([1, 2, 1]);
    expect(total([1, 2, 1])).toBe(4);
  });

  it("is told in words and in fields", () => {
    expect(priceWords(operation("embeddings.create"))).toBe("1 credit per started 1,000 characters");
    expect(priceFields(operation("embeddings.batch"))).toEqual({
      credits: 1,
      perCharacters: 1_000,
      meteredField: "texts",
      perItemOf: "texts",
    });
  });
});

describe("adding text", () => {
  it("costs its reading, and its vectors where the built-in embedding does not make them", () => {
    expect([9_999, 10_000, 25_000].map((length) => readingCredits(length, "lexical-hash"))).toEqual([
      0, 1, 2,
    ]);
    expect([9_999, 10_000, 25_000].map((length) => readingCredits(length, "another"))).toEqual([0, 2, 4]);
  });
});

describe("a fixed price", () => {
  it("has an extra for each item that asks for it, or names an endpoint that may", () => {
    const queries = [
      {},
      { rerank: true },
      { endpoint: "default" },
      { endpoint: "a" },
      { endpoint: "a", rerank: false },
    ];
    expect(itemExtras("search.batch", { queries })).toEqual([0, 5, 0, 5, 0]);
    expect(itemExtras("search.across", { datasetIds: ["a", "b"], rerank: true })).toEqual([5, 5]);
    expect(itemExtras("search.query", null)).toEqual([0]);
    expect(itemExtras("embeddings.batch", { texts: ["a", "b"] })).toEqual([0, 0]);
  });

  it("is taken for each item, and for a call without items once", () => {
    expect(itemPrices("search.query", { query: "x".repeat(5_000) })).toEqual([10]);
    expect(itemPrices("search.batch", { queries: [{}, {}] })).toEqual([10, 10]);
    expect(itemPrices("search.batch", null)).toEqual([10]);
  });

  it("is told in words and in fields", () => {
    expect(priceWords(operation("search.query"))).toBe("10 credits, 5 more with rerank");
    expect(priceWords(operation("datasets.list"))).toBe("free");
    expect(priceFields(operation("search.query"))).toEqual({
      credits: 10,
      extra: { option: "rerank", credits: 5 },
    });
  });
});
