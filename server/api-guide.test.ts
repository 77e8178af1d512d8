/** docs/API.md tells every operation and every refusal, as the tables in the code have them. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { refusals } from "./errors.ts";
import { operation, operationIds } from "./operations.ts";
import { priceWords } from "./price.ts";

const rows = new Set(
  readFileSync("docs/API.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.replace(/ +\|/g, " |").trim()),
);

it("lists every operation with its scope and price", () => {
  const wanted = operationIds.map((id) => {
    const { rest, scope, summary } = operation(id);
    const price = priceWords(operation(id));
    return `| ${rest.method} | /api/v1${rest.path} | ${scope ?? "none"} | ${price} | ${summary} |`;
  });
  expect(wanted.filter((row) => !rows.has(row))).toEqual([]);
  expect([...rows].filter((row) => row.includes("| /api/v1/") && !wanted.includes(row))).toEqual([]);
});

it("lists every refusal with its status and hint", () => {
  const wanted = Object.entries(refusals).map(
    ([code, { status, hint }]) => `| ${status} | \`${code}\` | ${hint} |`,
  );
  expect(wanted.filter((row) => !rows.has(row))).toEqual([]);
});
