import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import "./mended-driver.ts";

const { default: postgres } = await import("postgres");

const message = (type: string, body = Buffer.alloc(0)) => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const ready = message("Z", Buffer.from("I"));
const started = Buffer.concat([message("R", Buffer.alloc(4)), ready]);
const done = Buffer.concat([message("C", Buffer.from("OK\0")), ready]);

/** Lets anybody in, and answers whatever is asked with nothing. */
async function startServer() {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    let greeted = false;
    socket.on("data", (bytes) => {
      if (greeted) asked.push(bytes.toString("latin1"));
      socket.write(greeted ? done : started);
      greeted = true;
    });
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The server has no port.");
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return { port: address.port, asked, cut };
}

test("a transaction whose connection is lost ends there, and the next call has another", async () => {
  const { port, asked, cut } = await startServer();
  const closed = Promise.withResolvers<void>();
  const onclose = () => closed.resolve();
  const sql = postgres({ host: "127.0.0.1", port, user: "u", max: 1, fetch_types: false, onclose });
  onTestFinished(() => sql.end({ timeout: 0 }));
  const late = Promise.withResolvers<unknown>();
  const transaction = sql.begin(async (tx) => {
    cut();
    await closed.promise;
    await tx.unsafe("insert late").then(late.resolve, late.reject);
  });
  await expect(transaction).rejects.toMatchObject({
    code: expect.stringMatching(/^(CONNECTION_CLOSED|ECONN)/),
  });
  await expect(late.promise).rejects.toThrow();
  await sql.unsafe("select again");
  expect(asked.join(" ")).toContain("select again");
  expect(asked.join(" ")).not.toContain("insert late");
});
