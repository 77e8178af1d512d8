/**
 * A TCP proxy before a real Redis that can be away as a Redis is away: gone, slow, or answering every script
 * with an error. Tests break the proxy, so that the Redis they share stays whole.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

type Mode = "pass" | "gone" | { slowMs: number } | { error: string };

export async function startRedisProxy(redisUrl: string) {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let mode: Mode = "pass";
  let scripts = 0;

  function answer(chunk: Buffer, client: Socket, server: Socket): void {
    const isScript = /^\$\d+\r\neval/im.test(chunk.toString("latin1"));
    if (isScript) scripts += 1;
    if (mode === "gone") return;
    if (mode === "pass") server.write(chunk);
    else if ("slowMs" in mode) setTimeout(() => server.write(chunk), mode.slowMs);
    else if (isScript) client.write(`-${mode.error}\r\n`);
    else server.write(chunk);
  }

  const proxy = createServer((client) => {
    if (mode === "gone") {
      client.destroy();
      return;
    }
    const server = connect(Number(target.port || 6379), target.hostname);
    client.on("data", (chunk) => answer(chunk, client, server));
    server.on("data", (chunk) => client.write(chunk));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  if (!address || typeof address === "string") throw new Error("The proxy has no port.");
  const url = new URL(redisUrl);
  url.host = `127.0.0.1:${address.port}`;

  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    scripts: () => scripts,
    set(next: Mode) {
      mode = next;
      if (next === "gone") drop();
    },
    async close() {
      drop();
      proxy.close();
      await once(proxy, "close");
    },
  };
}
