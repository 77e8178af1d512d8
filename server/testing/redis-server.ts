/**
 * A Redis server of a test's own, on a free port of 127.0.0.1, that can be killed, hung and started again:
 * what a test does to it is done to no other.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";

export const HOST = "127.0.0.1";

export type RedisServer = Awaited<ReturnType<typeof prepareRedisServer>>;

/** Asks on a connection of its own, which waits some seconds for a server that only starts. */
export async function ask<T>(port: number, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, HOST, {
    maxRetriesPerRequest: 200,
    retryStrategy: (times) => (times > 200 ? null : 50),
  });
  redis.on("error", () => undefined);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

/** The program of a server that runs already: the one that this machine's tests use. */
async function programOf(redisUrl: string): Promise<string> {
  const redis = new Redis(redisUrl);
  const info = await redis.info("server");
  redis.disconnect();
  const [, program] = /^executable:(.+?)\r?$/m.exec(info) ?? [];
  if (!program) throw new Error("Redis does not say which program it is.");
  return program;
}

/** @param redisUrl a Redis on this machine, whose program is used */
export async function prepareRedisServer(redisUrl: string, settings: Record<string, string | number> = {}) {
  const program = await programOf(redisUrl);
  const folder = await mkdtemp(join(tmpdir(), "fltr-redis-"));
  const port = await freePort();
  const all = { bind: HOST, port, save: "", dir: folder, logfile: join(folder, "redis.log"), ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);
  let server: ChildProcess | undefined;

  async function kill(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, "exit");
    server.kill("SIGKILL");
    await gone;
  }
  const killAtExit = () => void server?.kill("SIGKILL");
  process.once("exit", killAtExit);

  return {
    port,
    url: `redis://${HOST}:${port}`,
    start(): void {
      server = spawn(program, flags, { stdio: "ignore" });
    },
    kill,
    hang: () => void server?.kill("SIGSTOP"),
    goOn: () => void server?.kill("SIGCONT"),
    async close(): Promise<void> {
      process.removeListener("exit", killAtExit);
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
