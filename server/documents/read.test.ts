import { expect, it } from "vitest";
import { fc } from "../testing/property.ts";
import { rangeOf } from "./read.ts";

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 });

it("reads no more than asked for, splits no character and covers the chunk", () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 400 }), (words, from, size, length) => {
      const characters = [...words];
      const first = from % characters.length;
      const last = Math.min(characters.length, first + (size % 20) + 1);
      const start = characters.slice(0, first).join("").length;
      const chunk = { start, end: start + characters.slice(first, last).join("").length };
      const range = rangeOf(words, { length, start: undefined, end: undefined }, chunk);
      expect(range.end - range.start).toBeLessThanOrEqual(Math.max(length, 1));
      expect(range.start).toBeLessThanOrEqual(chunk.start);
      if (length >= chunk.end - chunk.start) expect(range.end).toBeGreaterThanOrEqual(chunk.end);
      expect(words.slice(range.start, range.end).isWellFormed()).toBe(words.isWellFormed());
    }),
  );
});

it("reads on without a gap until the end", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 50 }), (words, length) => {
      let read = "";
      while (read.length < words.length) {
        const { start, end } = rangeOf(words, { start: read.length, end: undefined, length }, null);
        expect(start).toBe(read.length);
        expect(end).toBeGreaterThan(start);
        read += words.slice(start, end);
      }
      expect(read).toBe(words);
    }),
  );
});

it.each([
  [{ start: 40, end: undefined, length: 10 }, "11 characters"],
  [{ start: 5, end: 3, length: 10 }, "end is not before start"],
])("refuses a range that is none: %j", (range, words) => {
  expect(() => rangeOf("Hello world", range, null)).toThrow(words);
});
