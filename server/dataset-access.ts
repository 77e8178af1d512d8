/**
 * Who may see a dataset: the one place where that is decided. Somebody else's private dataset, and one that
 * was not granted to the key or connection that asks, is answered exactly like one that does not exist.
 */
import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { database } from "#db/client.ts";
import { credentialDatasets } from "#db/schema/access.ts";
import { datasets } from "#db/schema/documents.ts";
import { env } from "#env";
import { ApiError } from "./errors.ts";
import type { Principal } from "./principal.ts";

export type DatasetRow = typeof datasets.$inferSelect;

/** Who reads: nobody, an account with all it may read, or a credential that was granted single datasets. */
export type Reader = Pick<Principal, "kind" | "accountId" | "credentialId" | "access"> | null;

/** The credential whose grants decide; null: everything the account may read. */
export function restrictedTo(reader: Reader): string | null {
  return reader && !reader.access.allDatasets ? reader.credentialId : null;
}

/**
 * The rule as SQL over `datasets`, for prepared statements. `account` and `credential` are SQL too: null for
 * nobody, and for a reader who is not restricted to what was granted to it.
 */
export function readableSql(account: string, credential: string): string {
  return `(visibility = 'public' or owner_id = ${account}) and ${grantedSql(credential)}`;
}

/** The grant's half of the rule alone. */
function grantedSql(credential: string): string {
  return `(${credential} is null or exists (select from credential_datasets g where g.credential_id = ${credential} and g.dataset_id = datasets.id))`;
}

function readableBy(reader: Reader): SQL | undefined {
  const isPublic = eq(datasets.visibility, "public");
  if (reader === null) return isPublic;
  return and(or(eq(datasets.ownerId, reader.accountId), isPublic), grantedTo(reader));
}

/** Undefined: no restriction. */
export function grantedTo(reader: Reader): SQL | undefined {
  const credential = restrictedTo(reader);
  if (credential === null) return undefined;
  return sql`exists (select from ${credentialDatasets} g where g.credential_id = ${credential} and g.dataset_id = ${datasets.id})`;
}

/** @throws ApiError not_found */
export async function getReadableDataset(datasetId: string, reader: Reader): Promise<DatasetRow> {
  return found(datasetId, reader, readableBy(reader));
}

/** @throws ApiError not_found */
export async function getOwnDataset(datasetId: string, reader: NonNullable<Reader>): Promise<DatasetRow> {
  return found(datasetId, reader, and(eq(datasets.ownerId, reader.accountId), grantedTo(reader)));
}

async function found(datasetId: string, reader: Reader, allowed: SQL | undefined): Promise<DatasetRow> {
  const db = await database();
  const [row] = await db
    .select()
    .from(datasets)
    .where(and(eq(datasets.id, datasetId), allowed));
  if (!row) throw datasetNotFound(datasetId, reader);
  return row;
}

/**
 * One answer for unknown, somebody else's and not granted. An app that was granted single datasets is told
 * where its owner can add this one, whether it exists or not.
 */
export function datasetNotFound(datasetId: string, reader: Reader): ApiError {
  const detail = "Dataset not found.";
  if (reader?.kind !== "connection" || reader.access.allDatasets) return new ApiError("not_found", detail);
  const grantUrl = `${env.appUrl}/connections?${new URLSearchParams({ connection: reader.credentialId, dataset: datasetId })}`;
  const hint =
    "Check the id with list_datasets. If it is right, ask the user to grant this dataset at grantUrl.";
  return new ApiError("not_found", detail, { hint, grantUrl });
}
