/**
 * The bench: several servers on one database and one Redis, measured in turn, round after round, so that
 * what else the machine does falls on all of them alike. bin/bench.mjs starts the two and this.
 *
 *   --quick            a short look instead of the full run
 *   --only c0,c        some of the cases
 *   --profile folder   the server's CPU profile goes there
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { operations } from "#server/operations.ts";
import { queriesFrom, readCorpus } from "./corpus.ts";
import { checkLedger, countChunks, type Filled, fillDatabase } from "./database.ts";
import { httpRequest, type Measured, run } from "./generator.ts";
import { catchToolRequest } from "./mcp-request.ts";
import { buildNextApp, nextProgram } from "./next-app.ts";
import { start, stopAll } from "./processes.ts";
import { formatRatios, formatTable, summarize } from "./table.ts";

const wantedChunks = 10_000;
const callers = 16;

type Case = { id: string; title: string; port: number; request: (n: number) => string };
type CaseId = keyof typeof titles;

const titles = {
  a: "bare node:http handler",
  b: "bare Next route handler",
  c0: "the floor: search, limit and charge by hand",
  c: "query over REST, whole chain",
  d1: "query over MCP 2026-07-28",
  d2: "query over MCP 2025-11-25",
  e: "datasets.list over REST",
} as const;

const { values: options } = parseArgs({
  options: { quick: { type: "boolean" }, only: { type: "string" }, profile: { type: "string" } },
});
const rounds = options.quick ? 2 : 5;
const secondsEach = options.quick ? 1.5 : 4;
const wanted = new Set<string>(options.only?.split(",") ?? Object.keys(titles));
const wants = (...ids: CaseId[]) => ids.some((id) => wanted.has(id));

const scratch = mkdtempSync(join(tmpdir(), "fltr-bench-"));
const cleanups: (() => unknown)[] = [() => rmSync(scratch, { recursive: true, force: true }), stopAll];
const say = (line: string) => process.stdout.write(`${line}\n`);

async function prepare(): Promise<{ filled: Filled; queries: readonly string[] }> {
  const corpus = readCorpus(wantedChunks);
  const startedAt = performance.now();
  say(`Loading ${corpus.pages.length} ${corpus.source} …`);
  const filled = await fillDatabase(corpus.pages);
  const chunks = await countChunks(filled.datasetId);
  say(`Ingested ${chunks} chunks in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
  if (chunks < wantedChunks * 0.99) throw new Error(`The corpus has ${chunks} chunks of ${wantedChunks}.`);
  return { filled, queries: queriesFrom(corpus.pages, 1_000) };
}

async function startCases({ filled, queries }: Awaited<ReturnType<typeof prepare>>): Promise<Case[]> {
  const { datasetId, keys } = filled;
  const keyOf = (n: number) => keys[n % keys.length] ?? "";
  const queryOf = (n: number) => queries[n % queries.length] ?? "";
  const cases: Case[] = [];
  const add = (id: CaseId, port: number, request: (n: number) => string) => {
    if (wants(id)) cases.push({ id, title: titles[id], port, request });
  };

  if (wants("a")) {
    const { port } = await start(
      "The bare server",
      () => ({ args: [fileURLToPath(new URL("./bare.ts", import.meta.url))] }),
      "/",
    );
    add("a", port, () => httpRequest(port, "GET", "/"));
  }
  if (wants("b")) {
    say("Building the bare Next application …");
    const app = buildNextApp();
    cleanups.push(() => app.remove());
    const command = (on: number) => ({
      args: [nextProgram, "start", "--port", String(on), "--hostname", "127.0.0.1"],
      cwd: app.folder,
    });
    const { port } = await start("The bare Next application", command, "/bare");
    add("b", port, () => httpRequest(port, "GET", "/bare"));
  }
  if (wants("c0")) {
    const { port } = await start(
      "The floor",
      () => ({ args: [fileURLToPath(new URL("./floor.ts", import.meta.url))] }),
      "/",
    );
    add("c0", port, (n) => search(port, `/${datasetId}`, keyOf(n), queryOf(n)));
  }
  if (wants("c", "d1", "d2", "e")) {
    const port = await startProduct();
    add("c", port, (n) => search(port, `/api/v1/mcp/query/${datasetId}/default`, keyOf(n), queryOf(n)));
    for (const [id, era] of [
      ["d1", "modern"],
      ["d2", "legacy"],
    ] as const) {
      if (!wants(id)) continue;
      const tool = operations["search.query"].tool.name;
      const call = await catchToolRequest(port, era, { tool, key: keyOf(0), arguments: { datasetId } });
      add(id, port, (n) => call(keyOf(n), queryOf(n)));
    }
    add("e", port, (n) => httpRequest(port, "GET", "/api/v1/mcp/datasets", { "X-API-Key": keyOf(n) }));
  }
  return cases;
}

async function startProduct(): Promise<number> {
  const profiling = options.profile ? ["--cpu-prof", "--cpu-prof-dir", resolve(options.profile)] : [];
  const env = {
    DATA_DIR: join(scratch, "data"),
    AUTH_SECRET: "only for this measurement, nothing secret",
    LOG_LEVEL: "error",
  };
  const command = () => ({ args: [...profiling, "server/main.ts"], env });
  return (await start("The server", command, "/api/health/ready")).port;
}

function search(port: number, path: string, key: string, query: string): string {
  return httpRequest(port, "GET", `${path}?query=${encodeURIComponent(query)}`, { "X-API-Key": key });
}

async function measure(cases: readonly Case[]): Promise<Map<string, Measured[]>> {
  const results = new Map<string, Measured[]>(cases.map(({ id }) => [id, []]));
  // Each case goes on in the lists of queries and keys where its last round ended.
  const sent = new Map<string, number>();
  for (let round = 0; round <= rounds; round++) {
    const warmUp = round === 0;
    for (const { id, port, request } of cases) {
      const milliseconds = (warmUp ? Math.min(2, secondsEach) : secondsEach) * 1000;
      const first = sent.get(id) ?? 0;
      const measured = await run({ port, callers, milliseconds, request: (n) => request(first + n) });
      sent.set(id, first + measured.answers + callers);
      if (!warmUp) results.get(id)?.push(measured);
    }
    say(warmUp ? "Warmed up." : `Round ${round} of ${rounds} done.`);
  }
  return results;
}

async function bench(): Promise<void> {
  const cases = await startCases(await prepare());
  say(`${callers} callers, ${rounds} rounds of ${secondsEach} s each in turn, medians.`);
  const results = await measure(cases);
  const rows = cases.map(({ id, title }) => summarize(id, title, results.get(id) ?? []));
  const wrong = await checkLedger();
  if (wrong.length > 0) throw new Error(`The ledger does not add up for: ${wrong.join(", ")}.`);
  const machine = `Node ${process.versions.node}, ${availableParallelism()} processors shared by servers, database, Redis and callers`;
  say(`\n${machine}\n\n${formatTable(rows)}\n`);
  say(
    formatRatios(rows, [
      { of: "c", to: "c0", means: "what the chain leaves of the floor's throughput", aim: 0.6 },
      { of: "e", to: "b", means: "listing datasets against an empty Next route", aim: 5 },
      { of: "d1", to: "c", means: "MCP 2026-07-28 against REST" },
      { of: "d2", to: "c", means: "MCP 2025-11-25 against REST" },
      { of: "b", to: "a", means: "an empty Next route against node:http" },
    ]),
  );
}

try {
  await bench();
} catch (error) {
  process.stderr.write(`The bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
