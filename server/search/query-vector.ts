/**
 * The vector of a query, by the model whose vectors serve in the dataset. Which one that is comes with each
 * answer and is remembered, so that a search costs one statement: built in unless it was seen otherwise.
 */
import { LRUCache } from "lru-cache";
import { embedBy, unitLength, vectorModels } from "../embedding.ts";
import { embedLexically, lexicalHash } from "../lexical-hash.ts";

/** `vector` is null where the model gave none. */
export type QueryVector = { model: string; vector: number[] | null };

/** A search waits no longer for another server: the words alone are an answer too. */
const longestWaitMs = 4_000;

const served = new LRUCache<string, string>({ max: 10_000 });

export function rememberModel(datasetId: string, model: string | null): void {
  if (model !== null && model !== lexicalHash.model) served.set(datasetId, model);
  else served.delete(datasetId);
}

/** Cosines of unrelated texts stay below. What another model calls near was measured on the set itself. */
export function nearFrom(model: string): number {
  return model === lexicalHash.model ? 0.3 : 0;
}

/** Of one query, for the searches in several datasets that may share a model: each model is asked once. */
export function queryVectors(
  query: string,
  signal?: AbortSignal,
): (datasetId: string) => Promise<QueryVector> {
  const asked = new Map<string, Promise<QueryVector>>();
  return (datasetId) => {
    const model = served.get(datasetId) ?? lexicalHash.model;
    const vector = asked.get(model) ?? vectorBy(model, query, signal);
    asked.set(model, vector);
    return vector;
  };
}

async function vectorBy(model: string, query: string, signal?: AbortSignal): Promise<QueryVector> {
  if (model === lexicalHash.model) return builtInVector(query);
  if (!vectorModels().includes(model)) return { model, vector: null };
  return { model, vector: await embeddedInTime(model, query, signal) };
}

export function builtInVector(query: string): QueryVector {
  return { model: lexicalHash.model, vector: embedLexically(query) };
}

async function embeddedInTime(model: string, query: string, signal?: AbortSignal): Promise<number[] | null> {
  const patience = AbortSignal.timeout(longestWaitMs);
  try {
    const [vector] = await embedBy(model, [query], signal ? AbortSignal.any([signal, patience]) : patience);
    return Array.isArray(vector) ? unitLength(vector) : null;
  } catch (error) {
    if (signal?.aborted || !patience.aborted) throw error;
    return null;
  }
}
