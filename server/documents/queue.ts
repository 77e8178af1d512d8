/**
 * The job queue: pg-boss in the schema "pgboss" of the same database, so that a document and its job are
 * stored by one transaction. A job whose process died misses its heartbeat and is taken again; one that
 * keeps failing ends in the dead letter queue, which marks its document failed. Kept on globalThis, since
 * Next bundles a second copy of this module into the same process.
 */
import { is, SQL, sql } from "drizzle-orm";
import { fromDrizzle, fromPglite, PgBoss } from "pg-boss";
import { type Connection, connection, query, queryWithin, type Transaction } from "#db/client.ts";
import { log } from "#server/log.ts";
import { takeTurns } from "./turns.ts";

export const ingestionQueue = "ingestion";
export const deadLetterQueue = "ingestion-failed";
export type IngestionJob = { documentId: string };
export const sourceQueue = "sources";
export const sourceDeadLetterQueue = "sources-failed";
export const indexingQueue = "indexing";
export type IndexingJob = { datasetId: string };
export type SourceJob = { sourceId: string };

type Slot = { connection: Connection; boss: Promise<PgBoss> };
const slots: { [key: symbol]: Slot | undefined } = globalThis as never;
const key = Symbol.for("fltr.queue");

/** The process's queue on its present connection. */
export async function jobs(): Promise<PgBoss> {
  const opened = await connection();
  const slot = slots[key];
  if (slot?.connection === opened) return slot.boss;
  const boss = open(opened).catch((error: unknown) => {
    slots[key] = undefined;
    throw error;
  });
  slots[key] = { connection: opened, boss };
  return boss;
}

/** Before the database is closed. Waits for jobs that run; the others stay for the next process. */
export async function closeJobs(): Promise<void> {
  const slot = slots[key];
  slots[key] = undefined;
  const boss = await slot?.boss.catch(() => undefined);
  await boss?.stop({ graceful: true, timeout: 8000 });
}

async function open({ driver }: Connection): Promise<PgBoss> {
  const embedded = "pglite" in driver;
  const boss = new PgBoss({
    ...(embedded
      ? { db: fromPglite(driver.pglite), backend: "pglite" as const }
      : { connectionString: driver.url, max: 2, application_name: "fltr jobs" }),
    schema: "pgboss",
    schedule: false,
    useListenNotify: true,
    // Missed heartbeats are looked for this often; an embedded process takes its own up at start.
    superviseIntervalSeconds: embedded ? 60 : 5,
    monitorIntervalSeconds: embedded ? 60 : 5,
    maintenanceIntervalSeconds: 3600,
    monitorVacuum: false,
    reindex: false,
  });
  boss.on("error", (error) => log.error({ err: error }, "job queue"));
  boss.on("warning", ({ message }) => log.warn({ reason: message }, "job queue"));
  await boss.start();
  const kept = { notify: true, deleteAfterSeconds: 3600 };
  await boss.createQueue(deadLetterQueue, { ...kept, retryLimit: 10, retryDelay: 5, retryBackoff: true });
  const tried = {
    ...kept,
    retryLimit: 3,
    retryDelay: 1,
    retryBackoff: true,
    // On PGlite a heartbeat waits behind whatever transaction runs.
    heartbeatSeconds: embedded ? 120 : 10,
  };
  await boss.createQueue(ingestionQueue, { ...tried, deadLetter: deadLetterQueue, expireInSeconds: 900 });
  await boss.createQueue(sourceDeadLetterQueue, {
    ...kept,
    retryLimit: 10,
    retryDelay: 5,
    retryBackoff: true,
  });
  // One at a time for each dataset, whoever asks for it; what fails for good is asked for again.
  await boss.createQueue(indexingQueue, {
    ...tried,
    policy: "exclusive",
    retryLimit: 5,
    retryDelay: 2,
    retryDelayMax: 300,
    expireInSeconds: 6 * 3600,
  });
  // Every page of a slice may keep its reader waiting for as long as is allowed.
  await boss.createQueue(sourceQueue, {
    ...tried,
    deadLetter: sourceDeadLetterQueue,
    expireInSeconds: 3 * 3600,
  });
  return boss;
}

/**
 * Call in the transaction that stores the documents, all of one dataset: they and their jobs are there
 * together or not.
 */
export async function enqueueIngestion(
  tx: Transaction,
  dataset: { id: string; ownerId: string | null },
  documentIds: readonly string[],
): Promise<void> {
  if (documentIds.length === 0) return;
  const boss = await jobs();
  const account = dataset.ownerId ?? dataset.id;
  const first = await takeTurns(tx, { queue: ingestionQueue, account, count: documentIds.length });
  const inserted = documentIds.map((documentId, place) => ({
    data: { documentId } satisfies IngestionJob,
    priority: -(first + place),
  }));
  await boss.insert(ingestionQueue, inserted, { db: inTransaction(tx) });
}

/** Call in the transaction that says that the source is to be read, or read on. */
export async function enqueueSource(tx: Transaction, sourceId: string): Promise<void> {
  const boss = await jobs();
  const [row] = await queryWithin<{ account: string }>(
    tx,
    `select coalesce(d.owner_id, d.id) as account from sources s join datasets d on d.id = s.dataset_id where s.id = $1`,
    [sourceId],
  );
  if (!row) return;
  // Turns of another queue than that of the documents.
  const account = `${sourceQueue}:${row.account}`;
  const first = await takeTurns(tx, { queue: sourceQueue, account, count: 1 });
  const job = { data: { sourceId } satisfies SourceJob, priority: -first };
  await boss.insert(sourceQueue, [job], { db: inTransaction(tx) });
}

/** For every dataset that something is asked for: documents, owners and upgrades leave requests. */
export async function enqueueIndexing(): Promise<void> {
  const due = await query<{ datasetId: string }>(
    `select distinct dataset_id as "datasetId" from indexing_requests limit 1000`,
  );
  const boss = await jobs();
  for (const job of due) {
    await boss.send(indexingQueue, job satisfies IndexingJob, { singletonKey: job.datasetId });
  }
}

/** Inserting jobs gives no rows that matter, and the two drivers would give them in two shapes. */
function inTransaction(tx: Transaction) {
  const execute = async (statement: unknown) => {
    if (!is(statement, SQL)) throw new TypeError("pg-boss sent something other than SQL");
    await tx.execute(statement);
    return [];
  };
  return fromDrizzle({ execute }, sql);
}
