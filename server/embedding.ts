/**
 * Vectors of texts: from the configured OpenAI-compatible /v1/embeddings, or the built-in lexical-hash.
 * Texts go out in groups, several at once; what a provider refuses is narrowed down to the text it means,
 * and no vector is handed on whose place or length is not certain.
 */
import { setImmediate } from "node:timers/promises";
import { env } from "#env";
import { type EmbeddingProvider, requestEmbeddings } from "./embedding-request.ts";
import { ApiError } from "./errors.ts";
import { embedLexically, lexicalHash } from "./lexical-hash.ts";

/** For each text its vector, or why there is none. */
export type Embedded = number[] | ApiError;

/** What stands for a chunk: its words and those above them. */
export function embeddedText(chunk: { title: string; headingPath: readonly string[]; text: string }): string {
  return [chunk.title, ...chunk.headingPath, chunk.text].join("\n");
}

export function embeddingModel(settings = configuredProvider()): string {
  return settings?.model ?? lexicalHash.model;
}

/**
 * What vectors can be made with now, as datasets name it: with the length that is asked of it, since vectors
 * of two lengths are as incomparable as those of two models. The configured one first, as it is the default.
 */
export function vectorModels(settings = configuredProvider()): readonly string[] {
  return settings ? [vectorModel(settings), lexicalHash.model] : [lexicalHash.model];
}

function vectorModel({ model, dimensions }: EmbeddingProvider): string {
  return dimensions === undefined ? model : `${model}@${dimensions}`;
}

/** As `embed`, by one of vectorModels. */
export function embedBy(model: string, texts: readonly string[], signal: AbortSignal): Promise<Embedded[]> {
  return embed(texts, signal, model === lexicalHash.model ? null : configuredProvider());
}

/** So that the inner product is the cosine. */
export function unitLength(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((number) => number / length);
}

/**
 * Answers in the order of `texts`.
 * @throws whatever `signal` was aborted with; ApiError cancelled when that says nothing
 */
export async function embed(
  texts: readonly string[],
  signal: AbortSignal,
  settings = configuredProvider(),
): Promise<Embedded[]> {
  const embedded = settings ? await overHttp(texts, signal, settings) : await builtIn(texts, signal);
  stopIfAborted(signal);
  return embedded;
}

/** Null: the built-in embedding. */
function configuredProvider(): EmbeddingProvider | null {
  if (env.EMBEDDINGS_URL === undefined || env.EMBEDDINGS_MODEL === undefined) return null;
  return {
    url: `${env.EMBEDDINGS_URL.replace(/\/+$/, "")}/embeddings`,
    model: env.EMBEDDINGS_MODEL,
    apiKey: env.EMBEDDINGS_API_KEY,
    dimensions: env.EMBEDDINGS_DIMENSIONS,
    batchSize: env.EMBEDDINGS_BATCH_SIZE,
    concurrency: env.EMBEDDINGS_CONCURRENCY,
    timeoutMs: env.EMBEDDINGS_TIMEOUT_SECONDS * 1_000,
  };
}

/** Others are served between two texts. */
async function builtIn(texts: readonly string[], signal: AbortSignal): Promise<Embedded[]> {
  const embedded: Embedded[] = [];
  for (const text of texts) {
    stopIfAborted(signal);
    embedded.push(embedLexically(text));
    await setImmediate();
  }
  return embedded;
}

async function overHttp(
  texts: readonly string[],
  signal: AbortSignal,
  settings: EmbeddingProvider,
): Promise<Embedded[]> {
  const { batchSize, concurrency } = settings;
  const groups: Embedded[][] = [];
  const count = Math.ceil(texts.length / batchSize);
  let next = 0;
  async function work(): Promise<void> {
    while (next < count && !signal.aborted) {
      const at = next++;
      groups[at] = await embedGroup(texts.slice(at * batchSize, (at + 1) * batchSize), signal, settings);
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work));
  return oneLength(groups.flat());
}

/** A refused group is halved until the texts that are refused stand alone. */
async function embedGroup(
  texts: readonly string[],
  signal: AbortSignal,
  settings: EmbeddingProvider,
): Promise<Embedded[]> {
  const result = await requestEmbeddings(texts, signal, settings);
  if (result.outcome === "answered") return result.value;
  if (result.outcome === "failed") return texts.map(() => result.error);
  if (texts.length === 1) {
    return [new ApiError("invalid_input", "The embedding model refused this text; it may be too long.")];
  }
  const half = Math.ceil(texts.length / 2);
  return [
    ...(await embedGroup(texts.slice(0, half), signal, settings)),
    ...(await embedGroup(texts.slice(half), signal, settings)),
  ];
}

/** Vectors of one answer can be compared only when they are equally long. */
function oneLength(embedded: Embedded[]): Embedded[] {
  const lengths = new Set(embedded.filter((one) => Array.isArray(one)).map(({ length }) => length));
  if (lengths.size <= 1) return embedded;
  throw new ApiError(
    "unavailable",
    "The embedding model gave vectors of several lengths; nothing was charged.",
  );
}

function stopIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const { reason } = signal;
  throw reason instanceof ApiError ? reason : new ApiError("cancelled", "The caller went away.");
}
