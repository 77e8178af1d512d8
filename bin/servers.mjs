// PostgreSQL and Redis for tests and measurements: empty, on free ports of 127.0.0.1, in a temporary
// folder that is gone afterwards.
//
//   const servers = await startServers({ postgres: true, redis: true });
//   servers.databaseUrl; servers.redisUrl; await servers.stop();
//
// A keeper process (this file, run) owns the servers. It stops them when asked, and also when the
// process that asked is gone, however it ended.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ensurePrograms } from "./programs.mjs";
import { Failure } from "./run.mjs";

const self = fileURLToPath(import.meta.url);
const loopback = "127.0.0.1";
const startTimeoutMs = 60_000;

export async function freePort() {
  const server = createServer();
  server.listen(0, loopback);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts what is asked for and is not given by TEST_DATABASE_URL or TEST_REDIS_URL. `durable` keeps
 * PostgreSQL's fsync on, for measurements.
 */
export async function startServers({ postgres = true, redis = true, durable = false } = {}) {
  const given = {
    databaseUrl: (postgres && process.env.TEST_DATABASE_URL) || null,
    redisUrl: (redis && process.env.TEST_REDIS_URL) || null,
  };
  const wanted = [];
  if (postgres && given.databaseUrl === null) wanted.push("postgres");
  if (redis && given.redisUrl === null) wanted.push("redis");
  if (wanted.length === 0) return { ...given, stop: async () => {} };

  const programs = await ensurePrograms(wanted);
  const keeper = spawn(process.execPath, [self, JSON.stringify({ programs, durable })], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const gone = once(keeper, "exit");
  const [line] = await Promise.race([once(createInterface(keeper.stdout), "line"), gone]);
  if (typeof line !== "string") throw new Failure("The test servers did not start.");
  const started = JSON.parse(line);
  if (started.failure !== undefined) {
    await gone;
    throw new Failure(started.failure);
  }
  return {
    databaseUrl: started.databaseUrl ?? given.databaseUrl,
    redisUrl: started.redisUrl ?? given.redisUrl,
    stop: async () => {
      keeper.stdin.end();
      await gone;
    },
  };
}

/** Where another user can reach it: a private TMPDIR may be closed to PostgreSQL's user. */
function makeFolder(user) {
  const parent = user === null ? tmpdir() : "/tmp";
  const folder = mkdtempSync(path.join(parent, "fltr-servers-"));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser() {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const user = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody");
  if (user === undefined) throw new Failure("PostgreSQL needs a user other than root: none was found.");
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function answers(port) {
  const socket = connect(port, loopback);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts a server on a free port; another process may take the port first, so it is tried again. */
async function startOn(name, folder, spawnOn, ready = answers) {
  const logFile = path.join(folder, `${name}.log`);
  for (let attempt = 1; attempt <= 3; attempt++) {
    const port = await freePort();
    const log = openSync(logFile, "a");
    const child = spawnOn(port, log);
    closeSync(log);
    const deadline = Date.now() + startTimeoutMs;
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      if (await ready(port)) return { child, port };
      await sleep(50);
    }
    child.kill("SIGKILL");
  }
  const log = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-10).join("\n");
  throw new Failure(`${name} did not start: ${log}`);
}

async function startPostgres(bin, folder, user, durable) {
  const data = path.join(folder, "postgres");
  // The locale is fixed so that sorting does not depend on the machine.
  const init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  const as = { ...user, cwd: folder, env: { ...process.env, HOME: folder } };
  execFileSync(`${bin}/initdb`, init, { ...as, stdio: ["ignore", "ignore", "pipe"] });
  const settings = {
    listen_addresses: loopback,
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "256MB",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // It takes connections before it can serve them; its own file says when it can.
  const pidFile = path.join(data, "postmaster.pid");
  const ready = () => existsSync(pidFile) && /^ready/m.test(readFileSync(pidFile, "utf8"));
  const spawnOn = (port, log) =>
    spawn(`${bin}/postgres`, ["-D", data, "-p", String(port), ...flags], {
      ...as,
      stdio: ["ignore", log, log],
    });
  const { child, port } = await startOn("postgres", folder, spawnOn, ready);
  return { child, url: `postgres://postgres@${loopback}:${port}/postgres` };
}

async function startRedis(program, folder, user) {
  const as = { ...user, cwd: folder };
  const { child, port } = await startOn("redis", folder, (onPort, log) =>
    spawn(program, ["--port", String(onPort), "--bind", loopback, "--save", "", "--appendonly", "no"], {
      ...as,
      stdio: ["ignore", log, log],
    }),
  );
  return { child, url: `redis://${loopback}:${port}` };
}

/** PostgreSQL: SIGINT ends sessions and stops cleanly. Redis: SIGTERM. */
async function stopServer({ child }, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGQUIT"), 5_000);
  const tooLate = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(late);
  clearTimeout(tooLate);
}

async function keep({ programs, durable }) {
  const running = [];
  let folder = null;
  const stop = async () => {
    await Promise.all(running.map(([server, signal]) => stopServer(server, signal)));
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    process.exit();
  };
  const asked = once(process.stdin.resume(), "close");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  try {
    const user = unprivilegedUser();
    folder = makeFolder(user);
    const urls = {};
    if (programs.redis !== undefined) {
      const redis = await startRedis(programs.redis, folder, user);
      running.push([redis, "SIGTERM"]);
      urls.redisUrl = redis.url;
    }
    if (programs.postgres !== undefined) {
      const postgres = await startPostgres(programs.postgres, folder, user, durable);
      running.push([postgres, "SIGINT"]);
      urls.databaseUrl = postgres.url;
    }
    process.stdout.write(`${JSON.stringify(urls)}\n`);
    await asked;
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ failure: error.message })}\n`);
    process.exitCode = 1;
  }
  await stop();
}

if (process.argv[1] === self) await keep(JSON.parse(process.argv[2]));
