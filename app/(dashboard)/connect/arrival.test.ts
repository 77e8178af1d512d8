import { expect, test } from "vitest";
import { arrivalSince } from "./arrival.ts";

const app = (id: string, lastUsedAt: string | null) => ({ id, lastUsedAt, client: { name: `App ${id}` } });

test("an app is waited for, allowed, and heard", () => {
  const old = app("1", "2026-01-01T00:00:00.000Z");
  expect(arrivalSince([old], [old])).toEqual({ state: "waiting" });
  expect(arrivalSince([old], [app("2", null), old])).toEqual({ state: "allowed", name: "App 2" });
  const called = app("2", "2026-01-02T00:00:00.000Z");
  expect(arrivalSince([old], [called, old])).toEqual({ state: "called", name: "App 2" });
});

test("an app that was connected before and calls again is heard, too", () => {
  expect(arrivalSince([app("1", null)], [app("1", "2026-01-02T00:00:00.000Z")])).toEqual({
    state: "called",
    name: "App 1",
  });
  expect(arrivalSince([app("1", null)], [])).toEqual({ state: "waiting" });
});
