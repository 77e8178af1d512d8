/**
 * JSON Schemas of tools from the operations' zod schemas (2020-12, MCP's default dialect). What a known
 * client cannot read in an input fails at boot: unions are refused by Gemini, `required: null` drops every
 * tool in Cursor, and references are not resolved everywhere.
 */
import { z } from "zod";

export type JsonSchema = Record<string, unknown>;

/** @param io whether callers write it (defaults are optional) or read it */
export function toolSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema, ...found } = z.toJSONSchema(schema, {
    io,
    // Without the registered ids, so that nothing is moved to $defs.
    metadata: z.registry(),
    override: ({ zodSchema, jsonSchema }) => {
      const told = z.globalRegistry.get(zodSchema);
      if (told?.description) jsonSchema.description = told.description;
      if (told?.default !== undefined) jsonSchema.default = told.default;
      // Said by `integer` and `format` already; a list of tools is read by models, who pay by the word.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format) delete jsonSchema.pattern;
      // A record: its keys are strings anyway, and what its values may be is often a union.
      delete jsonSchema.propertyNames;
      if (io === "input" && isSchema(jsonSchema.additionalProperties)) jsonSchema.additionalProperties = true;
      // A client that keeps the list must not refuse an answer for a field that came later.
      if (io === "output" && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
    },
  });
  return found;
}

const refused = ["$ref", "$defs", "anyOf", "oneOf", "allOf", "not", "if", "patternProperties", "prefixItems"];

/** @throws Error that says which part of the input no client could be sure to read */
export function assertReadableInput(schema: JsonSchema, at: string): void {
  const wrong = (what: string) => new Error(`The input schema of ${at} ${what}.`);
  if (schema.type !== "object") throw wrong("is no object");
  visit(schema, "", (part, path) => {
    const keyword = refused.find((name) => name in part);
    if (keyword) throw wrong(`uses ${keyword} at ${path || "its root"}`);
    if (typeof part.type !== "string") throw wrong(`has not one type at ${path || "its root"}`);
    if ("required" in part && !Array.isArray(part.required)) throw wrong("has a required that is no list");
    if (part.type === "array" && !isSchema(part.items)) throw wrong(`says not what ${path} holds`);
    if (path && !path.endsWith("[]") && !part.description) throw wrong(`does not describe ${path}`);
  });
}

function visit(schema: JsonSchema, path: string, check: (part: JsonSchema, path: string) => void): void {
  check(schema, path);
  if (isSchema(schema.items)) visit(schema.items, `${path}[]`, check);
  if (!isSchema(schema.properties)) return;
  for (const [name, part] of Object.entries(schema.properties)) {
    if (!isSchema(part)) throw new Error(`The property ${path}.${name} has no schema.`);
    visit(part, path ? `${path}.${name}` : name, check);
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
