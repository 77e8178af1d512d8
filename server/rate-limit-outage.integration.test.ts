import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { RedisRateLimiter } from "./rate-limit-redis.ts";
import type { Limit } from "./rate-limit-window.ts";
import { connectRedis, whenReady } from "./redis.ts";
import { freePort } from "./testing/free-port.ts";
import { startRedisProxy } from "./testing/redis-proxy.ts";
import { ask, prepareRedisServer, type RedisServer } from "./testing/redis-server.ts";

const redisUrl = inject("redisUrl");

/** Of which the insurance of one of two processes holds 20. */
function limit(overrides: Partial<Limit> = {}): Limit {
  const subject = `account:${randomUUID()}`;
  return { name: "apiKey", subject, points: 40, windowSeconds: 3600, cost: 1, ...overrides };
}

function limiterOn(url: string) {
  const client = connectRedis(url);
  const changes: string[] = [];
  const onStateChange = (state: string) => void changes.push(state);
  const limiter = new RedisRateLimiter({ client, processes: 2, onStateChange });
  onTestFinished(() => limiter.close());

  async function admitted(limits: readonly Limit[], times: number): Promise<number> {
    let count = 0;
    for (let n = 0; n < times; n += 1) {
      const startedAtMs = performance.now();
      if ((await limiter.take(limits)).admitted) count += 1;
      // The patience is 36 ms; the rest is for a machine that runs other tests.
      expect(performance.now() - startedAtMs).toBeLessThan(200);
    }
    return count;
  }
  async function untilBack(): Promise<void> {
    const startedAtMs = performance.now();
    do {
      if (performance.now() - startedAtMs > 15_000) throw new Error("Redis did not come back.");
      await sleep(20);
      await limiter.take([limit()]);
    } while (limiter.status().store !== "redis");
  }
  return { client, limiter, changes, admitted, untilBack };
}

it("starts with no Redis there, and holds this process's share", async () => {
  const { limiter, changes, admitted } = limiterOn(`redis://127.0.0.1:${await freePort()}`);
  expect(await admitted([limit()], 50)).toBe(20);
  expect(changes).toEqual(["insurance"]);
  expect(limiter.status()).toMatchObject({ store: "insurance", redisFailures: 50 });
});

if (redisUrl) {
  it.each(["absent", "hung"] as const)("finds a Redis that was %s at the start, by itself", async (how) => {
    const server = await prepareRedisServer(redisUrl);
    onTestFinished(() => server.close());
    if (how === "hung") {
      server.start();
      await ask(server.port, (redis) => redis.ping());
      server.hang();
    }
    const { changes, admitted, untilBack } = limiterOn(server.url);
    const limits = [limit()];
    expect(await admitted(limits, 50)).toBe(20);
    expect(changes).toEqual(["insurance"]);
    if (how === "hung") server.goOn();
    else server.start();
    await untilBack();
    expect(changes).toEqual(["insurance", "redis"]);
    expect(await admitted(limits, 1)).toBe(1);
  });

  describe("a server of its own", () => {
    const configure = (server: RedisServer, name: string, value: string) =>
      ask(server.port, (redis) => redis.config("SET", name, value));
    type Outage = readonly [
      name: string,
      begin: (server: RedisServer) => unknown,
      end: (server: RedisServer) => unknown,
    ];
    const outages: Outage[] = [
      ["killed", (server) => server.kill(), (server) => server.start()],
      ["hung", (server) => server.hang(), (server) => server.goOn()],
      [
        "out of memory",
        (server) => configure(server, "maxmemory", "1"),
        (server) => configure(server, "maxmemory", "0"),
      ],
      [
        "made a read-only replica",
        (server) => ask(server.port, (redis) => redis.replicaof("127.0.0.1", 1)),
        (server) => ask(server.port, (redis) => redis.replicaof("NO", "ONE")),
      ],
    ];

    it.each(outages)("%s: the insurance holds, and it comes back by itself", async (_, begin, end) => {
      const server = await prepareRedisServer(redisUrl);
      onTestFinished(() => server.close());
      server.start();
      await ask(server.port, (redis) => redis.ping());
      const { client, changes, admitted, untilBack } = limiterOn(server.url);
      await whenReady(client);
      await untilBack();
      changes.length = 0;

      await begin(server);
      const limits = [limit()];
      expect(await admitted(limits, 100)).toBe(20);
      expect(changes).toEqual(["insurance"]);

      await end(server);
      await untilBack();
      expect(changes).toEqual(["insurance", "redis"]);
      // What the hung server took and the insurance decided may count twice, never the other way.
      expect(await admitted(limits, 100)).toBeLessThanOrEqual(40);
    });
  });

  it("flapping: admits no more than the limit and one share, with one line in the log", async () => {
    const proxy = await startRedisProxy(redisUrl);
    onTestFinished(() => proxy.close());
    const { client, limiter, changes, admitted, untilBack } = limiterOn(proxy.url);
    await whenReady(client);
    await untilBack();
    changes.length = 0;

    const limits = [limit()];
    let count = 0;
    for (let n = 0; n < 20; n += 1) {
      proxy.set(n % 2 === 0 ? "gone" : "pass");
      const endsAtMs = performance.now() + 100;
      while (performance.now() < endsAtMs) {
        count += await admitted(limits, 5);
        // What is full is refused from memory, and Redis not missed: another caller misses it.
        await limiter.take([limit()]);
        await sleep(5);
      }
    }
    expect(count).toBeGreaterThanOrEqual(20);
    expect(count).toBeLessThanOrEqual(60);
    expect(changes[0]).toBe("insurance");

    proxy.set("pass");
    await untilBack();
    expect(changes).toEqual(["insurance", "redis"]);
  });
}
