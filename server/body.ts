/**
 * Reads a request's body within bounds of size and time, for every door, and refuses JSON that is small to
 * send but dear to take apart. RFC 9110 §15.5.9 (408) and §15.5.14 (413), RFC 8259 §9 (limits of a parser).
 */

import { env } from "#env";
import { DeadlineError, withinDeadline } from "./deadline.ts";
import { ApiError } from "./errors.ts";
import { operation, operationIds } from "./operations.ts";

const ordinaryBytes = 1024 * 1024;
/** JSON escapes can double a text's size. */
const jsonFactor = 2;
const maxDepth = 100;

const carriers = new Set<string>(operationIds.filter((id) => operation(id).carriesDocument));

/** Most bytes of JSON taken for these operations together; names that are none count as ordinary. */
export function jsonLimit(ids: readonly string[]): number {
  return ids.some((id) => carriers.has(id)) ? env.MAX_UPLOAD_BYTES * jsonFactor : ordinaryBytes;
}

/** What comes more slowly on the whole is given up: it is held in memory until its end. */
const slowestBytesPerSecond = 16 * 1024;
/** Up to here a body that names its length is not worth a stream: Node lets no more through than it names. */
const smallBytes = 64 * 1024;

/**
 * Reads no more than `limit` bytes, whatever Content-Length says.
 * @throws ApiError too_large, body_timeout, unsupported_media_type for a body that is compressed, or cancelled
 * when the caller went away before the end
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const coding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (coding !== "identity") {
    throw new ApiError("unsupported_media_type", "Send the body as it is, without a Content-Encoding.");
  }
  const named = request.headers.get("content-length");
  const expected = named === null ? limit : Number(named);
  if (expected > limit) throw tooLarge(limit);
  if (named !== null && expected <= smallBytes) {
    return new Uint8Array(await inTime(request.arrayBuffer(), msFor(expected)));
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of partsOf(request, msFor(expected))) {
    size += part.length;
    if (size > limit) throw tooLarge(limit);
    parts.push(part);
  }
  return joined(parts, size);
}

/** @throws ApiError as `readBody`, and malformed_body for JSON nested too deeply */
export async function readJsonBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBody(request, limit);
  if (isDeep(bytes)) {
    throw new ApiError("malformed_body", `The body is nested more than ${maxDepth} levels deep.`);
  }
  return bytes;
}

export function isJson(contentType: string | null): boolean {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return type === "application/json" || type.endsWith("+json");
}

const pauseMs = env.BODY_TIMEOUT_SECONDS * 1000;

function msFor(bytes: number): number {
  return pauseMs + (bytes / slowestBytesPerSecond) * 1000;
}

async function* partsOf({ body }: Request, ms: number): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  const endsAt = performance.now() + ms;
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), Math.min(pauseMs, endsAt - performance.now()));
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(reading: Promise<T>, ms: number): Promise<T> {
  try {
    return await withinDeadline(reading, ms);
  } catch (error) {
    if (error instanceof DeadlineError) {
      throw new ApiError("body_timeout", "The body was announced, but did not come in time.");
    }
    // The stream has no other way to fail than its sender.
    throw new ApiError("cancelled", "The caller went away.");
  }
}

function tooLarge(limit: number): ApiError {
  const most = limit < 1024 * 1024 ? `${limit / 1024} KB` : `${Math.floor(limit / 1024 / 1024)} MB`;
  return new ApiError("too_large", `The body is over ${most}, the most that is taken at once.`);
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const quote = 0x22;
const backslash = 0x5c;
const opening = [0x5b, 0x7b];
const closing = [0x5d, 0x7d];

/** JSON.parse takes any depth, but what walks the value afterwards is recursive. */
function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) at = endOfString(bytes, at);
    else if (opening.includes(byte)) depth += 1;
    else if (closing.includes(byte)) depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(quote, start + 1); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return bytes.length;
}
