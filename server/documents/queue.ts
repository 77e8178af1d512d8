/**
 * The job queue: pg-boss in the schema "pgboss" of the same database, so that a document and its job are
 * stored by one transaction. A job whose process died misses its heartbeat and is taken again; one that
 * keeps failing ends in the dead letter queue, which marks its document failed. Kept on globalThis, since
 * Next bundles a second copy of this module into the same process.
 */
import { inArray, is, SQL, sql } from "drizzle-orm";
import { fromDrizzle, fromPglite, PgBoss } from "pg-boss";
import { type Connection, connection, type Transaction } from "#db/client.ts";
import { datasets, documents } from "#db/schema/documents.ts";
import { log } from "#server/log.ts";

export const ingestionQueue = "ingestion";
export const deadLetterQueue = "ingestion-failed";
export type IngestionJob = { documentId: string };

/** An account's documents are done in rounds of this many: behind a folder of 1,000 nobody waits for all. */
const documentsPerRound = 8;

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
  await boss.createQueue(ingestionQueue, {
    ...kept,
    deadLetter: deadLetterQueue,
    retryLimit: 3,
    retryDelay: 1,
    retryBackoff: true,
    expireInSeconds: 900,
    // On PGlite a heartbeat waits behind whatever transaction runs.
    heartbeatSeconds: embedded ? 120 : 10,
  });
  return boss;
}

/** Call in the transaction that stores the documents: they and their jobs are there together or not. */
export async function enqueueIngestion(tx: Transaction, documentIds: readonly string[]): Promise<void> {
  if (documentIds.length === 0) return;
  const boss = await jobs();
  const rows = await tx
    .select({ id: documents.id, datasetId: documents.datasetId, ownerId: datasets.ownerId })
    .from(documents)
    .innerJoin(datasets, sql`${datasets.id} = ${documents.datasetId}`)
    .where(inArray(documents.id, [...documentIds]));
  const owner = new Map(rows.map((row) => [row.id, row.ownerId ?? row.datasetId]));
  const waiting = await waitingOf(tx, [...new Set(owner.values())], documentIds);
  const inserted = documentIds.flatMap((documentId) => {
    const account = owner.get(documentId);
    if (account === undefined) return [];
    const place = waiting.get(account) ?? 0;
    waiting.set(account, place + 1);
    return [
      { data: { documentId } satisfies IngestionJob, priority: -Math.floor(place / documentsPerRound) },
    ];
  });
  await boss.insert(ingestionQueue, inserted, { db: inTransaction(tx) });
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

/** How many documents each account already has in the queue. */
async function waitingOf(
  tx: Transaction,
  accounts: string[],
  except: readonly string[],
): Promise<Map<string, number>> {
  const account = sql<string>`coalesce(${datasets.ownerId}, ${datasets.id})`;
  const rows = await tx
    .select({ account, waiting: sql<number>`count(*)::int` })
    .from(documents)
    .innerJoin(datasets, sql`${datasets.id} = ${documents.datasetId}`)
    .where(
      sql`${documents.state} in ('queued', 'processing')
        and ${account} = any(${sql.param(accounts)}::text[])
        and ${documents.id} <> all(${sql.param([...except])}::text[])`,
    )
    .groupBy(account);
  return new Map(rows.map((row) => [row.account, row.waiting]));
}
