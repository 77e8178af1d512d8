import { expect, it } from "vitest";
import { choiceOf, hoursOf, schedules } from "./schedule.ts";
import { countsWords } from "./source-words.ts";

const none = { pages: 0, waiting: 0, added: 0, changed: 0, unchanged: 0, failed: 0, gone: 0 };

it("tells what a reading found", () => {
  expect(countsWords("page", { ...none, pages: 1, unchanged: 1 }, false)).toBe("1 page: 1 unchanged");
  expect(countsWords("archive", { ...none, pages: 1200, added: 1199, gone: 1 }, false)).toBe(
    "1,200 files: 1199 new, 1 gone",
  );
  expect(countsWords("sitemap", { ...none, pages: 3, waiting: 2, changed: 1 }, true)).toBe(
    "3 pages: 2 to go, 1 changed",
  );
});

it("keeps a schedule that only the API can set", () => {
  for (const hours of [null, 1, 24, 168, 36]) {
    expect(hoursOf(choiceOf(hours))).toBe(hours);
    expect(schedules(hours).some(({ value }) => value === choiceOf(hours))).toBe(true);
  }
});
