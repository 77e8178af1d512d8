import { expect, test } from "vitest";
import { changeText, namesOf, placesText, scoreText } from "./score-words.ts";

test("scores and how they changed", () => {
  expect([scoreText(1), scoreText(0.666)]).toEqual(["1.00", "0.67"]);
  expect([changeText(0.05), changeText(-0.1), changeText(0.001), changeText(0)]).toEqual([
    "+0.05",
    "−0.10",
    "",
    "",
  ]);
});

test("places of the documents that were expected", () => {
  expect(
    placesText([
      { id: "doc_1", title: "A", rank: 1 },
      { id: "b.md", title: null, rank: null },
    ]),
  ).toBe("A: place 1, b.md: not found");
});

test("names as people type them", () => {
  expect(namesOf(" a.md, b.md\n\na.md")).toEqual(["a.md", "b.md"]);
});
