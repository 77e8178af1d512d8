/**
 * The connection to Redis, or to a Redis Cluster when REDIS_URL names several nodes. It fails at once
 * instead of queueing (what waits for Redis waits in the caller's time), drops a silent socket after a
 * second and comes back by itself within about a second. Measured against killed and stopped servers.
 */
import { Cluster, Redis } from "ioredis";

export type RedisClient = Redis | Cluster;

function retryDelayMs(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 5), 1000) * (0.5 + Math.random() / 2);
}

const options = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // Above the caller's own deadline: this one only bounds the client's hand-shake.
  commandTimeout: 1000,
  connectTimeout: 500,
  socketTimeout: 1000,
  keepAlive: 5000,
  // A primary that became a replica: connect again, by name, to find the new one.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
};

/** @param urls one address, or several nodes of a cluster separated by commas */
export function connectRedis(urls: string): RedisClient {
  const nodes = urls.split(",").map((url) => url.trim());
  const [first] = nodes;
  if (!first) throw new Error("REDIS_URL is empty.");
  const client = nodes.length === 1 ? connectOne(first) : connectCluster(nodes);
  // Whoever uses the client sees its own command fail; without a listener the process would end.
  client.on("error", () => undefined);
  return client;
}

function connectOne(url: string): Redis {
  return new Redis(url, { ...options, retryStrategy: retryDelayMs });
}

function connectCluster(nodes: readonly string[]): Cluster {
  const [first = ""] = nodes;
  const { username, password, protocol } = new URL(first);
  const cluster = new Cluster([...nodes], {
    enableOfflineQueue: false,
    clusterRetryStrategy: retryDelayMs,
    clusterNodeRetryStrategy: retryDelayMs,
    // A node that is down fails the call at once; the next look at the slots finds its successor.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: 1000,
    slotsRefreshInterval: 2000,
    redisOptions: {
      ...options,
      // Nodes that the cluster names by itself bring no credentials.
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === "rediss:" && { tls: {} }),
    },
  });
  // By itself the client connects to a node with the first command, and refuses those that follow meanwhile.
  cluster.on("+node", (node: Redis) => {
    node.connect().catch(() => undefined);
  });
  return cluster;
}

/** Connected, in a cluster to every node that holds keys. */
export async function whenReady(client: RedisClient): Promise<void> {
  if (client.status !== "ready") await new Promise<void>((resolve) => client.once("ready", () => resolve()));
  if (client instanceof Cluster) await Promise.all(client.nodes("master").map(whenReady));
}
