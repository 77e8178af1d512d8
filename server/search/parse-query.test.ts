import { expect, test } from "vitest";
import { parseQuery } from "./parse-query.ts";

test("quotes that hold several words are phrases, and their words count too", () => {
  expect(parseQuery('"hot stone" bread "oven"')).toEqual({
    words: ["hot", "stone", "bread", "oven"],
    phrases: ["hot stone"],
    unfinished: false,
    dropped: [],
  });
});

test("the last word may be unfinished unless something follows it", () => {
  expect(parseQuery("hot sto").unfinished).toBe(true);
  expect(parseQuery("hot stone ").unfinished).toBe(false);
  expect(parseQuery("hot stone?").unfinished).toBe(false);
});

test("an open quote, punctuation and control characters are nothing special", () => {
  expect(parseQuery('"hot & (stone\u0000')).toMatchObject({ words: ["hot", "stone"], phrases: [] });
});

test("parts of a word are words; in names their order counts, and in plain ones it need not", () => {
  expect(parseQuery("a two-part name: MAX_SIZE, v1.2 or O'Brien@host.org?")).toEqual({
    words: ["a", "two", "part", "name", "MAX", "SIZE", "v1", "2", "or", "O", "Brien", "host", "org"],
    phrases: ["MAX_SIZE,", "v1.2", "O'Brien@host.org?"],
    unfinished: false,
    dropped: [],
  });
  expect(parseQuery("🚀\u{fe0f} हिन्दी").words).toEqual(["हिन्दी"]);
});

test("what one query may cost is bounded", () => {
  const many = Array.from({ length: 5000 }, (_, index) => `"w${index} x${index}"`).join(" ");
  const { words, phrases } = parseQuery(many);
  expect(words).toHaveLength(48);
  expect(phrases).toHaveLength(8);
  expect(parseQuery("a".repeat(9000)).words).toEqual(["a".repeat(100)]);
});
