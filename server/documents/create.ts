/**
 * Takes documents into a dataset. Each one sent ends in a row with a clear state: queued with its source
 * and its job, or failed with the reason; content that the dataset has already gives the row that has it.
 * Rows, sources and jobs are stored by one transaction.
 */
import { and, eq, inArray, or, sql } from "drizzle-orm";
import { database, type Transaction } from "#db/client.ts";
import { documentSources, documents } from "#db/schema/documents.ts";
import { ApiError } from "#server/errors.ts";
import { newId } from "#server/ids.ts";
import { type Judged, judge, type NewDocument } from "./judge.ts";
import { lockDataset } from "./lock-dataset.ts";
import { enqueueIngestion, jobs } from "./queue.ts";
import { reviseDocument } from "./revise.ts";
import { type DocumentRow, documentColumns } from "./rows.ts";
import { unpack } from "./unpack.ts";

export type CreatedDocument = DocumentRow & { duplicate: boolean };

const rowsPerStatement = 500;
const bytesPerStatement = 8 * 1024 * 1024;

type Plan = {
  inserts: { id: string; item: Judged }[];
  replacements: { id: string; item: Judged; old: DocumentRow }[];
  /** Known content under another title or with other metadata. */
  revisions: { item: Judged; old: DocumentRow }[];
  /** For each item sent, the row it ended in. */
  answers: { id: string; duplicate: boolean }[];
};

/**
 * The caller has checked that the dataset may be written. Answers in the order of `items`, an archive's files
 * in its place.
 */
export async function createDocuments(input: {
  datasetId: string;
  items: readonly NewDocument[];
  /** Who pays for their reading; left out: nobody. */
  credential?: { readonly kind: string; readonly id: string };
  /** The id of a row for the nth item. One that is there already was made by an earlier run of the call. */
  idFor?: (place: number) => string;
}): Promise<CreatedDocument[]> {
  const { datasetId, credential, idFor = () => newId("doc") } = input;
  // Sorted, so that rows of one moment are listed in the order they came.
  const items = await unpack(input.items);
  const ids = items.map((_, place) => idFor(place)).sort();
  const judged = await judge(items);
  // Opened before the transaction: on PGlite's one connection it could not be opened within.
  await jobs();
  const db = await database();
  return db.transaction(async (tx) => {
    const dataset = await lockDataset(tx, datasetId);
    if (!dataset) throw new ApiError("not_found", "No such dataset.");
    // The same file sent twice at once is one row: senders into one dataset take turns here.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`documents:${datasetId}`}, 0))`);
    const plan = planFor(judged, ids, await listKnown(tx, datasetId, judged, ids));
    await insert(tx, datasetId, plan.inserts);
    for (const { item, old } of [...plan.replacements, ...plan.revisions]) {
      await reviseDocument(tx, dataset, old, {
        title: item.named ? item.title : null,
        metadata: item.metadata,
      });
    }
    for (const { id, item } of plan.replacements) await replace(tx, id, item);
    const stored = [...plan.inserts, ...plan.replacements];
    await insertSources(tx, stored, credential);
    await enqueueIngestion(
      tx,
      dataset,
      stored.filter(({ item }) => "source" in item.outcome).map(({ id }) => id),
    );
    return answer(tx, plan);
  });
}

/** Rows that items may meet: same name, same content, or made by an earlier run of the call. */
async function listKnown(
  tx: Transaction,
  datasetId: string,
  items: readonly Judged[],
  ids: readonly string[],
): Promise<DocumentRow[]> {
  const hashes = [...new Set(items.map(({ contentHash }) => contentHash))];
  const names = items.flatMap(({ externalId }) => (externalId === null ? [] : [externalId]));
  return tx
    .select(documentColumns)
    .from(documents)
    .where(
      and(
        eq(documents.datasetId, datasetId),
        or(
          inArray(documents.contentHash, hashes),
          inArray(documents.id, [...ids]),
          names.length > 0 ? inArray(documents.externalId, names) : sql`false`,
        ),
      ),
    )
    .orderBy(documents.createdAt, documents.id)
    .for("no key update");
}

/**
 * An external id finds its own row alone, so that two names may have the same content. Without one, the
 * same content is the same document; what cannot be read is the same only under the same title, so that
 * each empty file of a folder is told by name.
 */
