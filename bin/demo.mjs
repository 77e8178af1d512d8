// npm run demo [-- folder] [--query "words"]: the main job from a newcomer's side, on the documents of any
// folder (the project's guides by default). FLTR_URL names a running server; without it the demo starts
// one of its own with an empty data folder and takes both away again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { findFiles } from "./demo/files.ts";
import { travel } from "./demo/journey.ts";
import { Failure, main } from "./run.mjs";
import { freePort } from "./servers.mjs";
import { ensureBuilt, projectEnv, projectNode, root, say } from "./setup.mjs";

const startTimeoutMs = 60_000;

/** What the person set for their own server must not reach the demo's. */
const unset = ["DATABASE_URL", "REDIS_URL", "APP_URL", "AUTH_SECRET", "RATE_LIMIT_ALLOWLIST"];

async function startServer() {
  await ensureBuilt();
  const folder = mkdtempSync(path.join(tmpdir(), "fltr-demo-"));
  const port = await freePort();
  const child = spawn(projectNode(), ["server/main.ts"], {
    cwd: root,
    env: projectEnv({
      ...Object.fromEntries(unset.map((name) => [name, ""])),
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: String(port),
      DATA_DIR: path.join(folder, "data"),
      LOG_LEVEL: "warn",
    }),
    stdio: ["ignore", "ignore", "pipe"],
    detached: process.platform !== "win32",
  });
  let said = "";
  child.stderr.on("data", (bytes) => {
    said = (said + bytes).slice(-4_000);
  });
  // However the demo ends, a closed pipe included.
  const abandon = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", abandon);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 12_000);
      await gone;
      clearTimeout(late);
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.removeListener("exit", abandon);
  };
  return { url: `http://127.0.0.1:${port}`, child, stop, said: () => said };
}

async function ready({ url, child, said }) {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Failure(`The demo's server did not start:\n${said().trim()}`);
    const answer = await fetch(`${url}/api/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Failure(`The demo's server was not ready within ${startTimeoutMs / 1000} s.`);
}

/** The guides, when nothing is named. */
function placesOf(folder) {
  if (folder !== undefined) return { label: folder, places: [path.resolve(folder)], base: folder };
  const guides = ["README.md", "docs"].map((name) => path.join(root, name));
  return { label: "the project's guides", places: guides.filter((place) => existsSync(place)), base: root };
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { query: { type: "string" }, "setup-code": { type: "string" } },
    });
  } catch (error) {
    const why = error.message.split(". ", 1)[0];
    throw new Failure(`${why}. Usage: npm run demo -- [folder] [--query "words"] [--setup-code code]`);
  }
}

await main(async () => {
  const { values, positionals } = readArguments();
  const { label, places, base } = placesOf(positionals[0]);
  const given = process.env.FLTR_URL?.trim();
  if (given && !URL.canParse(given)) throw new Failure(`FLTR_URL is no address: ${given}`);
  let server = null;
  const onSignal = async () => {
    await server?.stop();
    process.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, onSignal);
  try {
    const files = findFiles(places, path.resolve(base));
    if (!given) {
      say("Starting a server of its own (FLTR_URL would name a running one) …");
      server = await startServer();
      await ready(server);
    }
    const url = given || server.url;
    say(`FLTR at ${url}, documents of ${label}`);
    await travel({
      url,
      places: label,
      files,
      query: values.query ?? null,
      setupCode: values["setup-code"] ?? null,
      lasting: server === null,
    });
    say("\nDone.");
    return 0;
  } catch (error) {
    if (error.name === "DemoFailure") throw new Failure(error.message);
    throw error;
  } finally {
    await server?.stop();
  }
});
