import { expect, test } from "vitest";
import { guideHref, slugOf } from "./slug.ts";

test.each([
  ["Batch query", "batch-query"],
  ["Phrases in quotes", "phrases-in-quotes"],
  ["401: `invalid_token`, and why", "401-invalid_token-and-why"],
])("the id of %s", (heading, slug) => expect(slugOf(heading)).toBe(slug));

test.each([
  ["MCP.md", "/docs/mcp"],
  ["LIMITS-AND-CREDITS.md#receipts", "/docs/limits-and-credits#receipts"],
  ["../README.md", "../README.md"],
  ["https://example.org/A.md", "https://example.org/A.md"],
  ["#here", "#here"],
])("a link to %s", (href, leads) => expect(guideHref(href)).toBe(leads));
