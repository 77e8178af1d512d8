import { expect, it } from "vitest";
import { keptText, summaryOf } from "./grant-words.ts";

const values = {
  scopes: ["mcp:query"] as const,
  datasets: { all: false, ids: ["ds_1"] },
  budget: { period: "day", credits: 500 },
  rate: { limited: true, calls: 300 },
  lifetime: "30",
};

it.each([
  [{}, "It may search 1 dataset, spend up to 500 credits a day, call 300 times an hour, for 30 days."],
  [
    { datasets: { all: false, ids: [] } },
    "It will find nothing until you choose a dataset. It may spend up to 500 credits a day, call 300 times an hour, for 30 days.",
  ],
  [
    {
      scopes: ["mcp:query", "mcp:create"] as const,
      datasets: { all: true, ids: [] },
      budget: { period: "none", credits: 1 },
      rate: { limited: false, calls: 1 },
      lifetime: "never",
    },
    "It may search and change all your datasets and spend all of your balance, without an end.",
  ],
  [
    { budget: { period: "total", credits: "" }, rate: { limited: true, calls: "" }, lifetime: "1" },
    "It may search 1 dataset and spend credits, for one day.",
  ],
])("says what is about to be allowed: %j", (changed, words) => {
  expect(summaryOf({ ...values, ...changed })).toBe(words);
});

it.each([
  [
    {
      datasets: [{}],
      budget: { credits: 20, period: "day" },
      callsPerHour: 300,
      expiresAt: "2026-12-27T10:00:00Z",
    },
    "1 dataset, 20 credits a day, 300 calls an hour, until 27 Dec 2026",
  ],
  [
    { datasets: "all", budget: null, callsPerHour: null, expiresAt: null },
    "all your datasets, all of your balance, without an end",
  ],
] as const)("says what stays beside an addition: %j", (connection, words) => {
  expect(keptText(connection)).toBe(`What you gave it before stays as it is: ${words}.`);
});
