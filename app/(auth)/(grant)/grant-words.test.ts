import { expect, it } from "vitest";
import { summaryOf } from "./grant-words.ts";

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
