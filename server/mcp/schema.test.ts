import { describe, expect, it } from "vitest";
import { z } from "zod";
import { assertReadableInput, toolSchema } from "./schema.ts";

const check = (schema: z.ZodType) => () => assertReadableInput(toolSchema(schema, "input"), "an operation");
const word = z.string().describe("A word");

describe("input schemas", () => {
  it("keep descriptions, bounds and defaults, and nothing that says a thing twice", () => {
    const schema = z.strictObject({
      word,
      topK: z.int().min(1).max(50).default(10).describe("At most"),
      count: z.int().optional().describe("Any"),
      at: z.iso.datetime().optional().describe("When"),
    });
    expect(toolSchema(schema, "input")).toEqual({
      type: "object",
      properties: {
        word: { type: "string", description: "A word" },
        topK: { type: "integer", minimum: 1, maximum: 50, default: 10, description: "At most" },
        count: { type: "integer", description: "Any" },
        at: { type: "string", format: "date-time", description: "When" },
      },
      required: ["word"],
      additionalProperties: false,
    });
    expect(check(schema)).not.toThrow();
  });

  it("hold what they refer to", () => {
    const named = z.object({ word }).meta({ id: "NamedOnlyHere" });
    const schema = toolSchema(z.object({ one: named, other: named }), "output");
    expect(JSON.stringify(schema)).not.toContain("$");
  });

  it.each([
    ["a union", z.object({ a: z.union([z.string(), z.number()]).describe("Either") }), /not one type at a/],
    ["a nullable field", z.object({ a: z.string().nullable().describe("Maybe") }), /not one type at a/],
    [
      "a union of objects",
      z.object({ a: z.union([z.object({ word }), z.array(word)]).describe("A") }),
      /anyOf at a/,
    ],
    [
      "a union in a list",
      z.object({ a: z.array(z.union([word, z.int()])).describe("List") }),
      /anyOf at a\[\]/,
    ],
    ["a field without words", z.object({ a: z.string() }), /does not describe a/],
    ["anything", z.object({ a: z.unknown().describe("Any") }), /has not one type at a/],
    ["something else than an object", z.string(), /is no object/],
  ])("with %s fail at boot", (_, schema, message) => {
    expect(check(schema)).toThrow(message);
  });
});
