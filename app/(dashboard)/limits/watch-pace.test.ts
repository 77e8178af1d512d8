import { expect, test } from "vitest";
import { watchPace } from "./watch-pace.ts";

const account = (limit: number) => [{ name: "account", limit, windowSeconds: 3600 }];

test("every few seconds, but never more than a fifth of the limit", () => {
  expect(watchPace(account(5_000))).toBe(5_000);
  expect(watchPace(account(100))).toBe(180_000);
});

test("not at all where looking would be refused or nothing binds", () => {
  expect(watchPace(account(0))).toBe(false);
  expect(watchPace([])).toBe(false);
});
