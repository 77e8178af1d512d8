/**
 * The bench: several servers on one database and one Redis, measured in turn, round after round, so that
 * what else the machine does falls on all of them alike. bin/bench.mjs starts the two and this.
 *
 *   --quick            a short look instead of the full run
 *   --only c0,c,f      some of the cases; a letter alone that is no case names all that start with it
 *   --only reading     how fast documents of each format are read, and nothing else
 *   --only scale       searches among 10,000 and 100,000 passages, and nothing else; on the embedded database
 *                      with --pglite, among a million too with --million, which takes an hour
 *   --only load        documents of 50 passages through the ingestion, 2,000 or as many as --documents says
 *   --profile folder   the server's CPU profile goes there
 */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase } from "#db/client.ts";
import {
  type Case,
  callers,
  caseIds,
  firstMcpCalls,
  type Prepared,
  redisUrl,
  startCases,
  titles,
  type Wants,
} from "./cases.ts";
import { queriesFrom, readCorpus } from "./corpus.ts";
import { countRoundTrips } from "./counted.ts";
import { checkLedger, countChunks, fillDatabase } from "./database.ts";
import type { Measured } from "./generator.ts";
import { memoryBytes, redisBytes } from "./limiter.ts";
import { measureLoad } from "./load.ts";
import { mcpRatios } from "./mcp-cases.ts";
import { stopAll } from "./processes.ts";
import { readingTable } from "./reading.ts";
import { measureScale } from "./scale.ts";
import { formatCosts, formatRatios, formatTable, type Row, summarize } from "./table.ts";

const wantedChunks = 10_000;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean" },
    only: { type: "string" },
    documents: { type: "string", default: "2000" },
    million: { type: "boolean" },
    pglite: { type: "boolean" },
    profile: { type: "string" },
  },
});
const rounds = options.quick ? 2 : 5;
const secondsEach = options.quick ? 1.5 : 3;
const warmUpSeconds = 1.5;

const named = options.only?.split(",") ?? caseIds;
const wanted = new Set(
  caseIds.filter((id) =>
    named.some((name) => name === id || (!caseIds.some((known) => known === name) && id.startsWith(name))),
  ),
);
const wants: Wants = (...ids) => ids.some((id) => wanted.has(id));

const cleanups: (() => unknown)[] = [stopAll, closeDatabase];
const say = (line: string) => process.stdout.write(`${line}\n`);

async function prepare(): Promise<Prepared> {
  const searches = wants("c0", "c", "d1", "d2");
  const corpus = searches ? readCorpus(wantedChunks) : null;
  const startedAt = performance.now();
  say(corpus ? `Loading ${corpus.pages.length} ${corpus.source} …` : "Opening accounts …");
  const filled = await fillDatabase(corpus?.pages ?? []);
  if (corpus) {
    const chunks = await countChunks(filled.datasetId);
    say(`Ingested ${chunks} chunks in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
    if (chunks < wantedChunks * 0.99) throw new Error(`The corpus has ${chunks} chunks of ${wantedChunks}.`);
  }
  const queries = corpus ? queriesFrom(corpus.pages, 1_000) : ["manual page"];
  const profile = options.profile && resolve(options.profile);
  return { filled, queries, wants, profile, cleanups };
}

/** @throws when a call fails: no rate and no ratio is told over failed calls */
async function measure(cases: readonly Case[]): Promise<Map<string, Measured[]>> {
  const results = new Map<string, Measured[]>(cases.map(({ id }) => [id, []]));
  // Each case goes on in the lists of queries and keys where its last round ended.
  const sent = new Map<string, number>();
  for (let round = 0; round <= rounds; round++) {
    const warmUp = round === 0;
    for (const { id, share, run } of cases) {
      const milliseconds = (warmUp ? Math.min(warmUpSeconds, secondsEach) : secondsEach) * share * 1000;
      const first = sent.get(id) ?? 0;
      const measured = await run(milliseconds, first).catch((error: unknown) => {
        throw new Error(`${id}, ${titles[id]}: ${error instanceof Error ? error.message : String(error)}`);
      });
      if (measured.answers === 0) throw new Error(`${id}, ${titles[id]}: nothing was answered.`);
      sent.set(id, first + measured.answers + callers);
      if (!warmUp) results.get(id)?.push(measured);
    }
    say(warmUp ? "Warmed up." : `Round ${round} of ${rounds} done.`);
  }
  return results;
}

async function bench(): Promise<void> {
  if (options.only === undefined || options.only === "reading") {
    say(
      `${await readingTable(
        readCorpus(1_000)
          .pages.map(({ text }) => text)
          .join("\n\n"),
      )}\n`,
    );
    if (options.only === "reading") return;
  }
  if (options.only === "scale") {
    const { million = false, pglite = false } = options;
    return measureScale({ million, pglite, seconds: secondsEach }, say);
  }
  if (options.only === "load") return measureLoad(Number(options.documents), say);
  const prepared = await prepare();
  const cases = await startCases(prepared);
  if (cases.length === 0) throw new Error(`--only takes ${caseIds.join(", ")}.`);
  say(`${callers} callers, ${rounds} rounds of up to ${secondsEach} s each in turn, medians.`);
  const results = await measure(cases);
  const rows = cases.map(({ id }) => summarize(id, titles[id], results.get(id) ?? []));
  const roundTrips = wants("h1") ? await countRoundTrips(prepared) : null;
  const bytes = wants("f1") ? { redis: await redisBytes(redisUrl()), memory: await memoryBytes() } : null;
  const firstCalls = wants("m1") ? await firstMcpCalls(prepared) : null;
  const wrong = await checkLedger();
  if (wrong.length > 0) throw new Error(`The ledger does not add up for: ${wrong.join(", ")}.`);
  const machine = `Node ${process.versions.node}, ${availableParallelism()} processors shared by servers, database, Redis and callers`;
  say(`\n${machine}\n\n${formatTable(rows)}\n`);
  say(ratios(rows));
  say(formatCosts(rows, { roundTrips, bytes, firstCalls }));
}

function ratios(rows: readonly Row[]): string {
  return formatRatios(rows, [
    { of: "c", to: "c0", means: "what the chain leaves of the floor's throughput", aim: 0.6 },
    { of: "e", to: "b", means: "listing datasets against an empty Next route", aim: 5 },
    { of: "d1", to: "c", means: "MCP 2026-07-28 against REST" },
    { of: "d2", to: "c", means: "MCP 2025-11-25 against REST" },
    { of: "b", to: "a", means: "an empty Next route against node:http" },
    { of: "f2", to: "f1", means: "four limits a call against one, on Redis" },
    { of: "f4", to: "f3", means: "four limits a call against one, in memory" },
    { of: "g1", to: "g0", means: "hold and capture against one charge by hand, 1,000 accounts" },
    { of: "g3", to: "g2", means: "the same on one hot account" },
    { of: "h1", to: "h0", means: "the chain by itself against limit and charge by hand" },
    { of: "c", to: "h1", means: "the chain's share of a query's time" },
    ...mcpRatios,
  ]);
}

try {
  await bench();
} catch (error) {
  process.stderr.write(`The bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
