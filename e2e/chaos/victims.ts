/**
 * The processes that are killed, stopped, continued and started again: the server, PostgreSQL and Redis,
 * each always on its own port. Whatever still runs when this process ends is killed with it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "#server/testing/free-port.ts";
import { setting } from "./setting.ts";

const { programs, user, folder } = setting;
const host = "127.0.0.1";
const startTimeoutMs = 60_000;
const mendedDriver = new URL("../../db/mended-driver.ts", import.meta.url).href;

export type Victim = {
  readonly name: string;
  /** Answers when it serves; tried again for as long as what it needs is away. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** SIGSTOP to all of its processes: it keeps its connections and answers nobody. */
  freeze(): void;
  thaw(): void;
  /** A clean end. */
  stop(): Promise<void>;
  /** How often it ended although nobody ended it. */
  readonly crashes: () => number;
};

const all = new Set<Running>();

process.on("exit", () => {
  for (const running of all) running.end();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));

type Program = {
  readonly name: string;
  readonly spawn: (log: number) => ChildProcess;
  readonly ready: () => Promise<boolean>;
  readonly stopSignal: NodeJS.Signals;
  readonly beforeStart?: () => void;
};

class Running implements Victim {
  readonly name: string;
  private readonly program: Program;
  private child: ChildProcess | null = null;
  private wanted = false;
  private crashed = 0;

  constructor(program: Program) {
    this.name = program.name;
    this.program = program;
    all.add(this);
  }

  readonly crashes = () => this.crashed;

  async start(): Promise<void> {
    const deadline = Date.now() + startTimeoutMs;
    while (Date.now() < deadline) {
      if (await this.tryStart(deadline)) return;
      await sleep(100);
    }
    throw new Error(`${this.name} did not start again.`);
  }

  private async tryStart(deadline: number): Promise<boolean> {
    this.program.beforeStart?.();
    const child = this.program.spawn(openSync(join(folder, `${this.name}.log`), "a"));
    appendFileSync(join(folder, "pids"), `${child.pid}\n`);
    this.child = child;
    while (isRunning(child) && Date.now() < deadline) {
      if (await this.program.ready()) {
        this.wanted = true;
        child.once("exit", () => {
          if (this.wanted && this.child === child) this.crashed++;
        });
        return true;
      }
      await sleep(30);
    }
    child.kill("SIGKILL");
    return false;
  }

  async kill(): Promise<void> {
    this.wanted = false;
    const { child } = this;
    if (!child || !isRunning(child)) return;
    const gone = once(child, "exit");
    const pids = this.pids();
    this.end();
    await gone;
    // PostgreSQL does not start while a process of its former life has the memory they share.
    while (pids.some(isAlive)) await sleep(20);
  }

  async stop(): Promise<void> {
    this.wanted = false;
    const { child } = this;
    if (!child || !isRunning(child)) return;
    const gone = once(child, "exit");
    child.kill(this.program.stopSignal);
    const late = setTimeout(() => this.end(), 15_000);
    await gone;
    clearTimeout(late);
  }

  freeze(): void {
    for (const pid of this.pids()) signal(pid, "SIGSTOP");
  }

  thaw(): void {
    for (const pid of this.pids()) signal(pid, "SIGCONT");
  }

  end(): void {
    for (const pid of this.pids()) signal(pid, "SIGKILL");
  }

  /** One of the processes below it, killed alone: PostgreSQL then ends all sessions and recovers. */
  killOneBelow(): boolean {
    const [, ...below] = this.pids();
    const pid = below.at(-1);
    return pid !== undefined && signal(pid, "SIGKILL");
  }

  private pids(): number[] {
    const pid = this.child?.pid;
    if (pid === undefined || !this.child || !isRunning(this.child)) return [];
    const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    const below = table
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([own, parent]) => (own !== undefined && parent === pid ? [own] : []));
    return [pid, ...below];
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

const isAlive = (pid: number) => signal(pid, 0);

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export type Postgres = Victim & { readonly url: string; killSession(): boolean };

/** With its usual durability: what it acknowledged must survive. */
export async function createPostgres(): Promise<Postgres> {
  const data = join(folder, "postgres");
  const as = { ...user, cwd: folder, env: { ...process.env, HOME: folder } };
  execFileSync(
    `${programs.postgres}/initdb`,
    ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...as, stdio: ["ignore", "ignore", "inherit"] },
  );
  const port = await freePort();
  const pidFile = join(data, "postmaster.pid");
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=64MB"];
  const running = new Running({
    name: "postgres",
    beforeStart: () => rmSync(pidFile, { force: true }),
    spawn: (log) =>
      spawn(
        `${programs.postgres}/postgres`,
        ["-D", data, "-p", String(port), ...settings.flatMap((one) => ["-c", one])],
        { ...as, stdio: ["ignore", log, log] },
      ),
    ready: async () => existsSync(pidFile) && /^ready/m.test(readFileSync(pidFile, "utf8")),
    stopSignal: "SIGINT",
  });
  const url = `postgres://postgres@${host}:${port}/postgres`;
  return Object.assign(running, { url, killSession: () => running.killOneBelow() });
}

export async function createRedis(): Promise<Victim & { readonly url: string }> {
  const port = await freePort();
  const running = new Running({
    name: "redis",
    spawn: (log) =>
      spawn(programs.redis, ["--port", String(port), "--bind", host, "--save", "", "--appendonly", "no"], {
        ...user,
        cwd: folder,
        stdio: ["ignore", log, log],
      }),
    ready: () => accepts(port),
    stopSignal: "SIGTERM",
  });
  return Object.assign(running, { url: `redis://${host}:${port}` });
}

export async function createServerProcess(
  name: string,
  env: Record<string, string>,
): Promise<Victim & { readonly url: string }> {
  const port = await freePort();
  const url = `http://${host}:${port}`;
  mkdirSync(join(folder, "data"), { recursive: true });
  const running = new Running({
    name,
    spawn: (log) =>
      spawn(
        process.execPath,
        ["--import", mendedDriver, fileURLToPath(new URL("server.ts", import.meta.url))],
        {
          env: { ...process.env, NODE_ENV: "production", HOST: host, PORT: String(port), ...env },
          stdio: ["pipe", log, log],
        },
      ),
    ready: () =>
      fetch(`${url}/api/health`, { signal: AbortSignal.timeout(2_000) }).then(
        async (answer) => (await answer.text()).length > 0 && answer.ok,
        () => false,
      ),
    stopSignal: "SIGTERM",
  });
  return Object.assign(running, { url });
}
