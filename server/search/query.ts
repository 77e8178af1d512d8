/**
 * Search in one dataset: turns what a person typed into words, phrases and a vector, runs the one statement,
 * shapes its rows. Any string is a query; none is a syntax error. Hits are ordered by score, then by chunk, so
 * that equal data answers equally. Where vectors cannot be compared the words alone decide, and the answer
 * says so.
 */
import { queryWithin, query as run, type Transaction } from "#db/client.ts";
import { type Reader, restrictedTo } from "../dataset-access.ts";
import type { QueryOptions } from "../query-fields.ts";
import { conditionOf } from "../query-filters.ts";
import type { Rank } from "./cursor.ts";
import { parseQuery } from "./parse-query.ts";
import { builtInVector, nearFrom, type QueryVector, queryVectors, rememberModel } from "./query-vector.ts";
import { type Parameters, searchStatement, valuesOf } from "./statement.ts";

export type Hit = {
  datasetId: string;
  datasetName: string;
  documentId: string;
  documentTitle: string;
  /** Of the document's text, which `start` and `end` point into. */
  version: number;
  metadata: Record<string, unknown>;
  /** Where the document was read from. */
  sourceUrl: string | null;
  chunkId: string;
  headingPath: string[];
  /** Offsets into the document's text, UTF-16 code units, end exclusive. */
  start: number;
  end: number;
  /** 0 to 1: how much of what was asked for the chunk holds, rare words counting more, and its document's beginning. */
  score: number;
  /** Where it begins, from 1, in documents that have pages. */
  page: number | null;
  /** It looks as if it gave orders to a model, and waits for its owner's decision. */
  flagged: boolean;
  text: string;
  signals: Signals;
};

/** Why a hit stands where it does: the two signals, each with the hit's place by that alone, and its document's. */
type Signals = {
  words: { score: number; rank: number };
  /** Null: not compared. */
  vector: { cosine: number; rank: number } | null;
  /** The best score, by words and vector, among the first passages of its document; null: none was found. */
  opening: number | null;
  /** Its own score and place, where another model judged it; the hit's score is then that model's. */
  search: { score: number; rank: number } | null;
};

/** What became of a word of the query. */
export type Term = {
  word: string;
  /** Chose passages, or was so common that it only ranked them; unknown: no passage holds it. */
  role: "chose" | "ranked" | "unknown";
  passages: number;
  /** What was looked for in its place: itself, its stem, corrections, completions, parts. */
  lookedFor: { term: string; weight: number; passages: number }[];
};

export type Found = {
  hits: Hit[];
  /** What could not be done as asked; null: all was. */
  notice: string | null;
  /** Empty unless explained. */
  terms: Term[];
};

type SearchOptions = Pick<
  QueryOptions,
  "mode" | "filters" | "createdAfter" | "createdBefore" | "minimumScore" | "explain"
>;

export type Search = Partial<SearchOptions> & {
  datasetId: string;
  reader: Reader;
  query: string;
  /** Hits at most. */
  depth: number;
  /** The hit before the first. */
  after?: Rank | null;
  signal?: AbortSignal;
  /** The query's vector for a dataset, where other searches share it. */
  vectorFor?: ReturnType<typeof queryVectors>;
  /** Sees what this transaction did. Nobody is asked for a vector in it: built-in ones count, or the words alone. */
  within?: Transaction;
};

type Nullable<Fields> = { [Name in keyof Fields]: Fields[Name] | null };

type Row = Nullable<Omit<Hit, "datasetId" | "datasetName" | "signals">> & {
  datasetName: string;
  /** Of the set that serves; null: there is none yet. */
  model: string | null;
  comparable: boolean;
  wordsScore: number;
  wordsRank: number;
  cosine: number | null;
  vectorRank: number | null;
  opening: number | null;
  terms: { word: string; passages: number; chose: boolean; lookedFor: Term["lookedFor"] | null }[] | null;
};

/** Of the cosine in a hybrid score; measured by npm run eval. */
const vectorWeight = 0.35;

const byWordsAlone =
  "Found by words alone: the embedding model of this dataset gave no vector for the query.";

