/**
 * How the search statement fares as passages grow in number: in one dataset and spread over a thousand, for
 * one caller and sixteen, with and without a filter, beside a round trip that does nothing.
 */
import { closeDatabase, connection, openPglite, query, replaceConnection } from "#db/client.ts";
import { keepVectorIndexes } from "#server/documents/vector-indexes.ts";
import { filterSchema } from "#server/query-filters.ts";
import { searchDataset } from "#server/search/query.ts";
import { type Bulk, documentsOf, loadBulk, targetOf } from "./bulk.ts";
import { runCalls } from "./calls.ts";
import type { Measured } from "./generator.ts";
import { syntheticQuery } from "./synthetic.ts";

type Say = (line: string) => void;
type Options = { readonly million: boolean; readonly pglite: boolean; readonly seconds: number };

const small: Bulk[] = [
  { prefix: "10k", datasets: 1, chunks: 10_000 },
  { prefix: "100k", datasets: 1, chunks: 100_000 },
  { prefix: "100k_spread", datasets: 1_000, chunks: 100_000 },
];
const large: Bulk[] = [
  { prefix: "1m_spread", datasets: 1_000, chunks: 1_000_000 },
  { prefix: "1m", datasets: 1, chunks: 1_000_000 },
];
const filters = [filterSchema.parse({ field: "kind", value: "3" })];
const callerCounts = [1, 16];
const recallQueries = 50;

export async function measureScale(options: Options, say: Say): Promise<void> {
  if (options.pglite) replaceConnection(await openPglite());
  const { kind } = await connection();
  const bulks = [...small, ...(options.million ? large : [])];
  const lines = [heading];
  for (const bulk of kind === "pglite" ? small : bulks) {
    await query("truncate datasets cascade");
    const seconds = await loadBulk(bulk);
    say(`${bulk.prefix}: loaded in ${seconds.toFixed(0)} s, ${await sizes()}`);
    lines.push(...(await measureBulk(bulk, options.seconds)));
    const index = await buildIndex();
    if (!index) continue;
    say(`${bulk.prefix}: ${index}`);
    lines.push(...(await measureBulk(bulk, options.seconds)));
    for (const mode of ["hybrid", "vector"] as const) {
      say(`${bulk.prefix}: recall@10 against comparing all, ${mode}: ${await recall(bulk, mode)}`);
    }
  }
  say(`\n${kind}; × is the p50 as a multiple of a round trip's\n\n${lines.join("\n")}`);
  say(`Memory of this process: ${megabytes(process.memoryUsage.rss())}`);
  await closeDatabase();
}

/** Null: none is large enough. */
async function buildIndex(): Promise<string | null> {
  const startedAt = performance.now();
  await keepVectorIndexes();
  const seconds = (performance.now() - startedAt) / 1000;
  const [built] = await query<{ bytes: string | number | null }>(
    "select sum(pg_relation_size(oid)) as bytes from pg_class where relname like 'chunk_vectors_near_%'",
  );
  if (!built?.bytes) return null;
  return `index built in ${seconds.toFixed(0)} s, ${megabytes(Number(built.bytes))}`;
}

/** The part of the ten hits that comparing all vectors gives which asking the index gives too. */
async function recall(bulk: Bulk, mode: "hybrid" | "vector"): Promise<string> {
  const answers = async () => {
    const ids: Set<string>[] = [];
    for (let n = 0; n < recallQueries; n++) {
      const found = await searchDataset({ ...searchOf(bulk, n), mode });
      ids.push(new Set(found?.hits.map(({ chunkId }) => chunkId)));
    }
    return ids;
  };
  const byIndex = await answers();
  await query("update vector_sets set indexed = false");
  const exact = await answers();
  await query("update vector_sets set indexed = true");
  const wanted = exact.reduce((sum, { size }) => sum + size, 0);
  const both = exact.reduce((sum, ids, n) => sum + ids.intersection(byIndex[n] ?? new Set()).size, 0);
  return `${(both / wanted).toFixed(3)} of ${wanted} hits`;
}

const columns = ["passages", "datasets", "filter", "callers", "p50 ms", "p99 ms", "calls/s", "×"];
const widths = [9, 8, 6, 7, 7, 7, 7, 6];
const rowOf = (cells: readonly unknown[]) =>
  cells.map((cell, at) => String(cell).padStart(widths[at] ?? 0)).join("  ");
const heading = rowOf(columns);

async function measureBulk(bulk: Bulk, seconds: number): Promise<string[]> {
  const lines: string[] = [];
  for (const callers of callerCounts) {
    const load = { callers, milliseconds: seconds * 1_000 };
    const floor = await runCalls({ ...load, milliseconds: 1_000, call: () => query("select 1") });
    for (const filtered of [false, true]) {
      const call = (n: number) => search(bulk, n, filtered);
      await runCalls({ ...load, milliseconds: 1_500, call });
      const measured = await runCalls({ ...load, call });
      lines.push(tell(bulk, filtered, callers, measured, floor));
    }
  }
  return lines;
}

function searchOf(bulk: Bulk, n: number) {
  const document = (n * 7_919) % documentsOf(bulk);
  const datasetId = targetOf(bulk, document);
  return { datasetId, reader: null, query: syntheticQuery(document, n), depth: 10 };
}

async function search(bulk: Bulk, n: number, filtered: boolean): Promise<void> {
  const found = await searchDataset({ ...searchOf(bulk, n), ...(filtered ? { filters } : {}) });
  if (!found) throw new Error("The dataset is not there.");
}

function tell(bulk: Bulk, filtered: boolean, callers: number, measured: Measured, floor: Measured): string {
  return rowOf([
    bulk.chunks,
    bulk.datasets,
    filtered ? "yes" : "no",
    callers,
    measured.p50.toFixed(2),
    measured.p99.toFixed(2),
    measured.perSecond.toFixed(0),
    (measured.p50 / floor.p50).toFixed(1),
  ]);
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

async function sizes(): Promise<string> {
  const relations = ["chunks", "chunks_words_idx", "chunk_vectors", "lexemes", "lexemes_similar_idx"];
  const rows = await query<{ name: string; bytes: string | number }>(
    "select name, pg_table_size(name::regclass) as bytes from unnest($1::text[]) as name",
    [relations],
  );
  return rows.map(({ name, bytes }) => `${name} ${megabytes(Number(bytes))}`).join(", ");
}
