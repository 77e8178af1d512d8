import { expect, test } from "vitest";
import { givenOptions, optionsText, sentOptions } from "./option-words.ts";

test("options in words, also those that came later", () => {
  expect(optionsText({})).toBe("The defaults");
  expect(optionsText({ topK: 2, maxTokens: undefined })).toBe("Hits at most: 2");
  expect(optionsText({ mode: "text", neighbours: 0, explain: true })).toBe(
    "Search by: Words, Passages around each: None, Explain each hit: Yes",
  );
  expect(optionsText({ later: { year: 2026 } })).toBe('later: {"year":2026}');
  const filters = [
    { field: "year", operator: "gte", value: "2025" },
    { field: "team", operator: "in", values: ["a", "b"] },
    { field: "draft", operator: "exists", value: "false" },
  ];
  expect(optionsText({ filters })).toBe(
    "Only documents where: year is at least 2025 and team is one of a or b and draft is not there",
  );
});

test("what was not chosen is not sent", () => {
  expect(givenOptions({ topK: 2, neighbours: undefined })).toEqual({ topK: 2 });
});

test("a condition that is still being typed is not sent", () => {
  const half = { field: "", operator: "eq", value: "" } as const;
  const list = { field: "year", operator: "in", values: ["2025", " 2026", ""] } as const;
  expect(sentOptions({ topK: 3, filters: [half] })).toEqual({ topK: 3 });
  expect(sentOptions({ filters: [half, { ...list, values: [...list.values] }] })).toEqual({
    filters: [{ field: "year", operator: "in", values: ["2025", "2026"] }],
  });
});
