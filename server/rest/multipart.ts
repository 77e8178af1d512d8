/**
 * Files from a multipart/form-data body (RFC 7578). Its parts are counted before it is parsed: parsing is
 * what costs, and it cannot be interrupted.
 */
import { MIMEType } from "node:util";
import { env } from "#env";
import { readBody } from "../body.ts";
import { ApiError } from "../errors.ts";

/** A file may be as large as MAX_UPLOAD_BYTES, and a request carries several. */
const uploadFactor = 5;
/** As many files as documents.upload takes, and its fields. */
const maxParts = 1_000 + 10;
const maxHeaderBytes = 16 * 1024;

export async function readForm(request: Request): Promise<Record<string, unknown>> {
  const bytes = await readBody(request, env.MAX_UPLOAD_BYTES * uploadFactor);
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  checkParts(bytes, boundary);
  const form = await parseForm(bytes, boundary);
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

function boundaryOf(contentType: string): string {
  try {
    const boundary = new MIMEType(contentType).params.get("boundary");
    // RFC 2046 §5.1.1
    if (boundary && /^[\w'()+,./:=? -]{1,70}$/.test(boundary)) return boundary;
  } catch {
    // Answered as what has no boundary.
  }
  throw malformed();
}

function checkParts(body: Uint8Array<ArrayBuffer>, boundary: string): void {
  const bytes = Buffer.from(body.buffer);
  const delimiter = Buffer.from(`--${boundary}`);
  const first = bytes.indexOf(delimiter);
  if (first < 0) throw malformed();
  let parts = 0;
  for (let at = first; at >= 0; at = bytes.indexOf(delimiter, at)) {
    at += delimiter.length;
    if (bytes.toString("latin1", at, at + 2) === "--") break;
    if (++parts > maxParts) throw new ApiError("too_large", `Send at most ${maxParts} parts at once.`);
    if (!bytes.subarray(at, at + maxHeaderBytes).includes("\r\n\r\n")) throw malformed();
  }
}

/** The boundary that was counted is the one that is parsed by, however the header may be read. */
async function parseForm(bytes: Uint8Array<ArrayBuffer>, boundary: string): Promise<FormData> {
  const contentType = `multipart/form-data; boundary="${boundary}"`;
  try {
    return await new Response(bytes, { headers: { "Content-Type": contentType } }).formData();
  } catch {
    throw malformed();
  }
}

function malformed(): ApiError {
  return new ApiError("malformed_body", "The body is not well-formed multipart/form-data.");
}
