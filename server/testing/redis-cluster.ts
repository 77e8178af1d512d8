/**
 * A real Redis Cluster for a test: three primaries, each with a third of the slots, that can be killed, hung
 * and started again. Without full coverage a node that is away takes only its own slots along, as in a
 * cluster that is run for its availability.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { ask, HOST, prepareRedisServer, type RedisServer } from "./redis-server.ts";

const SLOTS = 16_384;
const NODES = 3;

async function isWhole(port: number): Promise<boolean> {
  const info = await ask(port, (redis) => redis.cluster("INFO"));
  return info.includes("cluster_state:ok") && info.includes(`cluster_slots_ok:${SLOTS}`);
}

/** @param redisUrl a Redis on this machine, whose program is used */
export async function startRedisCluster(redisUrl: string) {
  const nodes: (RedisServer & { busPort: number })[] = [];
  for (let n = 0; n < NODES; n += 1) {
    const busPort = await freePort();
    const server = await prepareRedisServer(redisUrl, {
      "cluster-enabled": "yes",
      "cluster-port": busPort,
      "cluster-node-timeout": 1000,
      "cluster-require-full-coverage": "no",
    });
    server.start();
    nodes.push({ ...server, busPort });
  }

  for (const [n, { port, busPort }] of nodes.entries()) {
    const firstSlot = Math.ceil((n * SLOTS) / NODES);
    const lastSlot = Math.ceil(((n + 1) * SLOTS) / NODES) - 1;
    await ask(port, async (redis) => {
      await redis.call("CLUSTER", "ADDSLOTSRANGE", firstSlot, lastSlot);
      await redis.call("CLUSTER", "SET-CONFIG-EPOCH", n + 1);
    });
    if (n > 0) await ask(node(0).port, (redis) => redis.call("CLUSTER", "MEET", HOST, port, busPort));
  }

  function node(index: number) {
    const found = nodes[index];
    if (!found) throw new Error(`There is no node ${index}.`);
    return found;
  }

  /** Every node sees every slot served. */
  async function whole(): Promise<void> {
    const startedAtMs = performance.now();
    for (const { port } of nodes) {
      while (!(await isWhole(port))) {
        if (performance.now() - startedAtMs > 30_000) throw new Error("The cluster did not become whole.");
        await sleep(50);
      }
    }
  }
  await whole();

  return {
    urls: nodes.map(({ url }) => url).join(","),
    node,
    whole,
    /** Which node holds a key. */
    async nodeOf(key: string): Promise<number> {
      const slot = await ask(node(0).port, (redis) => redis.cluster("KEYSLOT", key));
      return Math.floor((slot * NODES) / SLOTS);
    },
    async close(): Promise<void> {
      await Promise.all(nodes.map((each) => each.close()));
    },
  };
}
