/**
 * Reads an operation's input from path, query string and body. Query values are text; they become numbers
 * and booleans here, by the input's JSON Schema, and the shared zod schemas stay as strict as they are.
 */
import { z } from "zod";
import { env } from "#env";
import type { CatalogEntry } from "../catalog.ts";
import { ApiError } from "../errors.ts";

/** A file may be as large as MAX_UPLOAD_BYTES, and a request carries several. */
const uploadFactor = 5;
/** JSON escapes can double a text's size. */
const jsonFactor = 2;

export async function readInput(
  request: Request,
  url: URL,
  entry: CatalogEntry,
  parameters: Record<string, string>,
): Promise<unknown> {
  const { method, consumes } = entry.row.rest;
  if (method === "GET" || method === "DELETE") return { ...readQuery(url, entry), ...parameters };
  if (consumes) return { ...(await readForm(request)), ...parameters };
  return { ...(await readJson(request)), ...parameters };
}

function readQuery(url: URL, entry: CatalogEntry): Record<string, unknown> {
  const types = typesOf(entry);
  const input: Record<string, unknown> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name).map((text) => fromText(text, types.get(name)));
    input[name] = values.length > 1 || types.get(name) === "array" ? values : values[0];
  }
  return input;
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
      typeof schema === "object" && typeof schema.type === "string" ? [[name, schema.type] as const] : [],
    ),
  );
  known.set(entry.id, types);
  return types;
}

async function readJson(request: Request): Promise<Record<string, unknown>> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const bytes = await readBody(request, env.MAX_UPLOAD_BYTES * jsonFactor);
  if (bytes.length === 0) return {};
  if (type !== "application/json" && !type?.endsWith("+json")) {
    throw new ApiError("unsupported_media_type", `Send application/json, not ${type ?? "an unnamed type"}.`);
  }
  const body = parseJson(bytes);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError("invalid_input", "Invalid input: the body must be a JSON object.");
  }
  return { ...body };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ApiError("malformed_body", "The body is not well-formed JSON in UTF-8.");
  }
}

async function readForm(request: Request): Promise<Record<string, unknown>> {
  const bytes = await readBody(request, env.MAX_UPLOAD_BYTES * uploadFactor);
  const form = await parseForm(request.headers.get("content-type") ?? "", bytes);
  const input: Record<string, unknown> = {};
  const files: unknown[] = [];
  for (const [name, value] of form.entries()) {
    if (typeof value === "string") input[name] = value;
    else if (name === "file" || name === "files" || name === "file[]") {
      files.push({ name: value.name, mediaType: value.type, content: await value.bytes() });
    } else throw new ApiError("invalid_input", `Invalid input: files go into parts named file, not ${name}.`);
  }
  return { ...input, files };
}

async function parseForm(contentType: string, bytes: Uint8Array<ArrayBuffer>): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "Content-Type": contentType } }).formData();
  } catch {
    throw new ApiError("malformed_body", "The body is not well-formed multipart/form-data.");
  }
}

/** Reads no more than `limit` bytes, whatever Content-Length says. @throws ApiError too_large */
async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new ApiError(
      "too_large",
      `The body is over ${Math.floor(limit / 1024 / 1024)} MB, the most that is taken at once.`,
    );
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.length;
    if (size > limit) throw tooLarge();
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