/** Null when there is no such dataset for this reader: unknown and somebody else's are the same answer. */
export async function searchDataset(search: Search): Promise<Found | null> {
  if (search.mode === "text") return shape(search, null, await ask(search, null));
  const { vectorFor = queryVectors(search.query, search.signal) } = search;
  const made = search.within ? builtInVector(search.query) : await vectorFor(search.datasetId);
  const rows = await ask(search, made);
  if (search.within || !isLost(rows, made)) return shape(search, made, rows);
  const remade = await vectorFor(search.datasetId);
  const again = await ask(search, remade);
  // Should it go over to another model just now, or have vectors of another length, the words are left.
  if (!again[0] || again[0].comparable || remade.vector === null) return shape(search, remade, again);
  const wordsAlone = { ...remade, vector: null };
  return shape(search, wordsAlone, await ask(search, wordsAlone));
}

async function ask(search: Search, made: QueryVector | null): Promise<Row[]> {
  const values = valuesOf(parametersOf(search, made));
  const rows = await (search.within
    ? queryWithin<Row>(search.within, searchStatement, values)
    : run<Row>(searchStatement, values));
  const [first] = rows;
  if (first) rememberModel(search.datasetId, first.model);
  return rows;
}

function isLost([first]: Row[], made: QueryVector): boolean {
  if (first === undefined || first.model === null) return false;
  return first.model !== made.model || (made.vector !== null && !first.comparable);
}

function shape({ datasetId }: Search, made: QueryVector | null, rows: Row[]): Found | null {
  const [first] = rows;
  if (!first) return null;
  return {
    hits: rows.filter(isHit).map((row) => toHit(row, datasetId)),
    notice: made && first.model !== null && !first.comparable ? byWordsAlone : null,
    terms: (first.terms ?? []).map(toTerm),
  };
}

/** A search as the statement reads it. */
export function parametersOf(search: Search, made: QueryVector | null): Parameters {
  const { mode = "hybrid", reader, filters = [], after = null } = search;
  const vector = made?.vector ?? null;
  const parsed = parseQuery(mode === "vector" && vector ? "" : search.query);
  return {
    datasetId: storable(search.datasetId),
    accountId: reader?.accountId ?? null,
    credentialId: restrictedTo(reader),
    words: parsed.words.join("\n"),
    phrases: parsed.phrases.join("\n"),
    unfinished: parsed.unfinished,
    vector: vector && JSON.stringify(vector),
    model: made?.model ?? "",
    nearFrom: nearFrom(made?.model ?? ""),
    vectorWeight: mode === "vector" ? 1 : vectorWeight,
    limit: search.depth,
    minimumScore: search.minimumScore ?? 0,
    afterScore: after?.score ?? null,
    afterId: after?.chunkId ?? null,
    conditions: filters.length === 0 ? null : JSON.stringify(filters.map(conditionOf)),
    createdAfter: secondsOf(search.createdAfter),
    createdBefore: secondsOf(search.createdBefore),
    explain: search.explain ?? false,
  };
}

function secondsOf(moment = ""): number | null {
  return moment === "" ? null : Date.parse(moment) / 1_000;
}

type HitRow = Row & Omit<Hit, "datasetId" | "signals">;

/** A readable dataset without hits answers with one row of nulls. */
function isHit(row: Row): row is HitRow {
  return row.chunkId !== null;
}

function toHit(
  { model, comparable, terms, wordsScore, wordsRank, cosine, vectorRank, opening, ...row }: HitRow,
  datasetId: string,
): Hit {
  return {
    datasetId,
    ...row,
    signals: {
      words: { score: rounded(wordsScore), rank: wordsRank },
      vector: cosine === null || vectorRank === null ? null : { cosine: rounded(cosine), rank: vectorRank },
      opening: opening === null ? null : rounded(opening),
      search: null,
    },
  };
}

function toTerm({ word, passages, chose, lookedFor }: NonNullable<Row["terms"]>[number]): Term {
  const role = chose ? "chose" : passages > 0 ? "ranked" : "unknown";
  return { word, role, passages, lookedFor: lookedFor ?? [] };
}

/** Four decimals: more say nothing. */
export const rounded = (number: number) => Math.round(number * 10_000) / 10_000;

/** An identifier with a NUL is no identifier, and PostgreSQL would refuse the statement. */
function storable(id: string): string {
  return id.replaceAll("\u0000", "");
}
