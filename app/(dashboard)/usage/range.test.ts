import { expect, test } from "vitest";
import { readView, writeView } from "./range.ts";

const today = "2026-11-27";
const read = (search: string) => readView(new URLSearchParams(search), today);

test("an empty address shows the last 30 days by app and key", () => {
  expect(read("")).toEqual({
    preset: "30",
    from: "2026-10-29",
    to: today,
    grouping: "credential",
    measure: "creditsCharged",
  });
  expect(writeView(read(""))).toBe("");
});

test.each(["days=7&by=dataset", "from=2026-01-01&to=2026-02-01&measure=calls", "days=365&by=operation"])(
  "an address comes back as it was: %s",
  (search) => expect(writeView(read(search))).toBe(search),
);

test.each(["from=2026-02-01&to=2026-01-01", "from=x&to=y", "days=9&by=x", "from=2020-01-01&to=2026-01-01"])(
  "what cannot be shown is left aside: %s",
  (search) => expect(read(search)).toEqual(read("")),
);
