/**
 * Reads an operation's input from path, query string and body. Query values are text; they become numbers
 * and booleans here, by the input's JSON Schema, and the shared zod schemas stay as strict as they are.
 */
import { z } from "zod";
import { isJson, jsonLimit, readBody, readJsonBody } from "../body.ts";
import type { CatalogEntry } from "../catalog.ts";
import { ApiError } from "../errors.ts";
import { readForm } from "./multipart.ts";

export async function readInput(
  request: Request,
  url: URL,
  entry: CatalogEntry,
  parameters: Record<string, string>,
): Promise<unknown> {
  const { method, consumes } = entry.row.rest;
  if (method === "GET" || method === "DELETE") return { ...readQuery(url, entry), ...parameters };
  if (consumes === "multipart/form-data") return { ...(await readForm(request)), ...parameters };
  if (entry.row.dialect && isUrlEncoded(request)) return { ...(await readFields(request)), ...parameters };
  return { ...(await readJson(request, entry)), ...parameters };
}

function readQuery(url: URL, entry: CatalogEntry): Record<string, unknown> {
  const types = typesOf(entry);
  const input: Record<string, unknown> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const type = types.get(name);
    const texts = url.searchParams.getAll(name);
    if (type === structured) {
      input[name] = fromJson(name, texts);
      continue;
    }
    const values = texts.map((text) => fromText(text, type));
    input[name] = values.length > 1 || type === "array" ? values : values[0];
  }
  return input;
}

/** What has fields of its own is JSON in the query string. */
const structured = "structured";

function fromJson(name: string, [text = "", ...more]: readonly string[]): unknown {
  const refused = (what: string) => new ApiError("invalid_input", `Invalid input: ${name}: ${what}`);
  if (more.length > 0) throw refused("give it once, all of it as one JSON value.");
  try {
    return JSON.parse(text);
  } catch {
    throw refused("must be JSON, encoded for the query string.");
  }
}

function fromText(text: string, type: string | undefined): unknown {
  if (type === "integer" || type === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

const known = new Map<string, Map<string, string>>();

function typesOf(entry: CatalogEntry): Map<string, string> {
  const found = known.get(entry.id);
  if (found) return found;
  const { properties = {} } = z.toJSONSchema(entry.input, { io: "input", unrepresentable: "any" });
  const types = new Map(
    Object.entries(properties).flatMap(([name, schema]) =>
      typeof schema === "object" && typeof schema.type === "string" ? [[name, kindOf(schema)] as const] : [],
    ),
  );
  known.set(entry.id, types);
  return types;
}

function kindOf(schema: { type?: unknown; items?: unknown }): string {
  return isStructured(schema) ? structured : String(schema.type);
}

/** An object, or a list of them. */
export function isStructured({ type, items }: { type?: unknown; items?: unknown }): boolean {
  if (type === "object") return true;
  return typeof items === "object" && items !== null && "type" in items && items.type === "object";
}

async function readJson(request: Request, { id }: CatalogEntry): Promise<Record<string, unknown>> {
  const type = request.headers.get("content-type");
  const bytes = await readJsonBody(request, jsonLimit([id]));
  if (bytes.length === 0) return {};
  if (!isJson(type)) {
    throw new ApiError("unsupported_media_type", `Send application/json, not ${type ?? "an unnamed type"}.`);
  }
  const body = parseJson(bytes);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError("invalid_input", "Invalid input: the body must be a JSON object.");
  }
  return { ...body };
}

function isUrlEncoded(request: Request): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(request.headers.get("content-type") ?? "");
}

async function readFields(request: Request): Promise<Record<string, string>> {
  const bytes = await readBody(request, jsonLimit([]));
  return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes)));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ApiError("malformed_body", "The body is not well-formed JSON in UTF-8.");
  }
}
