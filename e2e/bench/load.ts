/**
 * Bulk load through the product's own ingestion: how fast passages come in, whether that stays so, and what
 * memory the process takes meanwhile.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { closeDatabase, query } from "#db/client.ts";
import { createDocuments } from "#server/documents/create.ts";
import { startIngestion } from "#server/documents/ingestion-worker.ts";
import { syntheticText } from "./synthetic.ts";

const datasetId = "ds_load";
const passagesEach = 50;
const documentsAtOnce = 50;
const parts = 10;

/** A passage has up to 1,400 characters, which two of those texts fill; the headings keep them apart. */
function documentOf(n: number): string {
  const section = (at: number) =>
    `## Section ${at}\n\n${syntheticText(n, 2 * at)} ${syntheticText(n, 2 * at + 1)}`;
  return Array.from({ length: passagesEach }, (_, at) => section(at)).join("\n\n");
}

export async function measureLoad(documents: number, say: (line: string) => void): Promise<void> {
  await query("insert into datasets (id, name, visibility) values ($1, 'Load', 'public')", [datasetId]);
  const ingestion = await startIngestion();
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const most = { rss: 0 };
  const watch = setInterval(() => {
    most.rss = Math.max(most.rss, process.memoryUsage.rss());
  }, 200);
  try {
    const megabytes = await send(documents);
    say(`${documents} documents of ${megabytes.toFixed(0)} MB sent in ${seconds().toFixed(0)} s`);
    say(" passages  seconds  passages/s  memory MB");
    for (let part = 1, before = { chunks: 0, at: 0 }; part <= parts; part++) {
      const chunks = await ingested((documents * part) / parts);
      const at = seconds();
      const cells = [
        String(chunks).padStart(9),
        at.toFixed(0).padStart(7),
        ((chunks - before.chunks) / (at - before.at)).toFixed(0).padStart(10),
        (most.rss / 1e6).toFixed(0).padStart(9),
      ];
      say(cells.join("  "));
      before = { chunks, at };
      most.rss = 0;
    }
    say(`${(megabytes / seconds()).toFixed(2)} MB/s`);
  } finally {
    clearInterval(watch);
    await ingestion.stop();
    await closeDatabase();
  }
}

async function send(documents: number): Promise<number> {
  let bytes = 0;
  for (let first = 0; first < documents; first += documentsAtOnce) {
    const items = Array.from({ length: Math.min(documentsAtOnce, documents - first) }, (_, at) => {
      const content = new TextEncoder().encode(documentOf(first + at));
      bytes += content.length;
      return { fileName: `${first + at}.md`, externalId: `${first + at}.md`, content };
    });
    await createDocuments({ datasetId, items });
  }
  return bytes / 1e6;
}

/** Answers the passages once so many documents are there. */
async function ingested(documents: number): Promise<number> {
  for (;;) {
    const [row] = await query<{ ready: number; failed: number; chunks: number }>(
      `select count(*) filter (where state = 'ready')::int as ready, count(*) filter (where state = 'failed')::int as failed,
         coalesce(sum(chunk_count), 0)::int as chunks
       from documents where dataset_id = $1`,
      [datasetId],
    );
    if (row?.failed) throw new Error("A document was not ingested.");
    if (row && row.ready >= documents) return row.chunks;
    await sleep(500);
  }
}
