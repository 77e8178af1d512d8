/**
 * Passages judged by a model that reads each of them beside the query: a second opinion on what a search
 * found, dearer and better than scores made of words and vectors. Over Cohere's POST /v2/rerank, which Jina,
 * Voyage, vLLM and llama.cpp speak as well, or the /rerank of Text Embeddings Inference.
 */
import { z } from "zod";
import { env } from "#env";
import type { OperationId } from "./operations.ts";
import { itemExtras } from "./price.ts";
import { type Provider, type Reading, requestProvider } from "./provider-request.ts";

export type Reranker = Omit<Provider, "noun"> & { readonly speaks: typeof env.RERANK_INTERFACE };

/** Text Embeddings Inference takes no more at once unless it is told to. */
const largestBatch = 32;

/** Null: this installation has none. */
export function configuredReranker(): Reranker | null {
  if (env.RERANK_URL === undefined) return null;
  return {
    url: env.RERANK_URL,
    speaks: env.RERANK_INTERFACE,
    model: env.RERANK_MODEL ?? env.RERANK_URL,
    apiKey: env.RERANK_API_KEY,
    timeoutMs: env.RERANK_TIMEOUT_SECONDS * 1_000,
  };
}

/** What reranking may add to the price of each item of a call. */
export function rerankPrices(id: OperationId, input: unknown): readonly number[] {
  return configuredReranker() === null ? [] : itemExtras(id, input);
}

/**
 * Relevance of each text, 0 to 1, in the order of `texts`. Null when the model gave none in time: an answer
 * in the order of the search is one too.
 * @throws whatever `signal` was aborted with
 */
export async function relevances(
  query: string,
  texts: readonly string[],
  signal: AbortSignal,
  reranker: Reranker,
): Promise<number[] | null> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(reranker.timeoutMs)]);
  const batches = Array.from({ length: Math.ceil(texts.length / largestBatch) }, (_, at) =>
    texts.slice(at * largestBatch, (at + 1) * largestBatch),
  );
  const results = await Promise.all(batches.map((batch) => request(query, batch, inTime, reranker)));
  signal.throwIfAborted();
  const scores: number[] = [];
  for (const result of results) {
    if (result.outcome !== "answered") return null;
    scores.push(...result.value);
  }
  return asShares(scores);
}

function request(query: string, texts: readonly string[], signal: AbortSignal, reranker: Reranker) {
  const { speaks, ...provider } = reranker;
  const body =
    speaks === "tei"
      ? { query, texts, truncate: true }
      : { model: reranker.model, query, documents: texts, top_n: texts.length };
  const read = (answer: unknown) => scoresOf(answer, texts.length);
  return requestProvider({ ...provider, noun: "reranking model" }, body, read, signal);
}

/** `{results: [{index, relevance_score}]}`, or `[{index, score}]`. */
const answerSchema = z.union([
  z
    .object({ results: z.array(z.object({ index: z.int().min(0), relevance_score: z.number() })) })
    .transform(({ results }) => results.map(({ index, relevance_score: score }) => ({ index, score }))),
  z.array(z.object({ index: z.int().min(0), score: z.number() })),
]);

function scoresOf(answer: unknown, count: number): Reading<number[]> {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return { wrong: "an answer of another form" };
  if (parsed.data.length !== count) return { wrong: `${parsed.data.length} scores for ${count} texts` };
  const scores: number[] = [];
  for (const { index, score } of parsed.data) {
    if (index >= count || scores[index] !== undefined)
      return { wrong: `a score for no text (index ${index})` };
    scores[index] = score;
  }
  return { value: scores };
}

/** Some servers answer with what the model computes, which the logistic function makes a share of 1. */
function asShares(scores: number[]): number[] {
  if (scores.every((score) => score >= 0 && score <= 1)) return scores;
  return scores.map((score) => 1 / (1 + Math.exp(-score)));
}
