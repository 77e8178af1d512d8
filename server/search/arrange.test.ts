import { describe, expect, it } from "vitest";
import { fc } from "../testing/property.ts";
import { groupByDocument } from "./group.ts";
import { joinNeighbours, type Neighbour } from "./neighbours.ts";
import type { Hit } from "./query.ts";
import { withinBudget } from "./token-budget.ts";

const hit = (chunkId: string, text: string, start = 0, documentId = "d"): Hit => ({
  datasetId: "ds",
  datasetName: "ds",
  metadata: {},
  sourceUrl: null,
  documentId,
  documentTitle: documentId,
  version: 1,
  chunkId,
  headingPath: [],
  page: null,
  flagged: false,
  start,
  end: start + text.length,
  score: 0.5,
  signals: { words: { score: 0.5, rank: 1 }, vector: null, opening: null, search: null },
  text,
});

describe("grouping", () => {
  it("puts documents in the order of their best hits, with so many of each", () => {
    const hits = ["a1", "b1", "a2", "c1", "a3", "b2"].map((id) => hit(id, "x", 0, id[0]));
    expect(groupByDocument(hits, 2).map(({ hit }) => hit.chunkId)).toEqual(["a1", "a2", "b1", "b2", "c1"]);
    expect(groupByDocument(hits, 1).map(({ hit }) => hit.chunkId)).toEqual(["a1", "b1", "c1"]);
  });
});

describe("neighbours", () => {
  it("no text twice, every hit's text in it, offsets true, whatever touches joined", () => {
    const sizes = fc.array(fc.record({ length: fc.nat(6), gap: fc.nat(5) }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        sizes,
        fc.infiniteStream(fc.nat(29)),
        fc.integer({ min: 1, max: 3 }),
        (chunks, picks, reach) => {
          let place = 0;
          const parts = chunks.map(({ length, gap }, ordinal) => {
            const start = place + gap;
            place = start + length + 1;
            const text = String.fromCharCode(97 + (ordinal % 26)).repeat(length + 1);
            return { ordinal, start, end: place, text, flagged: false };
          });
          const chosen = [...new Set([...picks.take(6)].map((pick) => pick % parts.length))];
          const hits = chosen.flatMap((ordinal) => {
            const part = parts[ordinal];
            return part ? [hit(String(ordinal), part.text, part.start)] : [];
          });
          const rows: Neighbour[] = chosen.flatMap((ordinal) =>
            parts
              .filter((part) => Math.abs(part.ordinal - ordinal) <= reach)
              .map((part) => ({ ...part, hitId: String(ordinal) })),
          );
          const passages = joinNeighbours(hits, rows);
          const inOrder = passages.toSorted((a, b) => a.start - b.start);
          for (const [index, { start, end, text }] of inOrder.entries()) {
            expect(text).toHaveLength(end - start);
            const before = inOrder[index - 1];
            // At least one chunk stands between two passages, or they would be one.
            if (before)
              expect(parts.some((part) => part.start >= before.end && part.end <= start)).toBe(true);
          }
          for (const { start, end, text } of hits) {
            const holder = passages.find((passage) => passage.start <= start && end <= passage.end);
            expect(holder?.text.slice(start - holder.start, end - holder.start)).toBe(text);
          }
          expect(passages[0]?.chunkId).toBe(hits[0]?.chunkId);
        },
      ),
    );
  });

  it("a hit whose document has changed since stays as it is", () => {
    const one = hit("1", "granite");
    expect(joinNeighbours([one, hit("2", "marble", 9)], [])).toEqual([one, hit("2", "marble", 9)]);
  });
});

describe("the token budget", () => {
  const long = hit("1", "Granite is a coarse rock. Marble is a soft one. Slate splits well.");

  it("keeps what fits whole", async () => {
    expect(await withinBudget([long], 1_000)).toEqual({ hits: [long], truncated: false });
  });

  it("cuts after a sentence, with offsets that say so", async () => {
    const { hits, truncated } = await withinBudget([{ ...long, start: 100, end: 166 }, long], 14);
    expect(truncated).toBe(true);
    expect(hits).toEqual([
      { ...long, start: 100, end: 147, text: "Granite is a coarse rock. Marble is a soft one." },
    ]);
  });

  it("a later hit of which no sentence fits is left out", async () => {
    const tiny = hit("2", "Tuff.");
    expect(await withinBudget([tiny, long], 6)).toEqual({ hits: [tiny], truncated: true });
  });

  it("of the first something is left, however long its words are", async () => {
    expect((await withinBudget([long], 3)).hits[0]?.text).toBe("Granite is");
    const { hits } = await withinBudget([hit("1", "🪨".repeat(500))], 20);
    expect(hits[0]?.text).toMatch(/^(🪨)+$/u);
  });

  it("words of special tokens are text like any other", async () => {
    expect((await withinBudget([hit("1", "a <|endoftext|> b")], 20)).truncated).toBe(false);
  });

  it("never more than asked, never half a character", async () => {
    const texts = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }), {
      minLength: 1,
      maxLength: 6,
    });
    const { countTokens } = await import("gpt-tokenizer/encoding/cl100k_base");
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 20, max: 200 }), async (given, maxTokens) => {
        const all = given.map((text, index) => hit(String(index), text));
        const { hits, truncated } = await withinBudget(all, maxTokens);
        const tokens = hits.map(({ text }) => countTokens(text, { disallowedSpecial: new Set() }));
        expect(tokens.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(maxTokens);
        expect(hits.length).toBeGreaterThan(0);
        expect(truncated).toBe(JSON.stringify(hits) !== JSON.stringify(all));
        for (const { text, start, end } of hits) {
          expect(text.isWellFormed()).toBe(true);
          expect(text).toHaveLength(end - start);
        }
      }),
    );
  });
});
