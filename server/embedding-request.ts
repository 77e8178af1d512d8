/**
 * One request for embeddings to a server that speaks OpenAI's interface. `encoding_format` is always sent,
 * since the base64 that OpenAI's own client asks for breaks Ollama, LM Studio and LiteLLM. The answer is
 * taken only when it has one vector for each text, of one length.
 */
import { z } from "zod";
import { type Provider, type ProviderResult, type Reading, requestProvider } from "./provider-request.ts";

export type EmbeddingProvider = Omit<Provider, "noun"> & {
  /** Asked for and checked; undefined: the model's own. */
  readonly dimensions: number | undefined;
  readonly batchSize: number;
  readonly concurrency: number;
};

const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.array(z.number()).min(1) })),
});

/** Ends early, as failed, when `signal` is aborted. */
export function requestEmbeddings(
  texts: readonly string[],
  signal: AbortSignal,
  { dimensions, ...provider }: EmbeddingProvider,
): Promise<ProviderResult<number[][]>> {
  const body = {
    model: provider.model,
    input: texts,
    encoding_format: "float",
    ...(dimensions === undefined ? {} : { dimensions }),
  };
  const read = (answer: unknown) => vectorsOf(answer, texts.length, dimensions);
  return requestProvider({ ...provider, noun: "embedding model" }, body, read, signal);
}

function vectorsOf(answer: unknown, count: number, dimensions: number | undefined): Reading<number[][]> {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return { wrong: "an answer of another form" };
  const { data } = parsed.data;
  if (data.length !== count) return { wrong: `${data.length} vectors for ${count} texts` };
  const vectors: number[][] = [];
  for (const [place, { index = place, embedding }] of data.entries()) {
    if (index >= count || vectors[index] !== undefined)
      return { wrong: `a vector for no text (index ${index})` };
    vectors[index] = embedding;
  }
  const length = dimensions ?? vectors[0]?.length;
  const odd = vectors.find((vector) => vector.length !== length);
  if (odd) return { wrong: `a vector of length ${odd.length} in place of ${length}` };
  return { value: vectors };
}
