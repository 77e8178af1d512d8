import { expect, test } from "vitest";
import { givenOptions, optionsText, otherOptions, shownOptions } from "./option-words.ts";

test("options in words, also those that came later", () => {
  expect(optionsText({})).toBe("The defaults");
  expect(optionsText({ topK: 2, maxTokens: undefined })).toBe("Hits at most: 2");
  expect(optionsText({ mode: "text", filter: { year: 2026 } })).toBe('mode: text, filter: {"year":2026}');
});

test("those with a field of their own and the others", () => {
  const options = { topK: 2, mode: "text" };
  expect([shownOptions(options), otherOptions(options)]).toEqual([{ topK: 2 }, { mode: "text" }]);
});

test("what was not chosen is not sent", () => {
  expect(givenOptions({ topK: 2, neighbours: undefined })).toEqual({ topK: 2 });
});
