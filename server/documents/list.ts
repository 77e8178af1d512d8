/**
 * A dataset's documents in the order that is asked for, narrowed by state and words, page by page. A cursor is
 * the place after the last one seen, of one order, and stays good whatever is deleted.
 */
import { and, asc, desc, eq, ilike, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { documents } from "#db/schema/documents.ts";
import { ApiError } from "#server/errors.ts";
import { likeText } from "#server/like.ts";
import { encodePlace, idPattern, readPlace } from "#server/pages.ts";
import { type DocumentRow, type DocumentState, documentColumns } from "./rows.ts";

export const documentSorts = ["added", "title", "size", "passages"] as const;
export const documentOrders = ["asc", "desc"] as const;
type Sort = (typeof documentSorts)[number];
type Order = (typeof documentOrders)[number];

/** To the year 9999: later ones are times to JavaScript but not to PostgreSQL. */
const momentSchema = z.int().min(0).max(253_402_300_799_999);
const numberSchema = z.int().min(0).max(2_147_483_647);

/** What each goes by, as SQL and as a cursor has it. `added` has no parts of a millisecond. */
const sorts = {
  added: {
    key: sql`${documents.createdAt}`,
    order: "desc",
    place: momentSchema,
    of: (row: DocumentRow) => row.createdAt.getTime(),
    bound: (place: unknown) => sql`${new Date(Number(place)).toISOString()}::timestamptz`,
  },
  title: {
    key: sql`lower(${documents.title})`,
    order: "asc",
    place: z.string().refine((text) => !text.includes("\u0000")),
    of: (row: DocumentRow) => row.title,
    bound: (place: unknown) => sql`lower(${place}::text)`,
  },
  size: {
    key: sql`${documents.sizeBytes}`,
    order: "desc",
    place: numberSchema,
    of: (row: DocumentRow) => row.sizeBytes,
    bound: (place: unknown) => sql`${place}::int`,
  },
  passages: {
    key: sql`${documents.chunkCount}`,
    order: "desc",
    place: numberSchema,
    of: (row: DocumentRow) => row.chunkCount,
    bound: (place: unknown) => sql`${place}::int`,
  },
} as const satisfies Record<Sort, { order: Order; key: SQL; place: z.ZodType; of: unknown; bound: unknown }>;

type Listing = {
  state?: DocumentState | undefined;
  /** Stands in the title or the external id, in capitals or not. */
  search?: string | undefined;
  sort?: Sort | undefined;
  /** Left out: titles from A, all else from the newest or most. */
  order?: Order | undefined;
  cursor?: string | null | undefined;
  limit: number;
};

/** `limit` is 1 to 200; `nextCursor` is null at the end. */
export async function listDocuments(
  datasetId: string,
  { state, search, sort = "added", order = sorts[sort].order, cursor, limit }: Listing,
): Promise<{ items: DocumentRow[]; nextCursor: string | null }> {
  const db = await database();
  const { key, of } = sorts[sort];
  const along = order === "asc" ? asc : desc;
  const rows = await db
    .select(documentColumns)
    .from(documents)
    .where(
      and(
        eq(documents.datasetId, datasetId),
        state && eq(documents.state, state),
        search ? holds(search) : undefined,
        cursor ? after(cursor, sort, order) : undefined,
      ),
    )
    .orderBy(along(key), along(documents.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? encodePlace([sort, order, of(last), last.id]) : null,
  };
}

function holds(words: string): SQL | undefined {
  const pattern = `%${likeText(words)}%`;
  return or(ilike(documents.title, pattern), ilike(documents.externalId, pattern));
}

function after(cursor: string, sort: Sort, order: Order): SQL {
  const { key, place, bound } = sorts[sort];
  const schema = z.tuple([z.literal(sort), z.literal(order), place, z.string().regex(idPattern)]);
  const read = readPlace(cursor, schema);
  if (!read) throw new ApiError("invalid_input", "The cursor is not one that this list gave.");
  const [, , value, id] = read;
  return sql`(${key}, ${documents.id}) ${sql.raw(order === "asc" ? ">" : "<")} (${bound(value)}, ${id})`;
}
