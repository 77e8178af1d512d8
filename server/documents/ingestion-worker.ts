/**
 * The loop that ingests documents and keeps their indexes, run by the server process beside its requests and never by Next's copy
 * of the modules. Two workers, so that one large document does not hold up the small ones. New jobs wake
 * them by LISTEN/NOTIFY; polling is the fallback.
 */
import { setImmediate } from "node:timers/promises";
import type { Job, JobResult } from "pg-boss";
import { connection, query } from "#db/client.ts";
import { log } from "#server/log.ts";
import { indexDataset } from "./index-dataset.ts";
import { giveUpDocument, ingestDocument, type Weigh } from "./ingest.ts";
import {
  closeJobs,
  deadLetterQueue,
  type IndexingJob,
  type IngestionJob,
  indexingQueue,
  ingestionQueue,
  jobs,
  type SourceJob,
  sourceDeadLetterQueue,
  sourceQueue,
} from "./queue.ts";
import { giveUpSource, readSource } from "./read-source.ts";

/** They mostly wait for hosts. */
const sourcesAtOnce = 4;

/** `stop` lets running documents finish, then closes the queue: call it before closing the database. */
export async function startIngestion(weigh?: Weigh): Promise<{ stop(): Promise<void> }> {
  const boss = await jobs();
  if ((await connection()).kind === "pglite") await takeUpOrphans();
  let stopping = false;
  const stopped = new AbortController();
  const polling = { pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 2 };

  await boss.work<IngestionJob>(
    deadLetterQueue,
    { ...polling, batchSize: 20, burstWhenBatchFull: true },
    async (batch) => {
      for (const job of batch) {
        log.error({ documentId: job.data.documentId, jobId: job.id }, "document given up");
        await giveUpDocument(job.data.documentId, job.id);
      }
    },
  );
  await boss.work(
    ingestionQueue,
    {
      ...polling,
      batchSize: 8,
      burstWhenBatchFull: true,
      localConcurrency: 2,
      perJobResults: true,
    },
    async (batch: Job<IngestionJob>[]) => {
      const results: JobResult[] = [];
      for (const job of batch) {
        if (stopping) break;
        // PGlite computes in this thread and answers in microtasks: without a turn of the event loop
        // 1,000 documents kept every request waiting for ten seconds.
        await setImmediate();
        results.push({ id: job.id, ...(await attempt(job, weigh)) });
      }
      return results;
    },
  );
  await boss.work<SourceJob>(sourceDeadLetterQueue, { ...polling, batchSize: 20 }, async (batch) => {
    for (const job of batch) {
      log.error({ sourceId: job.data.sourceId, jobId: job.id }, "source given up");
      await giveUpSource(job.data.sourceId, job.id);
    }
  });
  await boss.work<SourceJob>(
    sourceQueue,
    { ...polling, batchSize: 1, burstWhenBatchFull: true, localConcurrency: sourcesAtOnce },
    async ([job]) => {
      if (!job || stopping) throw new Error("The process stops; the next one goes on.");
      await readSource(job.data.sourceId);
    },
  );
  await boss.work<IndexingJob>(
    indexingQueue,
    { ...polling, batchSize: 1, burstWhenBatchFull: true, localConcurrency: 2 },
    async ([job]) => {
      if (!job) return;
      const { datasetId } = job.data;
      try {
        await indexDataset(datasetId, stopped.signal);
      } catch (error) {
        if (!stopping) log.warn({ err: error, datasetId }, "dataset will be indexed again");
        throw error;
      }
    },
  );
  return {
    async stop() {
      stopping = true;
      stopped.abort(new Error("The process stops; the next one goes on."));
      await closeJobs();
    },
  };
}

async function attempt(job: Job<IngestionJob>, weigh: Weigh | undefined) {
  const { documentId } = job.data;
  try {
    await ingestDocument(documentId, weigh);
    return { status: "completed" as const };
  } catch (error) {
    log.warn({ err: error, documentId, retryCount: job.retryCount }, "document will be tried again");
    return { status: "failed" as const };
  }
}

/** A PGlite folder belongs to one process, so whatever is active at its start was left by a dead one. */
async function takeUpOrphans(): Promise<void> {
  for (const queue of [ingestionQueue, sourceQueue, indexingQueue]) {
    const rows = await query<{ id: string }>(
      "select id from pgboss.job where name = $1 and state = 'active'",
      [queue],
    );
    if (rows.length === 0) continue;
    await (await jobs()).fail(
      queue,
      rows.map((row) => row.id),
    );
  }
}
