/**
 * A local server that speaks OpenAI's POST /v1/embeddings, with the ways in which such servers fail. A
 * vector holds the text's length and its first code unit, so that a test sees whose it is.
 */
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { bodyOf, listenLocally } from "./local-server.ts";

type Mode =
  | "answer"
  | "unauthorized"
  | "rate limited"
  | "broken"
  | "hang up"
  | "truncated"
  | "another form"
  | "fewer vectors"
  | "the same index twice"
  | "out of order"
  | "no index"
  | "wrong length";

type Options = {
  /** Of these first requests; then it answers. */
  times?: number;
  delayMs?: number;
  retryAfter?: string;
  /** Requests with a longer text are refused with 400, as by a model with a short context. */
  longest?: number;
};

const bodySchema = z.object({
  model: z.string(),
  input: z.array(z.string()),
  encoding_format: z.string().optional(),
  dimensions: z.number().optional(),
});

type EmbeddingsRequest = z.output<typeof bodySchema> & { readonly authorization: string | null };

/** Length of its vectors, where the request wants none. */
const ownDimensions = 8;

export function vectorOf(text: string, dimensions = ownDimensions): number[] {
  const vector = Array.from({ length: dimensions }, (_, at) => (at === 0 ? text.length : 0.25));
  vector[1] = text.charCodeAt(0);
  return vector;
}

/** @param meaning the vector of a text, of so many numbers */
export async function startEmbeddingsServer(meaning = vectorOf) {
  const requests: EmbeddingsRequest[] = [];
  let mode: Mode = "answer";
  let options: Options = {};

  function answer({ input, dimensions }: EmbeddingsRequest, as: Mode) {
    const length = dimensions ?? ownDimensions;
    const data = input.map((text, index) => ({
      object: "embedding",
      index,
      embedding: meaning(text, as === "wrong length" && index === input.length - 1 ? length + 1 : length),
    }));
    if (as === "fewer vectors") data.pop();
    if (as === "out of order") data.reverse();
    const given = data.map(({ index, ...one }) => {
      if (as === "no index") return one;
      return { ...one, index: as === "the same index twice" ? 0 : index };
    });
    return { object: "list", data: given, model: "local", usage: { prompt_tokens: 1, total_tokens: 1 } };
  }

  const server = createServer(async (incoming, outgoing) => {
    const request = await read(incoming);
    requests.push(request);
    const { times = Number.POSITIVE_INFINITY, delayMs = 0, retryAfter, longest } = options;
    const as = times > 0 ? mode : "answer";
    options = { ...options, times: times - 1 };
    await sleep(delayMs);
    const send = (status: number, body: string, headers: Record<string, string> = {}) => {
      outgoing.writeHead(status, { "Content-Type": "application/json", ...headers });
      outgoing.end(body);
    };
    const fail = (status: number, type: string) =>
      send(
        status,
        JSON.stringify({ error: { message: "no", type } }),
        retryAfter === undefined ? {} : { "Retry-After": retryAfter },
      );
    if (longest !== undefined && request.input.some((text) => text.length > longest)) {
      return fail(400, "invalid_request_error");
    }
    if (as === "unauthorized") return fail(401, "invalid_request_error");
    if (as === "rate limited") return fail(429, "rate_limit_exceeded");
    if (as === "broken") return fail(500, "server_error");
    if (as === "hang up") return void outgoing.destroy();
    if (as === "another form") return send(200, '{"embeddings": [[1, 2]]}');
    const body = JSON.stringify(answer(request, as));
    send(200, as === "truncated" ? body.slice(0, -20) : body);
  });
  const { port, close } = await listenLocally(server);

  return {
    /** For EMBEDDINGS_URL. */
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    set(next: Mode, how: Options = {}) {
      mode = next;
      options = how;
      requests.length = 0;
    },
    close,
  };
}

async function read(incoming: IncomingMessage): Promise<EmbeddingsRequest> {
  const body = bodySchema.parse(JSON.parse(await bodyOf(incoming)));
  if (incoming.url !== "/v1/embeddings") throw new Error(`nothing at ${incoming.url}`);
  return { ...body, authorization: incoming.headers.authorization ?? null };
}
