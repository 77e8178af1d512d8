import { expect, test } from "vitest";
import { accessValuesOf, datasetsText, hasProblem, toAccess } from "./access-values.ts";

const named = (...names: string[]) => names.map((name) => ({ id: name.toLowerCase(), name }));

test("an access is a form's values, and back", () => {
  const access = {
    datasets: named("Stones", "Rivers"),
    budget: { credits: 20, period: "day" as const, used: 7 },
    callsPerHour: 60,
    addresses: ["203.0.113.0/24"],
  };
  expect(toAccess(accessValuesOf(access))).toEqual({
    datasets: ["stones", "rivers"],
    budget: { credits: 20, period: "day" },
    callsPerHour: 60,
    addresses: ["203.0.113.0/24"],
  });
  const open = { datasets: "all" as const, budget: null, callsPerHour: null, addresses: [] };
  expect(toAccess(accessValuesOf(open))).toEqual(open);
});

test("numbers that are none are a problem", () => {
  const values = accessValuesOf({ datasets: "all", budget: null, callsPerHour: 5, addresses: [] });
  expect(hasProblem(values)).toBe(false);
  expect(hasProblem({ ...values, rate: { limited: true, calls: "" } })).toBe(true);
  expect(hasProblem({ ...values, budget: { period: "day", credits: 0 } })).toBe(true);
});

test.each([
  ["all" as const, "All your datasets and the public ones"],
  [[], "No dataset"],
  [named("Stones"), "Stones"],
  [named("Stones", "Rivers"), "Stones and Rivers"],
  [named("Stones", "Rivers", "Hills", "Seas"), "Stones, Rivers and 2 more"],
])("datasets in words %#", (datasets, words) => {
  expect(datasetsText(datasets)).toBe(words);
});
