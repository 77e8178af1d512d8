/**
 * Vitest set-up file: a test fails when console.error was called and the test did not expect it.
 * What is printed while a file loads or in its hooks counts too. A test that expects an error says so
 * with expectConsoleError; an expectation that nothing met fails as well.
 */
import { format } from "node:util";
import { afterAll, afterEach, beforeEach, expect } from "vitest";

let printed: string[] = [];
let expected: RegExp[] = [];

console.error = (...args: unknown[]) => {
  printed.push(format(...args));
};

/** Call in a test, before or after the code that prints. One pattern may cover several calls. */
export function expectConsoleError(pattern: RegExp): void {
  expected.push(pattern);
}

function settle(): void {
  const unexpected = printed.filter((line) => !expected.some((pattern) => pattern.test(line)));
  const unmet = expected.filter((pattern) => !printed.some((line) => pattern.test(line))).map(String);
  printed = [];
  expected = [];
  expect(unexpected, "console.error was called").toEqual([]);
  expect(unmet, "console.error was expected").toEqual([]);
}

beforeEach(settle);
afterEach(settle);
afterAll(settle);
