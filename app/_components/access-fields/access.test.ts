import { describe, expect, it } from "vitest";
import {
  datasetsValueOf,
  lifetimeOf,
  problemOfRate,
  toCallsPerHour,
  toDatasets,
  toExpiresInDays,
} from "./access.ts";

const now = new Date("2026-11-23T12:00:00Z");
const inDays = (days: number) => new Date(now.getTime() + days * 24 * 3600 * 1000).toISOString();

describe("the lifetime that an earlier grant is shown with", () => {
  it.each([
    [null, "never"],
    [inDays(-1), "30"],
    [inDays(0.5), "1"],
    [inDays(29.9), "30"],
    [inDays(31), "90"],
    [inDays(3000), "365"],
  ])("%s is %s", (expiresAt, lifetime) => expect(lifetimeOf(expiresAt, now)).toBe(lifetime));

  it("counts in days, or has none", () => {
    expect(toExpiresInDays("7")).toBe(7);
    expect(toExpiresInDays("never")).toBeNull();
  });
});

it("keeps datasets one by one apart from all of them", () => {
  expect(toDatasets(datasetsValueOf("all"))).toBe("all");
  expect(toDatasets(datasetsValueOf([{ id: "ds_1" }]))).toEqual(["ds_1"]);
  expect(toDatasets(datasetsValueOf([]))).toEqual([]);
});

it("refuses a rate that is no whole number, and needs none without a limit", () => {
  expect(problemOfRate({ limited: true, calls: "" })).not.toBeNull();
  expect(problemOfRate({ limited: true, calls: 0 })).not.toBeNull();
  expect(problemOfRate({ limited: true, calls: 300 })).toBeNull();
  expect(problemOfRate({ limited: false, calls: "" })).toBeNull();
  expect(toCallsPerHour({ limited: false, calls: 5 })).toBeNull();
});
