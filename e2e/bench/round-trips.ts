/**
 * Counts what a server asks of PostgreSQL and Redis, on the wire: a proxy before each reads the messages
 * that pass. In PostgreSQL's protocol a Sync or a Query asks for an answer; in Redis's each command does.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export type CountingProxy = {
  /** The address of the server, by way of the proxy. */
  readonly url: string;
  count(): number;
  close(): void;
};

/** How many answers the bytes ask for; one for each connection, since messages may come in parts. */
type Reader = (bytes: Buffer) => number;

export async function countingProxy(url: string, kind: "postgres" | "redis"): Promise<CountingProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let counted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    const read = kind === "postgres" ? postgresReader() : redisReader();
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
    socket.on("data", (bytes) => {
      counted += read(bytes);
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => socket.write(bytes));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No free port.");
  const byProxy = new URL(url);
  byProxy.hostname = address.address;
  byProxy.port = String(address.port);
  return {
    url: byProxy.href,
    count: () => counted,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const sync = "S".charCodeAt(0);
const simpleQuery = "Q".charCodeAt(0);

/** The first message has a length alone; every other one a type before it. */
function postgresReader(): Reader {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    let asked = 0;
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return asked;
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return asked;
      if (started && (rest[0] === sync || rest[0] === simpleQuery)) asked += 1;
      started = true;
      rest = rest.subarray(end);
    }
  };
}

/** RESP: an array of so many strings, each with its length. */
function redisReader(): Reader {
  let rest: Buffer = Buffer.alloc(0);
  let stringsLeft = 0;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    let asked = 0;
    for (;;) {
      const lineEnd = rest.indexOf("\r\n");
      if (lineEnd < 0) return asked;
      const size = Number(rest.toString("latin1", 1, lineEnd));
      if (stringsLeft === 0) {
        stringsLeft = size;
        rest = rest.subarray(lineEnd + 2);
        asked += 1;
        continue;
      }
      const end = lineEnd + 2 + size + 2;
      if (rest.length < end) return asked;
      rest = rest.subarray(end);
      stringsLeft -= 1;
    }
  };
}
