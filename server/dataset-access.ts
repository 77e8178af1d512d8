/**
 * Who may see a dataset: the one place where that is decided. Somebody else's private dataset is answered
 * exactly like one that does not exist.
 */
import { and, eq, or, type SQL } from "drizzle-orm";
import { database } from "#db/client.ts";
import { datasets } from "#db/schema/documents.ts";
import { ApiError } from "./errors.ts";

export type DatasetRow = typeof datasets.$inferSelect;

/** The rule as SQL over `datasets`, for prepared statements; `account` is SQL too, null for nobody. */
export function readableSql(account: string): string {
  return `(visibility = 'public' or owner_id = ${account})`;
}

function readableBy(accountId: string | null): SQL | undefined {
  const isPublic = eq(datasets.visibility, "public");
  return accountId === null ? isPublic : or(eq(datasets.ownerId, accountId), isPublic);
}

/** @throws ApiError not_found */
export async function getReadableDataset(datasetId: string, accountId: string | null): Promise<DatasetRow> {
  return found(datasetId, readableBy(accountId));
}

/** @throws ApiError not_found */
export async function getOwnDataset(datasetId: string, accountId: string): Promise<DatasetRow> {
  return found(datasetId, eq(datasets.ownerId, accountId));
}

async function found(datasetId: string, allowed: SQL | undefined): Promise<DatasetRow> {
  const db = await database();
  const [row] = await db
    .select()
    .from(datasets)
    .where(and(eq(datasets.id, datasetId), allowed));
  if (!row) throw datasetNotFound();
  return row;
}

export function datasetNotFound(): ApiError {
  return new ApiError("not_found", "Dataset not found.");
}
