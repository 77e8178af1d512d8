/** What is measured: each case by its id, with the server or the function that it needs made ready. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { operations } from "#server/operations.ts";
import { runCalls } from "./calls.ts";
import { constantDocument } from "./constant-hit.ts";
import type { Filled } from "./database.ts";
import { withoutSearch } from "./floor-charge.ts";
import { httpRequest, type Measured, run } from "./generator.ts";
import { chargeByHand, holdAndCapture, type Payer, payersOf } from "./ledger.ts";
import { type LimiterUnderTest, memoryLimiter, redisLimiter } from "./limiter.ts";
import { type McpCaseId, mcpRequests, mcpTitles, timeFirstCalls } from "./mcp-cases.ts";
import { catchMcpRequest, wordsMark } from "./mcp-request.ts";
import { buildNextApp, nextProgram } from "./next-app.ts";
import { start } from "./processes.ts";

export const callers = 16;

export const titles = {
  a: "bare node:http handler",
  b: "bare Next route handler",
  c0: "the floor: search, limit and charge by hand",
  c: "query over REST, whole chain",
  d1: "query over MCP 2026-07-28",
  d2: "query over MCP 2025-11-25",
  e: "datasets.list over REST",
  f1: "limiter on Redis, one limit a call",
  f2: "limiter on Redis, four limits a call",
  f3: "limiter in memory, one limit a call",
  f4: "limiter in memory, four limits a call",
  g0: "charge by hand, 1,000 accounts",
  g1: "hold and capture, 1,000 accounts",
  g2: "charge by hand, one hot account",
  g3: "hold and capture, one hot account",
  h0: "the floor without its search",
  h1: "query over REST, the chain without its search",
  h2: "the same, one caller",
  ...mcpTitles,
} as const;
export type CaseId = keyof typeof titles;
export const caseIds = Object.keys(titles) as CaseId[];

export type Case = {
  readonly id: CaseId;
  /** Part of the time that a round gives a case: what needs no other process is steady sooner. */
  readonly share: number;
  /** Load for so long, from the n-th call on. */
  readonly run: (milliseconds: number, first: number) => Promise<Measured>;
};

export type Wants = (...ids: CaseId[]) => boolean;
export type Prepared = {
  readonly filled: Filled;
  readonly queries: readonly string[];
  readonly wants: Wants;
  /** The server's CPU profile goes there. */
  readonly profile: string | undefined;
  /** Run when the bench is over, last first. */
  readonly cleanups: (() => unknown)[];
};

export async function startCases(prepared: Prepared): Promise<Case[]> {
  const parts = [startFloors, startProduct, startLimiters, startLedger, startChain, startMcp];
  const cases: Case[] = [];
  for (const part of parts) cases.push(...(await part(prepared)));
  const { wants } = prepared;
  return cases
    .filter(({ id }) => wants(id))
    .toSorted((one, other) => caseIds.indexOf(one.id) - caseIds.indexOf(other.id));
}

function overHttp(id: CaseId, port: number, request: (n: number) => string, by = callers): Case {
  return {
    id,
    share: 1,
    run: (milliseconds, first) =>
      run({ port, callers: by, milliseconds, request: (n) => request(first + n) }),
  };
}

function inProcess(id: CaseId, share: number, call: (n: number) => Promise<unknown>): Case {
  return {
    id,
    share,
    run: (milliseconds, first) => runCalls({ callers, milliseconds, call: (n) => call(first + n) }),
  };
}

const bareServer = fileURLToPath(new URL("./bare.ts", import.meta.url));
const floorServer = fileURLToPath(new URL("./floor.ts", import.meta.url));
const withoutItsSearch = fileURLToPath(new URL("./without-search.ts", import.meta.url));

async function startFloors({ filled, queries, wants, cleanups }: Prepared): Promise<Case[]> {
  const cases: Case[] = [];
  if (wants("a")) {
    const { port } = await start("The bare server", () => ({ args: [bareServer] }), "/");
    cases.push(overHttp("a", port, () => httpRequest(port, "GET", "/")));
  }
  if (wants("b")) {
    const app = buildNextApp();
    cleanups.push(() => app.remove());
    const command = (on: number) => ({
      args: [nextProgram, "start", "--port", String(on), "--hostname", "127.0.0.1"],
      cwd: app.folder,
    });
    const { port } = await start("The bare Next application", command, "/bare");
    cases.push(overHttp("b", port, () => httpRequest(port, "GET", "/bare")));
  }
  if (wants("c0", "h0")) {
    const { port } = await start("The floor", () => ({ args: [floorServer] }), "/");
    const request = requestsOf(filled, queries, port);
    cases.push(overHttp("c0", port, request(`/${filled.datasetId}`)));
    cases.push(overHttp("h0", port, request(withoutSearch)));
  }
  return cases;
}

/** Each with the next key and the next query. */
function requestsOf({ keys }: Filled, queries: readonly string[], port: number) {
  return (path: string) => (n: number) =>
    httpRequest(port, "GET", `${path}?query=${encodeURIComponent(at(queries, n))}`, {
      "X-API-Key": at(keys, n),
    });
}

function at<Item>(list: readonly Item[], n: number): Item {
  const item = list[n % list.length];
  if (item === undefined) throw new Error("There is nothing to take turns with.");
  return item;
}

