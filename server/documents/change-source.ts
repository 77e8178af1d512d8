/**
 * What an owner does to the sources of a dataset: adds, changes, refreshes, deletes them. The caller has
 * checked that the dataset may be written; null: it has no such source. What is due is queued from here.
 */
import { and, eq, inArray, sql } from "drizzle-orm";
import { database, query, queryWithin, type Transaction } from "#db/client.ts";
import { type sourceKinds, sources } from "#db/schema/sources.ts";
import { ApiError } from "#server/errors.ts";
import { deleteDocument } from "./change.ts";
import { lockDataset } from "./lock-dataset.ts";
import { enqueueSource, jobs } from "./queue.ts";
import { archiveOf } from "./web/archive.ts";
import { parseAddress, WebRefusal } from "./web/request.ts";

export type SourceRow = typeof sources.$inferSelect;
type Kind = (typeof sourceKinds)[number];
type Credential = { readonly kind: string; readonly id: string };
type Place = { datasetId: string; sourceId: string };

const maxSources = 100;
const dueAtOnce = 20;

export async function createSource(input: {
  id: string;
  datasetId: string;
  url: string;
  kind: Kind | undefined;
  everyHours: number | null;
  credential: Credential;
}): Promise<SourceRow> {
  const { id, datasetId, everyHours, credential } = input;
  const url = readableAddress(input.url);
  await jobs();
  const db = await database();
  return db.transaction(async (tx) => {
    if (!(await lockDataset(tx, datasetId))) throw new ApiError("not_found", "No such dataset.");
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`sources:${datasetId}`}, 0))`);
    const present = await tx.select().from(sources).where(eq(sources.datasetId, datasetId));
    const made = present.find((each) => each.id === id);
    if (made) return made;
    if (present.some((each) => each.url === url)) {
      throw new ApiError(
        "conflict",
        "The dataset has this source already: refresh it, or change its schedule.",
      );
    }
    if (present.length >= maxSources) {
      throw new ApiError("conflict", `A dataset has at most ${maxSources} sources.`);
    }
    const [row] = await tx
      .insert(sources)
      .values({
        id,
        datasetId,
        url,
        kind: input.kind ?? kindOf(url),
        everyHours,
        state: "queued",
        credentialKind: credential.kind,
        credentialId: credential.id,
      })
      .returning();
    if (!row) throw new Error("The source was not stored.");
    await enqueueSource(tx, id);
    return row;
  });
}

/** The next reading is counted from the latest one. */
export async function updateSource(
  { datasetId, sourceId }: Place,
  everyHours: number | null,
): Promise<SourceRow | null> {
  const db = await database();
  const [row] = await db
    .update(sources)
    .set({
      everyHours,
      nextReadAt: sql`case when state in ('ready', 'failed')
        then coalesce(read_at, now()) + make_interval(hours => ${everyHours}::int) end`,
    })
    .where(and(eq(sources.datasetId, datasetId), eq(sources.id, sourceId)))
    .returning();
  return row ?? null;
}

/** One that is being read anyway is left to it. */
export async function refreshSource(
  { datasetId, sourceId }: Place,
  credential: Credential,
): Promise<SourceRow | null> {
  await jobs();
  const db = await database();
  return db.transaction(async (tx) => {
    const [row] = await tx
      .select()
      .from(sources)
      .where(and(eq(sources.datasetId, datasetId), eq(sources.id, sourceId)))
      .for("update");
    if (!row || row.state === "queued" || row.state === "reading") return row ?? null;
    await tx
      .update(sources)
      .set({ credentialKind: credential.kind, credentialId: credential.id })
      .where(eq(sources.id, sourceId));
    return queued(tx, sourceId);
  });
}

/** With its documents only if that is asked for. False when there is none. */
export async function deleteSource({ datasetId, sourceId }: Place, withDocuments: boolean): Promise<boolean> {
  const documents = withDocuments
    ? await query<{ id: string }>(
        `select p.document_id as id from source_pages p join sources s on s.id = p.source_id
         where s.id = $1 and s.dataset_id = $2 and p.document_id is not null`,
        [sourceId, datasetId],
      )
    : [];
  const gone = await query("delete from sources where id = $1 and dataset_id = $2 returning id", [
    sourceId,
    datasetId,
  ]);
  for (const { id } of documents) await deleteDocument({ datasetId, documentId: id });
  return gone.length > 0;
}

/** Called again and again by every process; a source is queued by one of them. */
export async function enqueueDueSources(): Promise<void> {
  const [due] = await query("select from sources where next_read_at <= now() limit 1");
  if (!due) return;
  await jobs();
  const db = await database();
  await db.transaction(async (tx) => {
    const rows = await queryWithin<{ id: string }>(
      tx,
      `select id from sources where next_read_at <= now() and state in ('ready', 'failed')
       order by next_read_at limit ${dueAtOnce} for update skip locked`,
      [],
    );
    for (const { id } of rows) await queued(tx, id);
  });
}

async function queued(tx: Transaction, sourceId: string): Promise<SourceRow | null> {
  const [row] = await tx
    .update(sources)
    .set({ state: "queued", reason: null, nextReadAt: null })
    .where(and(eq(sources.id, sourceId), inArray(sources.state, ["ready", "failed"])))
    .returning();
  if (row) await enqueueSource(tx, sourceId);
  return row ?? null;
}

function readableAddress(address: string): string {
  try {
    return parseAddress(address.trim()).href;
  } catch (error) {
    if (error instanceof WebRefusal)
      throw new ApiError("invalid_input", `Invalid input: url: ${error.message}`);
    throw error;
  }
}

/** Where nobody said: by what the address looks like. */
function kindOf(address: string): Kind {
  const { pathname } = new URL(address);
  if (/\.(zip|tar|tgz|tar\.gz)$/i.test(pathname) || archiveOf(address).url !== address) return "archive";
  return /sitemap[^/]*\.(xml|txt)(\.gz)?$|\.xml(\.gz)?$/i.test(pathname) ? "sitemap" : "page";
}
