/**
 * A local server that speaks Cohere's POST /v2/rerank and Text Embeddings Inference's /rerank, with the ways
 * in which such servers fail. Relevance is what `relevance` says, by default the share of the query's words
 * that stand in the text.
 */
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { bodyOf, listenLocally } from "./local-server.ts";

type Mode =
  | "answer"
  | "raw scores"
  | "unauthorized"
  | "broken"
  | "another form"
  | "fewer scores"
  | "the same index twice";

const cohereSchema = z.strictObject({
  model: z.string(),
  query: z.string(),
  documents: z.array(z.string()).min(1),
  top_n: z.int(),
});
const teiSchema = z.strictObject({
  query: z.string(),
  texts: z.array(z.string()).min(1).max(32),
  truncate: z.boolean(),
});

type RerankRequest = {
  readonly path: string;
  readonly query: string;
  readonly texts: readonly string[];
  readonly authorization: string | null;
};

function shareOfWords(query: string, text: string): number {
  const words = query.toLowerCase().split(/\s+/);
  return words.filter((word) => text.toLowerCase().includes(word)).length / words.length;
}

export async function startRerankServer(relevance = shareOfWords) {
  const requests: RerankRequest[] = [];
  let mode: Mode = "answer";
  let delayMs = 0;

  const server = createServer(async (incoming, outgoing) => {
    const send = (status: number, body: unknown) => {
      outgoing.writeHead(status, { "Content-Type": "application/json" });
      outgoing.end(JSON.stringify(body));
    };
    const path = incoming.url ?? "";
    const json = await readJson(incoming);
    const read = path === "/v2/rerank" ? cohereSchema.safeParse(json) : teiSchema.safeParse(json);
    if (!read.success) return send(422, { message: z.prettifyError(read.error) });
    const { query } = read.data;
    const texts = "texts" in read.data ? read.data.texts : read.data.documents;
    requests.push({ path, query, texts, authorization: incoming.headers.authorization ?? null });
    await sleep(delayMs);
    if (mode === "unauthorized") return send(401, { message: "no" });
    if (mode === "broken") return send(500, { message: "no" });
    if (mode === "another form") return send(200, { scores: [1] });
    const scores = texts.map((text, index) => {
      const share = relevance(query, text);
      return {
        index: mode === "the same index twice" ? 0 : index,
        score: mode === "raw scores" ? 10 * share - 5 : share,
      };
    });
    if (mode === "fewer scores") scores.pop();
    scores.sort((a, b) => b.score - a.score);
    if (path !== "/v2/rerank") return send(200, scores);
    send(200, { id: "1", results: scores.map(({ index, score }) => ({ index, relevance_score: score })) });
  });
  const { port, close } = await listenLocally(server);

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    set(next: Mode, slow = 0) {
      mode = next;
      delayMs = slow;
      requests.length = 0;
    },
    close,
  };
}

async function readJson(incoming: IncomingMessage): Promise<unknown> {
  return JSON.parse(await bodyOf(incoming));
}
