/**
 * One request to a server of models, for vectors or for reranking, with its retries: with back-off, or as
 * long as the server says (Retry-After: RFC 9110 §10.2.3). Neither texts nor keys reach the log.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "./errors.ts";
import { log } from "./log.ts";

export type Provider = {
  /** As errors and the log name it: "embedding model". */
  readonly noun: string;
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** Of one attempt. */
  readonly timeoutMs: number;
};

export type ProviderResult<Value> =
  | { readonly outcome: "answered"; readonly value: Value }
  /** The provider does not take these texts, or not so many. */
  | { readonly outcome: "refused" }
  | { readonly outcome: "failed"; readonly error: ApiError };

/** What an answer's JSON says, or what is wrong with it: then nothing of it is taken. */
export type Reading<Value> = { readonly value: Value } | { readonly wrong: string };

type Attempt<Value> =
  | Exclude<ProviderResult<Value>, { outcome: "failed" }>
  /** `again`: another attempt may succeed; `afterMs`: not before the provider said. */
  | { outcome: "failed"; reason: string; again: boolean; afterMs?: number };

const attempts = 4;
const firstPauseMs = 250;
/** A provider that wants a longer pause than this makes the caller wait, not the server. */
const longestPauseMs = 20_000;

/** Statuses that say: these texts are the matter. */
const refusing = new Set([400, 413, 422]);
const passing = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);

/** Ends early, as failed, when `signal` is aborted. */
export async function requestProvider<Value>(
  provider: Provider,
  body: unknown,
  read: (answer: unknown) => Reading<Value>,
  signal: AbortSignal,
): Promise<ProviderResult<Value>> {
  const { noun, model } = provider;
  for (let tried = 1; ; tried++) {
    const attempt = await once(provider, body, read, signal);
    if (attempt.outcome !== "failed") return attempt;
    const { reason, again, afterMs } = attempt;
    const backOffMs = firstPauseMs * 4 ** (tried - 1) * (0.5 + Math.random() / 2);
    const pauseMs = Math.max(afterMs ?? 0, backOffMs);
    const ends = signal.aborted || !again || tried === attempts || pauseMs > longestPauseMs;
    if (!signal.aborted) log[ends ? "error" : "warn"]({ model, reason, tried, ends }, `${noun} failed`);
    if (ends) return { outcome: "failed", error: failure(noun, again ? (afterMs ?? backOffMs) : null) };
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

/** @param afterMs null: an operator has to mend something first */
function failure(noun: string, afterMs: number | null): ApiError {
  if (afterMs === null) {
    return new ApiError("unavailable", `The ${noun} cannot be used right now; nothing was charged.`);
  }
  const retryAfterSeconds = Math.max(1, Math.ceil(afterMs / 1_000));
  return new ApiError("unavailable", `The ${noun} did not answer; nothing was charged.`, {
    retryAfterSeconds,
  });
}

async function once<Value>(
  { url, apiKey, timeoutMs }: Provider,
  body: unknown,
  read: (answer: unknown) => Reading<Value>,
  signal: AbortSignal,
): Promise<Attempt<Value>> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(body),
      // The key is for this address and no other.
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    if (!response.ok) return refusalOf(response);
    const reading = read(JSON.parse(text));
    if ("wrong" in reading) return { outcome: "failed", reason: reading.wrong, again: false };
    return { outcome: "answered", value: reading.value };
  } catch (error) {
    // No connection, a time-out, an answer cut short: its name says which, its message may quote texts.
    return { outcome: "failed", reason: error instanceof Error ? error.name : "unknown", again: true };
  }
}

function refusalOf({ status, headers }: Response): Exclude<Attempt<never>, { outcome: "answered" }> {
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
