import { expect, test } from "vitest";
import { limitWords, originOf, settableLimits } from "./limit-words.ts";

test("where a limit's number comes from", () => {
  expect(originOf("account", 5_000)).toBeNull();
  expect(originOf("account", 25_000)).toMatch(/^5 times the usual/);
  expect(originOf("account", 7)).toMatch(/admin/);
  expect(originOf("account", 0)).toMatch(/admin/);
  // Multipliers are for tiers alone.
  expect(originOf("search.batch", 500)).toMatch(/admin/);
  expect(originOf("unheard of", 5)).toBeNull();
});

test("each limit that can be set has words", () => {
  expect(settableLimits).toContain("search.batch");
  for (const name of settableLimits) expect(limitWords(name)).not.toBe(name);
});