function planFor(items: readonly Judged[], ids: readonly string[], known: readonly DocumentRow[]): Plan {
  const plan: Plan = { inserts: [], replacements: [], revisions: [], answers: [] };
  const byName = new Map<string, { id: string; old?: DocumentRow }>();
  const byContent = new Map<string, { id: string; old?: DocumentRow }>();
  for (const row of known) {
    if (row.externalId !== null) byName.set(row.externalId, { id: row.id, old: row });
    byContent.set(contentKey(row.contentHash, row.state === "failed" ? row.title : null), {
      id: row.id,
      old: row,
    });
    // A readable document that failed for our reasons is tried again when it is sent again.
    if (row.state === "failed") byContent.set(contentKey(row.contentHash, null), { id: row.id, old: row });
  }
  const made = new Set(known.map(({ id }) => id));
  for (const [index, item] of items.entries()) {
    const id = ids[index] ?? newId("doc");
    if (made.has(id)) {
      plan.answers.push({ id, duplicate: false });
      continue;
    }
    const refused = "refused" in item.outcome;
    const name = item.externalId;
    const content = contentKey(item.contentHash, refused ? item.title : null);
    const match = name === null ? byContent.get(content) : byName.get(name);
    if (!match) {
      plan.inserts.push({ id, item });
      plan.answers.push({ id, duplicate: false });
      if (name !== null) byName.set(name, { id });
      byContent.set(content, { id });
      continue;
    }
    const { old } = match;
    const same = !old || (old.contentHash === item.contentHash && (old.state !== "failed" || refused));
    plan.answers.push({ id: match.id, duplicate: same });
    if (same) {
      if (old && name !== null) plan.revisions.push({ item, old });
      continue;
    }
    plan.replacements.push({ id: match.id, item, old });
    if (name !== null) byName.set(name, { id: match.id });
    else byContent.set(content, { id: match.id });
  }
  return plan;
}

function contentKey(hash: string, title: string | null): string {
  return title === null ? hash : `${hash} ${title}`;
}

function stateOf({ outcome }: Judged) {
  return "refused" in outcome
    ? { state: "failed" as const, reason: outcome.refused }
    : { state: "queued" as const, reason: null };
}

async function insert(tx: Transaction, datasetId: string, rows: Plan["inserts"]): Promise<void> {
  // Whole milliseconds, so that a cursor made from a Date is exact.
  const createdAt = new Date();
  for (let first = 0; first < rows.length; first += rowsPerStatement) {
    await tx.insert(documents).values(
      rows.slice(first, first + rowsPerStatement).map(({ id, item }) => ({
        id,
        datasetId,
        createdAt,
        updatedAt: createdAt,
        title: item.title,
        format: item.format,
        externalId: item.externalId,
        sourceUrl: item.sourceUrl,
        metadata: item.metadata ?? {},
        contentHash: item.contentHash,
        sizeBytes: item.sizeBytes,
        ...stateOf(item),
      })),
    );
  }
}

/** The old text stays, and is searched, until the new one is ready. */
async function replace(tx: Transaction, id: string, item: Judged): Promise<void> {
  await tx
    .update(documents)
    .set({
      contentHash: item.contentHash,
      sizeBytes: item.sizeBytes,
      sourceUrl: item.sourceUrl,
      goneAt: null,
      stage: null,
      progress: null,
      ...stateOf(item),
      ...("source" in item.outcome ? { format: item.format } : {}),
    })
    .where(eq(documents.id, id));
  await tx.delete(documentSources).where(eq(documentSources.documentId, id));
}

async function insertSources(
  tx: Transaction,
  stored: { id: string; item: Judged }[],
  credential: { readonly kind: string; readonly id: string } | undefined,
): Promise<void> {
  const payer = { credentialKind: credential?.kind ?? null, credentialId: credential?.id ?? null };
  let batch: (typeof documentSources.$inferInsert)[] = [];
  let bytes = 0;
  const send = async () => {
    if (batch.length > 0) await tx.insert(documentSources).values(batch);
    batch = [];
    bytes = 0;
  };
  for (const { id, item } of stored) {
    if (!("source" in item.outcome)) continue;
    const { source } = item.outcome;
    if (batch.length === rowsPerStatement || bytes + source.length > bytesPerStatement) await send();
    batch.push({ documentId: id, content: source, ...payer });
    bytes += source.length;
  }
  await send();
}

async function answer(tx: Transaction, plan: Plan): Promise<CreatedDocument[]> {
  if (plan.answers.length === 0) return [];
  const ids = [...new Set(plan.answers.map(({ id }) => id))];
  const rows = await tx.select(documentColumns).from(documents).where(inArray(documents.id, ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return plan.answers.flatMap(({ id, duplicate }) => {
    const row = byId.get(id);
    return row ? [{ ...row, duplicate }] : [];
  });
}
