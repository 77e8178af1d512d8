import { expect, test } from "vitest";
import { changedText, eventChoices, eventWords, isAlarming } from "./event-words.ts";

test("events in words, also those that failed or came later", () => {
  expect(eventWords("keys.create")).toBe("Key created");
  expect(eventWords("signIn.failed")).toBe("Sign-in failed");
  expect(eventWords("email.change.failed")).toBe("E-mail address changed (failed)");
  expect(eventWords("moon.landed")).toBe("moon.landed");
  expect(new Set(eventChoices.map(({ label }) => label)).size).toBe(eventChoices.length);
});

test("what was changed names no ids", () => {
  expect(changedText(["connectionId", "budget", "callsPerHour"])).toBe("budget, calls an hour");
  expect(changedText(["mcp:query"])).toBe("mcp:query");
  expect(changedText(undefined)).toBe("");
});

test("what deserves a second look", () => {
  expect(["signIn.failed", "connections.codeReused", "signIn"].map(isAlarming)).toEqual([true, true, false]);
});
