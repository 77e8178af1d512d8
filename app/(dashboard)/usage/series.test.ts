import { expect, test } from "vitest";
import { chartOf, totalsOf, type UsageItem } from "./series.ts";

const item = (
  day: string,
  group: string,
  creditsCharged: number,
  name: string | null = group,
): UsageItem => ({
  day,
  group,
  name,
  calls: 1,
  emptyCalls: creditsCharged === 0 ? 1 : 0,
  creditsCharged,
});

test("groups add up, the largest first", () => {
  const items = [item("2026-01-01", "a", 10), item("2026-01-02", "b", 30), item("2026-01-03", "a", 10)];
  expect(totalsOf(items, "dataset")).toMatchObject([
    { group: "b", creditsCharged: 30, calls: 1 },
    { group: "a", creditsCharged: 20, calls: 2 },
  ]);
});

test("what has no name is told in words", () => {
  const labels = (group: string, grouping: "credential" | "dataset") =>
    totalsOf([item("2026-01-01", group, 1, null)], grouping)[0]?.label;
  expect(labels("session:", "credential")).toBe("This dashboard");
  expect(labels("connection:x", "credential")).toBe("A disconnected app");
  expect(labels("apiKey:x", "credential")).toBe("A revoked key");
  expect(labels("", "dataset")).toBe("Several datasets, or nothing found");
});

test("a chart has every day, the largest groups and one for the rest; nothing is lost", () => {
  const items = Array.from({ length: 9 }, (_, index) => item("2026-01-02", `g${index}`, index + 1));
  const { data, series } = chartOf(items, "dataset", "creditsCharged", {
    from: "2026-01-01",
    to: "2026-01-03",
  });
  expect(data.map(({ day }) => day)).toEqual(["2026-01-01", "2026-01-02", "2026-01-03"]);
  expect(series).toHaveLength(6);
  expect(series.at(-1)?.label).toBe("4 others");
  const sum = series.reduce((total, { name }) => total + Number(data[1]?.[name]), 0);
  expect(sum).toBe(45);
});

test("what was free is not in a chart of credits", () => {
  const range = { from: "2026-01-01", to: "2026-01-01" };
  const items = [item("2026-01-01", "a", 0)];
  expect(chartOf(items, "dataset", "creditsCharged", range).series).toEqual([]);
  expect(chartOf(items, "dataset", "calls", range).series).toHaveLength(1);
});
