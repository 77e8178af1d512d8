/**
 * Reads the JSON-RPC body of a POST, once and within a bound, and tells what it asks for: what the chain
 * must know before the SDK starts an answer. Whether the message is well-formed MCP is the SDK's affair.
 */
import { isJsonContentType } from "@modelcontextprotocol/server";
import { z } from "zod";
import { readJsonBody } from "../body.ts";
import { ApiError } from "../errors.ts";

/** Room for a document as text. */
const maximumBytes = 4 * 1024 * 1024;
/** 2025-03-26 clients may send several messages at once; later ones may not. */
const maximumBatch = 20;

export type RequestId = string | number;

/** One message: a request when it has an id, else a notification. */
export type Ask = {
  readonly id: RequestId | undefined;
  readonly method: string;
  /** Of the tool or prompt. */
  readonly name: string | null;
  readonly uri: string | null;
  /** The caller wants to hear of progress, so that its answer is a stream. */
  readonly streams: boolean;
};

export type Message = {
  /** To be echoed by an error; null for a batch and for what has none. */
  readonly id: RequestId | null;
  readonly asks: readonly Ask[];
};

const text = z.string().optional().catch(undefined);
const messageSchema = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z
    .object({
      name: text,
      uri: text,
      _meta: z
        .object({ progressToken: z.union([z.string(), z.number()]) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

export function describeMessage(body: unknown): Message {
  const asks = (Array.isArray(body) ? body : [body]).flatMap((one: unknown): Ask[] => {
    const { success, data } = messageSchema.safeParse(one);
    if (!success) return [];
    const { id, method, params } = data;
    const streams = params?._meta !== undefined;
    return [{ id, method, name: params?.name ?? null, uri: params?.uri ?? null, streams }];
  });
  return { id: Array.isArray(body) ? null : (asks[0]?.id ?? null), asks };
}

export type Body = { readonly value: unknown } | { readonly refusal: ApiError };

/** Returns what is wrong instead of throwing it: the caller is to be admitted first. */
export async function readBody(request: Request): Promise<Body> {
  try {
    return { value: await readMessages(request) };
  } catch (error) {
    if (error instanceof ApiError) return { refusal: error };
    throw error;
  }
}

/** @throws ApiError */
async function readMessages(request: Request): Promise<unknown> {
  if (!isJsonContentType(request.headers.get("content-type"))) {
    throw new ApiError("unsupported_media_type", "Send application/json.");
  }
  const value = parseJson(await readJsonBody(request, maximumBytes));
  if (Array.isArray(value) && value.length > maximumBatch) {
    throw new ApiError("too_large", `Send at most ${maximumBatch} messages at once.`);
  }
  return value;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new ApiError("malformed_body", "The body is not well-formed JSON.");
  }
}