async function startServer({ cleanups, profile }: Prepared, preload: string[], env = {}): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "fltr-bench-"));
  cleanups.unshift(() => rmSync(folder, { recursive: true, force: true }));
  const profiling = profile ? ["--cpu-prof", "--cpu-prof-dir", profile] : [];
  const own = {
    DATA_DIR: folder,
    AUTH_SECRET: "only for this measurement, nothing secret",
    LOG_LEVEL: "error",
  };
  const args = [...profiling, ...preload.flatMap((module) => ["--import", module]), "server/main.ts"];
  return (await start("The server", () => ({ args, env: { ...own, ...env } }), "/api/health/ready")).port;
}

async function startProduct(prepared: Prepared): Promise<Case[]> {
  const { filled, queries, wants } = prepared;
  if (!wants("c", "d1", "d2", "e")) return [];
  const { datasetId, keys } = filled;
  const port = await startServer(prepared, []);
  const request = requestsOf(filled, queries, port);
  const list = (n: number) => httpRequest(port, "GET", "/api/v1/mcp/datasets", { "X-API-Key": at(keys, n) });
  const cases = [overHttp("c", port, request(chainPath(filled))), overHttp("e", port, list)];
  for (const [id, era] of [
    ["d1", "modern"],
    ["d2", "legacy"],
  ] as const) {
    if (!wants(id)) continue;
    const tool = operations["search.query"].tool.name;
    const words = { datasetId, query: wordsMark };
    const call = await catchMcpRequest(port, era, at(keys, 0), "tools/call", (client) =>
      client.callTool({ name: tool, arguments: words }),
    );
    // Another query for a key each time round: the same call again would be answered from memory.
    const query = (n: number) => at(queries, n + Math.floor(n / keys.length));
    cases.push(overHttp(id, port, (n) => call(at(keys, n), query(n))));
  }
  return cases;
}

async function startLimiters({ wants, cleanups }: Prepared): Promise<Case[]> {
  const cases: Case[] = [];
  const add = (limiter: LimiterUnderTest, share: number, one: CaseId, four: CaseId) => {
    cleanups.push(() => limiter.close());
    cases.push(inProcess(one, share, (n) => limiter.take(n, 1)));
    cases.push(inProcess(four, share, (n) => limiter.take(n, 4)));
  };
  if (wants("f1", "f2")) add(await redisLimiter(redisUrl()), 0.6, "f1", "f2");
  if (wants("f3", "f4")) add(memoryLimiter(), 0.15, "f3", "f4");
  return cases;
}

export function redisUrl(): string {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error("REDIS_URL is missing.");
  return url;
}

async function startLedger({ filled, wants }: Prepared): Promise<Case[]> {
  if (!wants("g0", "g1", "g2", "g3")) return [];
  const many = await payersOf(filled.payingKeys);
  const hot = at(many, 0);
  const add = (id: CaseId, work: (payer: Payer) => Promise<void>, payer: (n: number) => Payer) =>
    inProcess(id, 0.6, (n) => work(payer(n)));
  return [
    add("g0", chargeByHand, (n) => at(many, n)),
    add("g1", holdAndCapture, (n) => at(many, n)),
    add("g2", chargeByHand, () => hot),
    add("g3", holdAndCapture, () => hot),
  ];
}

async function startMcp(prepared: Prepared): Promise<Case[]> {
  const { wants, filled } = prepared;
  const ids = Object.keys(mcpTitles) as McpCaseId[];
  if (!wants(...ids)) return [];
  const port = await startServer(prepared, [], withoutLimits);
  const requests = await mcpRequests(port, filled.endpointKeys, (id) => wants(id));
  return requests.map(({ id, request, ...how }) => ({
    ...overHttp(id, how.port, request, how.callers),
    share: 0.5,
  }));
}

/** The limits of one account would end the measurement. */
const withoutLimits = { RATE_LIMIT_ALLOWLIST: "127.0.0.1" };

/** Of a process that has just started. */
export async function firstMcpCalls(prepared: Prepared): Promise<number[]> {
  const port = await startServer(prepared, [], withoutLimits);
  return timeFirstCalls(port, prepared.filled.payingKeys.slice(0, 20));
}

const chainPath = ({ datasetId }: Filled) => `/api/v1/mcp/query/${datasetId}/default`;

async function startChain(prepared: Prepared): Promise<Case[]> {
  const { filled, queries, wants } = prepared;
  if (!wants("h1", "h2")) return [];
  const port = await startServerWithoutSearch(prepared);
  const request = requestsOf(filled, queries, port)(chainPath(filled));
  return [overHttp("h1", port, request), overHttp("h2", port, request, 1)];
}

async function startServerWithoutSearch(prepared: Prepared, env = {}): Promise<number> {
  const { filled } = prepared;
  const port = await startServer(prepared, [withoutItsSearch], env);
  const answer = await fetch(`http://127.0.0.1:${port}${chainPath(filled)}?query=anything`, {
    headers: { "X-API-Key": at(filled.keys, 0) },
  });
  const text = await answer.text();
  if (!text.includes(constantDocument)) throw new Error(`The search is still there: ${text.slice(0, 300)}`);
  return port;
}

/** As `startChain`, by way of other addresses of the two servers. Answers the n-th request and the port. */
export async function startCountedChain(
  prepared: Prepared,
  env: { DATABASE_URL: string; REDIS_URL: string },
): Promise<{ port: number; request: (n: number) => string }> {
  const port = await startServerWithoutSearch(prepared, env);
  return { port, request: requestsOf(prepared.filled, prepared.queries, port)(chainPath(prepared.filled)) };
}
