/** Lists: `{ items, nextCursor }`, newest first. A cursor is opaque: the sort key of the last item shown. */
import { z } from "zod";
import { ApiError } from "./errors.ts";
import { pageSize } from "./operations.ts";

export const pageInput = {
  cursor: z.string().max(500).optional().describe("nextCursor of the page before"),
  limit: z.int().min(1).max(pageSize.max).default(pageSize.default).describe("Items a page"),
};

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

function encodeCursor(sortKey: string | number): string {
  return Buffer.from(String(sortKey)).toString("base64url");
}

/** @throws ApiError invalid_input for a cursor that this API never gave out */
export function decodeCursor(cursor: string | undefined, valid: RegExp): string | null {
  if (cursor === undefined) return null;
  const sortKey = Buffer.from(cursor, "base64url").toString();
  if (!valid.test(sortKey))
    throw new ApiError("invalid_input", "Invalid input: cursor: not a cursor of this list.");
  return sortKey;
}

/** A place among several sort keys, as a cursor. */
export function encodePlace(place: readonly unknown[]): string {
  return encodeCursor(JSON.stringify(place));
}

/** Null for what `encodePlace` did not give, or gave for another list. */
export function readPlace<Place extends z.ZodType>(cursor: string, schema: Place): z.output<Place> | null {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
  } catch {
    return null;
  }
}

/** `rows` holds one more than `limit` when there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  sortKey: (row: Row) => string | number,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(sortKey(last)) : null,
  };
}

/** Ids of `newId`, which sort by time. */
export const idPattern = /^[a-z]+_[0-9a-z]{10,40}$/;
