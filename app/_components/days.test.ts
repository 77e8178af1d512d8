import { expect, test } from "vitest";
import { addDays, dayOf, daysBetween, shortDay } from "./days.ts";

test("a moment's day depends on the zone", () => {
  const moment = new Date("2026-11-27T23:30:00Z");
  expect(dayOf(moment, "UTC")).toBe("2026-11-27");
  expect(dayOf(moment, "Asia/Tokyo")).toBe("2026-11-28");
});

test("days go over the ends of months and leap days", () => {
  expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  expect(daysBetween("2026-12-30", "2027-01-02")).toEqual([
    "2026-12-30",
    "2026-12-31",
    "2027-01-01",
    "2027-01-02",
  ]);
  expect(daysBetween("2026-01-02", "2026-01-01")).toEqual([]);
  expect(shortDay("2026-11-07")).toBe("7 Nov");
});
