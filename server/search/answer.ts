/**
 * One search in one dataset or several: each is searched by itself, and the hits stand in one list by their
 * scores, which mean the same in each: how much of what was asked a passage holds. The best of them are put
 * in another order where that was asked for. Then the page is cut out and arranged.
 */
import { datasetNotFound, type Reader } from "../dataset-access.ts";
import { ApiError } from "../errors.ts";
import type { QueryOptions } from "../query-fields.ts";
import { configuredReranker } from "../reranking.ts";
import { type AnsweredHit, arrange } from "./arrange.ts";
import { comparePlaces, compareRanks, cursorOf, type Place, placeAfter } from "./cursor.ts";
import { groupByDocument, type Placed } from "./group.ts";
import { parseQuery } from "./parse-query.ts";
import { type Found, type Hit, type Search, searchDataset, type Term } from "./query.ts";
import { queryVectors } from "./query-vector.ts";
import { rerankedExtent, rerankHits } from "./rerank.ts";

type Asked = {
  datasetIds: readonly string[];
  reader: Reader;
  query: string;
  options: QueryOptions;
  cursor?: string | undefined;
  /** Reranking is paid, should the options ask for it. */
  coversReranking: boolean;
  signal: AbortSignal;
};

export type Answer = {
  hits: AnsweredHit[];
  truncated: boolean;
  nextCursor: string | null;
  /** What could not be done as asked; null: all was. */
  notice: string | null;
  reranked: boolean;
  explanation: {
    terms: Term[];
    /** Words and phrases past the most that count. */
    dropped: string[];
  } | null;
};

/** Passages of each dataset that documents are grouped from: those that grouping drops make room for others. */
const groupedFrom = 100;

/** @throws ApiError not_found for the first dataset that this reader has not */
export async function answerSearch(asked: Asked): Promise<Answer> {
  const { options, query } = asked;
  const after = asked.cursor === undefined ? null : pageAfter(asked.cursor, asked);
  const reranker = options.rerank && asked.coversReranking ? configuredReranker() : null;
  const found = await findIn(asked, reranker ? rerankedExtent(options) : extentOf(options, after));
  const ranked = found.flatMap(({ hits }) => hits).sort(compareRanks);
  const reranked = reranker && (await rerankHits(ranked, asked, reranker));
  const best = (reranked ?? ranked).filter(({ score }) => score >= options.minimumScore);
  const left = placed(best, options).filter(({ place }) => after === null || comparePlaces(place, after) > 0);
  const shown = left.slice(0, options.topK);
  const { hits, truncated } = await arrange(
    shown.map(({ hit }) => hit),
    query,
    options,
  );
  const last = truncated ? lastKept(shown, hits) : shown.length - 1;
  const notices = [found.find(({ notice }) => notice !== null)?.notice, notReranked(asked, reranked)];
  return {
    hits,
    truncated,
    nextCursor: options.rerank ? null : nextCursor(asked, left, last),
    notice: notices.filter(Boolean).join(" ") || null,
    reranked: reranked !== null,
    explanation: options.explain
      ? { terms: found.flatMap(({ terms }) => terms), dropped: parseQuery(query).dropped }
      : null,
  };
}

/** @throws ApiError invalid_input for none that a search like this one gave: reranked ones have a single page */
function pageAfter(cursor: string, asked: Asked): Place {
  if (!asked.options.rerank) return placeAfter(cursor, asked);
  const detail = "Invalid input: cursor: with rerank there is one page; ask for a larger topK.";
  throw new ApiError("invalid_input", detail);
}

/** Of each dataset: one hit more than a page has tells whether there is another page. */
function extentOf({ topK, hitsPerDocument }: QueryOptions, after: Place | null) {
  return hitsPerDocument > 0 ? { depth: groupedFrom } : { depth: topK + 1, after: after?.[0] ?? null };
}

function findIn(
  { datasetIds, ...search }: Asked,
  extent: Pick<Search, "depth" | "after" | "minimumScore">,
): Promise<Found[]> {
  const vectorFor = queryVectors(search.query, search.signal);
  return Promise.all(
    datasetIds.map(async (datasetId) => {
      const one = await searchDataset({ ...search, ...search.options, datasetId, vectorFor, ...extent });
      if (one === null) throw datasetNotFound(datasetId, search.reader);
      return one;
    }),
  );
}

/** Why the hits stand in the order of the search, where another was asked for. */
function notReranked({ options, coversReranking }: Asked, reranked: readonly Hit[] | null): string | null {
  if (!options.rerank || reranked !== null) return null;
  if (configuredReranker() === null) return "Not reranked: this installation has no reranking model.";
  if (!coversReranking) return "Not reranked: what may be spent pays for the search alone.";
  return "Not reranked: the reranking model gave no answer.";
}

function placed(hits: readonly Hit[], { hitsPerDocument }: QueryOptions): Placed<Hit>[] {
  if (hitsPerDocument > 0) return groupByDocument(hits, hitsPerDocument);
  return hits.map((hit) => ({ hit, place: [hit] }));
}

/** Neighbours may have joined later hits to it: they come again rather than that others are lost. */
function lastKept(shown: readonly Placed<Hit>[], hits: readonly Hit[]): number {
  const chunkId = hits.at(-1)?.chunkId;
  return shown.findIndex(({ hit }) => hit.chunkId === chunkId);
}

function nextCursor(asked: Asked, left: readonly Placed<Hit>[], last: number): string | null {
  const { place } = left[last] ?? {};
  return place && left.length > last + 1 ? cursorOf(place, asked) : null;
}
