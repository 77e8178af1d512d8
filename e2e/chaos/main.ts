/**
 * The chaos run: first two server processes on PostgreSQL and Redis, then one on PGlite. Each phase
 * prepares a database, lets callers loose on it while everything under them is killed, stopped and
 * started again, and asks at the end whether every credit is accounted for. bin/chaos.mjs starts it.
 */
import { spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createDice } from "./dice.ts";
import { type Plan, startHavoc } from "./havoc.ts";
import type { CallRecord, Prepared, Verdict } from "./judge.ts";
import { startLoad } from "./load.ts";
import { setting } from "./setting.ts";
import { createPostgres, createRedis, createServerProcess, type Victim } from "./victims.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
});
const minutes = Math.min(60, Math.max(0.1, Number(values.minutes ?? 3)));
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!Number.isFinite(minutes) || !Number.isInteger(seed))
  throw new Error("--minutes and --seed are numbers.");

const say = (line: string) => process.stdout.write(`${line}\n`);

type Phase = {
  readonly title: string;
  /** For every process that opens the database. */
  readonly env: Record<string, string>;
  /** In the order in which they start. */
  readonly stores: readonly Victim[];
  readonly servers: readonly (Victim & { readonly url: string })[];
  readonly plans: readonly Plan[];
  readonly minutes: number;
  readonly callers: number;
};

async function scaled(): Promise<Phase> {
  const postgres = await createPostgres();
  const redis = await createRedis();
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    WEB_CONCURRENCY: "2",
  };
  const servers = [await createServerProcess("server-1", env), await createServerProcess("server-2", env)];
  return {
    title: "Two processes on PostgreSQL and Redis",
    env,
    stores: [postgres, redis],
    servers,
    plans: [
      ...servers.map((victim) => ({
        victim,
        blows: ["kill", "kill", "freeze", "restart"] as const,
        peace: [3, 10] as const,
        away: [0.2, 4] as const,
      })),
      {
        victim: postgres,
        blows: ["kill", "killSession", "killSession", "freeze", "restart"],
        peace: [4, 12],
        away: [0.2, 3],
      },
      { victim: redis, blows: ["kill", "freeze", "restart"], peace: [3, 8], away: [0.2, 3] },
    ],
    minutes,
    callers: 16,
  };
}

async function embedded(): Promise<Phase> {
  const env = { DATABASE_URL: "", REDIS_URL: "", AUTH_SECRET: "", DATA_DIR: join(setting.folder, "data") };
  const server = await createServerProcess("server-embedded", env);
  return {
    title: "One process on PGlite",
    env,
    stores: [],
    servers: [server],
    plans: [{ victim: server, blows: ["kill", "kill", "kill", "freeze"], peace: [2, 7], away: [0.1, 1] }],
    minutes: minutes / 3,
    callers: 8,
  };
}

async function run(phase: Phase): Promise<boolean> {
  const { title, env, stores, servers, plans, callers } = phase;
  say(`\n— ${title}: ${Math.round(phase.minutes * 60)} s —`);
  for (const store of stores) await store.start();
  const prepared: Prepared = JSON.parse((await script(new URL("prepare.ts", import.meta.url), env)).output);
  await Promise.all(servers.map((server) => server.start()));

  const load = startLoad(
    prepared,
    servers.map(({ url }) => url),
    createDice(seed),
    callers,
  );
  const havoc = startHavoc(plans, createDice(seed + 1));
  await new Promise((resolve) => setTimeout(resolve, phase.minutes * 60_000));
  await havoc.stop();
  // Long enough for those who wait for an answer to get it.
  await load.stop();

  // A data folder belongs to one process at a time.
  if (stores.length === 0) await Promise.all(servers.map((server) => server.stop()));
  const judged = await script(new URL("judge.ts", import.meta.url), env, JSON.stringify(load.calls));
  const verdict: Verdict = JSON.parse(judged.output);
  const verified = await script(new URL("../../bin/ledger-verify.ts", import.meta.url), env, "", true);
  await Promise.all(servers.map((server) => server.stop()));
  for (const store of [...stores].reverse()) await store.stop();

  const crashed = [...stores, ...servers].filter((victim) => victim.crashes() > 0);
  const faults = [
    ...verdict.faults,
    ...crashed.map((victim) => `${victim.name} ended by itself ${victim.crashes()} times`),
    ...strange(load.seen),
    ...(verified.code === 0 ? [] : ["ledger:verify found faults"]),
  ];
  report(load.calls, load.seen, load.durations, havoc.blows, verdict, verified.output);
  for (const fault of faults.slice(0, 50)) say(`  WRONG: ${fault}`);
  if (faults.length > 50) say(`  … and ${faults.length - 50} more`);
  say(faults.length === 0 ? "  Every credit is accounted for." : `  ${faults.length} faults.`);
  return faults.length === 0;
}

/** What no caller may see: a server error that is not "unavailable", or an answer that makes no sense. */
function strange(seen: ReadonlyMap<string, number>): string[] {
  return [...seen]
    .filter(([what]) => /^5/.test(what) && what !== "503 unavailable")
    .map(([what, count]) => `${count} answers ${what}`);
}

function report(
  calls: readonly CallRecord[],
  seen: ReadonlyMap<string, number>,
  durations: readonly number[],
  blows: ReadonlyMap<string, number>,
  verdict: Verdict,
  verified: string,
): void {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([what, count]) => `${what} ${count}`)
      .join(", ");
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  const keyed = calls.filter(({ idempotencyKey }) => idempotencyKey !== null).length;
  say(`  blows: ${list(blows)}`);
  say(`  calls: ${calls.length}, ${keyed} of them with a key; attempts: ${list(seen)}`);
  say(`  answered in ms: p50 ${at(0.5)}, p99 ${at(0.99)}, most ${Math.round(sorted.at(-1) ?? 0)}`);
  say(`  charges acknowledged: ${verdict.acknowledgedCharges} of ${verdict.receipts} receipts`);
  say(`  charged, the answer lost with its connection: ${verdict.chargedAndLost}`);
  say(`  held at the end, then released: ${verdict.heldAtEnd}`);
  say(`  ledger:verify: ${verified.trim()}`);
}

/** Runs a script in a process of its own, since env.ts reads the environment once. */
async function script(
  file: URL,
  env: Record<string, string>,
  input = "",
  mayFail = false,
): Promise<{ output: string; code: number }> {
  const child = spawn(process.execPath, [fileURLToPath(file)], {
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(input);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0 && !mayFail) throw new Error(`${file.pathname} ended with ${code}.`);
  return { output, code: Number(code) };
}

say(`Chaos with --seed ${seed}`);
const phases = { scaled, embedded };
let right = true;
for (const [name, phase] of Object.entries(phases)) {
  if (values.only === undefined || values.only === name) right = (await run(await phase())) && right;
}
process.exit(right ? 0 : 1);
