/**
 * One request for embeddings to a server that speaks OpenAI's interface, with its retries. Plain fetch:
 * `encoding_format` is always sent, since the base64 that OpenAI's own client asks for breaks Ollama,
 * LM Studio and LiteLLM. The answer is taken only when it has one vector for each text, of one length.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ApiError } from "./errors.ts";
import { log } from "./log.ts";

export type ProviderSettings = {
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** Asked for and checked; undefined: the model's own. */
  readonly dimensions: number | undefined;
  readonly batchSize: number;
  readonly concurrency: number;
  /** Of one attempt. */
  readonly timeoutMs: number;
};

type RequestResult =
  | { readonly outcome: "embedded"; readonly vectors: number[][] }
  /** The provider does not take these texts, or not so many. */
  | { readonly outcome: "refused" }
  | { readonly outcome: "failed"; readonly error: ApiError };

type Attempt =
  | Exclude<RequestResult, { outcome: "failed" }>
  /** `again`: another attempt may succeed; `afterMs`: not before the provider said. */
  | { outcome: "failed"; reason: string; again: boolean; afterMs?: number };

const attempts = 4;
const firstPauseMs = 250;
/** A provider that wants a longer pause than this makes the caller wait, not the server. */
const longestPauseMs = 20_000;

/** Statuses that say: these texts are the matter. */
const refusing = new Set([400, 413, 422]);
const passing = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);

const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.array(z.number()).min(1) })),
});

/** Ends early, as failed, when `signal` is aborted. */
export async function requestEmbeddings(
  texts: readonly string[],
  signal: AbortSignal,
  settings: ProviderSettings,
): Promise<RequestResult> {
  for (let tried = 1; ; tried++) {
    const attempt = await once(texts, signal, settings);
    if (attempt.outcome !== "failed") return attempt;
    const { reason, again, afterMs } = attempt;
    const backOffMs = firstPauseMs * 4 ** (tried - 1) * (0.5 + Math.random() / 2);
    const pauseMs = Math.max(afterMs ?? 0, backOffMs);
    const ends = signal.aborted || !again || tried === attempts || pauseMs > longestPauseMs;
    if (!signal.aborted) {
      const { model } = settings;
      log[ends ? "error" : "warn"]({ model, reason, tried, ends }, "embeddings provider failed");
    }
    if (ends) return { outcome: "failed", error: failure(again ? (afterMs ?? backOffMs) : null) };
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

/** @param afterMs null: an operator has to mend something first */
function failure(afterMs: number | null): ApiError {
  if (afterMs === null) {
    return new ApiError("unavailable", "The embedding model cannot be used right now; nothing was charged.");
  }
  const retryAfterSeconds = Math.max(1, Math.ceil(afterMs / 1_000));
  return new ApiError("unavailable", "The embedding model did not answer; nothing was charged.", {
    retryAfterSeconds,
  });
}

async function once(
  texts: readonly string[],
  signal: AbortSignal,
  { url, model, apiKey, dimensions, timeoutMs }: ProviderSettings,
): Promise<Attempt> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({
        model,
        input: texts,
        encoding_format: "float",
        ...(dimensions === undefined ? {} : { dimensions }),
      }),
      // The key is for this address and no other.
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const body = await response.text();
    if (!response.ok) return refusalOf(response);
    return vectorsOf(JSON.parse(body), texts.length, dimensions);
  } catch (error) {
    // No connection, a time-out, an answer cut short: its name says which, its message may quote texts.
    return { outcome: "failed", reason: error instanceof Error ? error.name : "unknown", again: true };
  }
}

function refusalOf({ status, headers }: Response): Attempt {
  if (refusing.has(status)) return { outcome: "refused" };
  const afterMs = retryAfterMs(headers.get("retry-after"));
  return {
    outcome: "failed",
    reason: `status ${status}`,
    again: passing.has(status),
    ...(afterMs === null ? {} : { afterMs }),
  };
}

/** Seconds, or a date. */
function retryAfterMs(value: string | null): number | null {
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function vectorsOf(body: unknown, count: number, dimensions: number | undefined): Attempt {
  const wrong = (reason: string): Attempt => ({ outcome: "failed", reason, again: false });
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) return wrong("an answer of another form");
  const { data } = parsed.data;
  if (data.length !== count) return wrong(`${data.length} vectors for ${count} texts`);
  const vectors: number[][] = [];
  for (const [place, { index = place, embedding }] of data.entries()) {
    if (index >= count || vectors[index] !== undefined) return wrong(`a vector for no text (index ${index})`);
    vectors[index] = embedding;
  }
  const length = dimensions ?? vectors[0]?.length;
  const odd = vectors.find((vector) => vector.length !== length);
  if (odd) return wrong(`a vector of length ${odd.length} in place of ${length}`);
  return { outcome: "embedded", vectors };
}
