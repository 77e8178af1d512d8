/**
 * Search in one dataset: turns what a person typed into words, phrases and a vector, runs the one statement, shapes
 * its rows. Any string is a query; none is a syntax error. Hits are ordered by score, then by chunk, so
 * that equal data answers equally.
 */
import { query as run } from "#db/client.ts";
import { type Reader, restrictedTo } from "../dataset-access.ts";
import { embedLexically, lexicalHash } from "../lexical-hash.ts";
import { type Parameters, searchStatement, valuesOf } from "./statement.ts";

export type Hit = {
  documentId: string;
  documentTitle: string;
  /** Of the document's text, which `start` and `end` point into. */
  version: number;
  chunkId: string;
  headingPath: string[];
  /** Offsets into the document's text, UTF-16 code units, end exclusive. */
  start: number;
  end: number;
  /** 0 to 1, four decimals: how much of what was asked for the chunk holds, rare words counting more. */
  score: number;
  /** Where it begins, from 1, in documents that have pages. */
  page: number | null;
  /** It looks as if it gave orders to a model, and waits for its owner's decision. */
  flagged: boolean;
  text: string;
};

type Row = { [K in keyof Hit]: Hit[K] | null };

type Search = {
  datasetId: string;
  reader: Reader;
  query: string;
  topK: number;
  /** By words, by vectors, or by both. */
  mode?: "hybrid" | "text" | "vector";
};

/** Null when there is no such dataset for this reader: unknown and somebody else's are the same answer. */
export async function searchDataset(search: Search): Promise<Hit[] | null> {
  const rows = await run<Row>(searchStatement, valuesOf(parametersOf(search)));
  if (rows.length === 0) return null;
  return rows.filter(isHit).map((hit) => ({ ...hit, score: Math.round(hit.score * 10_000) / 10_000 }));
}

/** A search as the statement reads it. */
export function parametersOf({ mode = "hybrid", ...search }: Search): Parameters {
  const { words, phrases, unfinished } = parseQuery(mode === "vector" ? "" : search.query);
  return {
    datasetId: storable(search.datasetId),
    accountId: search.reader?.accountId ?? null,
    credentialId: restrictedTo(search.reader),
    words: words.join("\n"),
    phrases: phrases.join("\n"),
    unfinished,
    vector: mode === "text" ? null : JSON.stringify(embedLexically(search.query)),
    model: lexicalHash.model,
    nearFrom,
    vectorWeight: mode === "vector" ? 1 : vectorWeight,
    limit: search.topK,
  };
}

/** Of the cosine in a hybrid score; measured by npm run eval. */
const vectorWeight = 0.3;

/** Cosines of unrelated texts stay below. */
const nearFrom = 0.3;

/** A readable dataset without hits answers with one row of nulls. */
function isHit(row: Row): row is Hit {
  return row.chunkId !== null;
}

/** Words past these say little more and each costs a look into the lexicon. */
const maximumWords = 32;
const maximumPhrases = 8;
const maximumWordLength = 100;

export type ParsedQuery = {
  words: string[];
  /** What stood between quotes, and names like `MAX_SIZE`, if more than one word. */
  phrases: string[];
  /** The last word may still be being typed. */
  unfinished: boolean;
};

export function parseQuery(query: string): ParsedQuery {
  const text = query
    .slice(0, 8192)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replaceAll(/[“”„«»]/g, '"');
  const quoted = [...text.matchAll(/"([^"]*)"/g)].map((match) => split(match[1] ?? "").join(" "));
  // PostgreSQL's parser takes `a_b` for two words that happen to be neighbours.
  const names = split(text.replaceAll('"', " ")).map((word) => split(word.replaceAll("_", " ")).join(" "));
  const phrases = [...new Set([...quoted, ...names])].filter((phrase) => phrase.includes(" "));
  const words = [...new Set(split(text.replaceAll('"', " ")))].slice(0, maximumWords);
  return { words, phrases: phrases.slice(0, maximumPhrases), unfinished: /[\p{L}\p{N}]$/u.test(text) };
}

function split(text: string): string[] {
  return text
    .split(" ")
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => [...word].slice(0, maximumWordLength).join(""));
}

/** An identifier with a NUL is no identifier, and PostgreSQL would refuse the statement. */
function storable(id: string): string {
  return id.replaceAll("\u0000", "");
}
