/**
 * One search in one dataset or several: each is searched by itself, and the hits stand in one list by their
 * scores, which mean the same in each: how much of what was asked a passage holds. Then the page is cut out
 * and arranged.
 */
import { datasetNotFound, type Reader } from "../dataset-access.ts";
import type { QueryOptions } from "../query-fields.ts";
import { type AnsweredHit, arrange } from "./arrange.ts";
import { comparePlaces, compareRanks, cursorOf, type Place, placeAfter } from "./cursor.ts";
import { groupByDocument, type Placed } from "./group.ts";
import { parseQuery } from "./parse-query.ts";
import { type Found, type Hit, searchDataset, type Term } from "./query.ts";

type Asked = {
  datasetIds: readonly string[];
  reader: Reader;
  query: string;
  options: QueryOptions;
  cursor?: string | undefined;
  signal: AbortSignal;
};

export type Answer = {
  hits: AnsweredHit[];
  truncated: boolean;
  nextCursor: string | null;
  /** What could not be done as asked; null: all was. */
  notice: string | null;
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
  const after = asked.cursor === undefined ? null : placeAfter(asked.cursor, asked);
  const found = await findIn(asked, after);
  const left = placed(found, options).filter(
    ({ place }) => after === null || comparePlaces(place, after) > 0,
  );
  const shown = left.slice(0, options.topK);
  const { hits, truncated } = await arrange(
    shown.map(({ hit }) => hit),
    query,
    options,
  );
  return {
    hits,
    truncated,
    nextCursor: nextCursor(asked, left, truncated ? lastKept(shown, hits) : shown.length - 1),
    notice: found.find(({ notice }) => notice !== null)?.notice ?? null,
    explanation: options.explain
      ? { terms: found.flatMap(({ terms }) => terms), dropped: parseQuery(query).dropped }
      : null,
  };
}

function findIn({ datasetIds, ...search }: Asked, after: Place | null): Promise<Found[]> {
  const { topK, hitsPerDocument } = search.options;
  const grouped = hitsPerDocument > 0;
  const [rank = null] = after ?? [];
  return Promise.all(
    datasetIds.map(async (datasetId) => {
      // One more than a page has tells whether there is another page.
      const extent = grouped ? { depth: groupedFrom } : { depth: topK + 1, after: rank };
      const one = await searchDataset({ ...search, ...search.options, datasetId, ...extent });
      if (one === null) throw datasetNotFound(datasetId, search.reader);
      return one;
    }),
  );
}

function placed(found: readonly Found[], { hitsPerDocument }: QueryOptions): Placed<Hit>[] {
  const hits = found.flatMap((one) => one.hits).sort(compareRanks);
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
