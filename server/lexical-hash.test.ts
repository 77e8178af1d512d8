import { describe, expect, it } from "vitest";
import { embedLexically, lexicalHash } from "./lexical-hash.ts";
import { fc } from "./testing/property.ts";

function likeness(a: string, b: string): number {
  const other = embedLexically(b);
  return embedLexically(a).reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

describe("any text", () => {
  it("has one vector of length 1, or of zeros", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const vector = embedLexically(text);
        expect(vector).toHaveLength(lexicalHash.dimensions);
        const length = Math.hypot(...vector);
        expect(Math.min(length, Math.abs(length - 1))).toBeLessThan(1e-4);
        expect(embedLexically(text)).toEqual(vector);
      }),
      { numRuns: 300 },
    );
  });

  it("without letters and digits has zeros", () => {
    for (const text of ["", " \n\t", "?! — …"]) expect(new Set(embedLexically(text))).toEqual(new Set([0]));
  });

  it("keeps the vector that is stored under the model's name", () => {
    const vector = embedLexically("Granite is a coarse rock.");
    const told = vector.flatMap((value, at) => (Math.abs(value) > 0.2 ? [[at, value]] : []));
    expect(told).toMatchInlineSnapshot(`
      [
        [
          188,
          -0.300574,
        ],
      ]
    `);
  });

  it("takes linear time", () => {
    const took = (text: string) => {
      const startedAt = performance.now();
      embedLexically(text);
      return performance.now() - startedAt;
    };
    for (const text of ["a", "字", "é", "a b ", "\u0301"]) {
      expect(took(text.repeat(1_000_000 / text.length))).toBeLessThan(2_000);
    }
  });
});

describe("what is alike", () => {
  it.each([
    ["upper and lower case", "GRANITE Rocks", "granite rocks", 0.999],
    ["another form of a word", "running shoes", "run shoe", 0.9],
    ["accents", "Café crème", "cafe creme", 0.999],
    ["compatible characters", "ﬁle １２３", "file 123", 0.999],
    ["a typing mistake", "temperature", "temprature", 0.4],
    ["a joined word", "file system", "filesystem", 0.4],
    ["a script without spaces", "東京都の育児休業", "育児休業", 0.5],
    ["Latin among it", "iPhoneの設定", "iPhone", 0.4],
    ["Thai", "สวัสดีครับ", "สวัสดี", 0.5],
    ["Hindi", "हिन्दी भाषा", "हिन्दी", 0.5],
    ["a decomposed accent", "e\u0301te\u0301", "été", 0.999],
  ])("%s", (_, a, b, least) => {
    expect(likeness(a, b)).toBeGreaterThan(least);
  });

  it("is not what merely means the same, nor what is unrelated", () => {
    expect(Math.abs(likeness("automobile", "car"))).toBeLessThan(0.2);
    expect(Math.abs(likeness("granite", "xylophone"))).toBeLessThan(0.2);
    expect(Math.abs(likeness("が", "か"))).toBeLessThan(0.2);
  });
});
