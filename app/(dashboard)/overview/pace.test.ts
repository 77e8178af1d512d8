import { expect, test } from "vitest";
import { lastsWords } from "./pace.ts";

test.each([
  [0, 100, "Nothing is left."],
  [500, 0, "Nothing was spent lately."],
  [700, 700, "Lasts about 7 days at this pace."],
  [100, 700, "Lasts about 1 day at this pace."],
  [50, 700, "Lasts less than a day at this pace."],
  [1_000_000, 7, "Lasts more than a year at this pace."],
])("%i credits after %i in a week: %s", (balance, spent, words) => {
  expect(lastsWords(balance, spent, 7)).toBe(words);
});
