/**
 * Paging of hits. A cursor is the place of the last hit shown, by scores and chunks, and the mark of the
 * query it belongs to. A hit's score depends on nothing but its document and the query, so that pages fit
 * together whatever is added meanwhile.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { encodePlace, readPlace } from "../pages.ts";
import type { QueryOptions } from "../query-fields.ts";

/** What hits are ordered by, best first: score, then chunk. */
export type Rank = { readonly score: number; readonly chunkId: string };

/** Where a hit stands: its own rank; grouped, that of its document's best hit before it. */
export type Place = readonly Rank[];

type Asked = {
  readonly datasetIds: readonly string[];
  readonly query: string;
  readonly options: QueryOptions;
};

const rankSchema = z.tuple([z.number(), z.string().regex(/^\d{1,18}$/)]);
const cursorSchema = z.tuple([z.array(rankSchema).min(1).max(2), z.string()]);

export function cursorOf(place: Place, asked: Asked): string {
  const ranks = place.map(({ score, chunkId }) => [score, chunkId]);
  return encodePlace([ranks, markOf(asked)]);
}

/** @throws ApiError invalid_input for a cursor of another query, or none at all */
export function placeAfter(cursor: string, asked: Asked): Place {
  const read = readPlace(cursor, cursorSchema);
  if (read === null) {
    throw new ApiError("invalid_input", "Invalid input: cursor: not one that a search gave.");
  }
  const [ranks, mark] = read;
  if (mark !== markOf(asked)) {
    const detail =
      "Invalid input: cursor: it belongs to another query. Send it with the same query and options.";
    throw new ApiError("invalid_input", detail);
  }
  return ranks.map(([score, chunkId]) => ({ score, chunkId }));
}

/** Negative: `one` stands before `other`. */
export function compareRanks(one: Rank, other: Rank): number {
  if (one.score !== other.score) return other.score - one.score;
  return (
    one.chunkId.length - other.chunkId.length ||
    (one.chunkId < other.chunkId ? -1 : one.chunkId > other.chunkId ? 1 : 0)
  );
}

export function comparePlaces(one: Place, other: Place): number {
  for (const [at, rank] of one.entries()) {
    const against = other[at];
    const order = against ? compareRanks(rank, against) : 0;
    if (order !== 0) return order;
  }
  return 0;
}

/** What decides which hits there are, and in which order. Another `topK` is another length of page. */
function markOf({ datasetIds, query, options }: Asked): string {
  const { mode, filters, createdAfter, createdBefore, hitsPerDocument } = options;
  const asked = [[...datasetIds].sort(), query, mode, filters, createdAfter, createdBefore, hitsPerDocument];
  return createHash("sha256").update(JSON.stringify(asked)).digest("base64url").slice(0, 16);
}
