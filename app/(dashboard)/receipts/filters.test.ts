import { expect, test } from "vitest";
import { readFilters, toInput, writeFilters } from "./filters.ts";

test("filters stand in the address, beside what else is there", () => {
  const search = new URLSearchParams("receipt=rcpt_1&text=granite&dataset=ds_1&text2=x&from=");
  const filters = readFilters(search);
  expect(filters).toEqual({ text: "granite", dataset: "ds_1" });
  expect(writeFilters(search, { text: " slate " })).toBe("receipt=rcpt_1&text=slate&text2=x");
  expect(writeFilters(search, {})).toBe("receipt=rcpt_1&text2=x");
});

test("days are whole days of the viewer's zone", () => {
  const { from, to } = toInput({ from: "2026-11-01", to: "2026-11-01" });
  expect(from).toBe(new Date(2026, 10, 1).toISOString());
  expect(to).toBe(new Date(2026, 10, 2).toISOString());
});

test("what is no filter is left out", () => {
  expect(toInput({ from: "yesterday", to: "2026-1-1", outcome: "other" })).toEqual({});
  expect(toInput({ by: "k1", outcome: "empty" })).toEqual({ credentialId: "k1", outcome: "empty" });
});
