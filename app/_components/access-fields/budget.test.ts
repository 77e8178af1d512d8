import { expect, test } from "vitest";
import { noBudget, problemOfCredits, toBudget, usedText, valuesOf } from "./budget.ts";

test("a form's values are a budget, and back", () => {
  expect(toBudget(noBudget)).toBeNull();
  expect(toBudget({ period: "day", credits: 100 })).toEqual({ period: "day", credits: 100 });
  expect(valuesOf(null)).toEqual(noBudget);
  expect(valuesOf({ period: "month", credits: 5 })).toEqual({ period: "month", credits: 5 });
});

test.each([0, -1, 1.5, "", 1_000_000_001])("%j credits are no budget", (credits) => {
  expect(problemOfCredits({ period: "day", credits })).not.toBeNull();
  expect(problemOfCredits({ period: "none", credits })).toBeNull();
});

test("what was used, in words", () => {
  expect(usedText({ credits: 100, period: "day", used: 30 })).toBe("30 of 100 credits today");
  expect(usedText({ credits: 1, period: "total", used: 0 })).toBe("0 of 1 credit in total");
});
