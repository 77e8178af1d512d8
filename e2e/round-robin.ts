/**
 * One address before several processes: each request goes to the next one, or to that which `x-to` names,
 * and the answer says in `x-process` which it was. A process that is down is passed over.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

export async function startRoundRobin(port: number, ports: readonly number[]) {
  let turn = 0;
  const served: { method: string; path: string; process: number }[] = [];
  const server = createServer((incoming, outgoing) => {
    const named = Number(incoming.headers["x-to"] ?? Number.NaN);
    const first = Number.isInteger(named) ? named : turn++ % ports.length;
    pass(incoming, outgoing, first, Number.isInteger(named) ? 1 : ports.length);
  });

  /** The body is sent on once the connection stands, so nothing of it is lost to a process that is down. */
  function pass(incoming: IncomingMessage, outgoing: ServerResponse, process: number, tries: number): void {
    const { method = "GET", url = "/", socket } = incoming;
    const headers = { ...incoming.headers, "x-forwarded-for": socket.remoteAddress ?? "" };
    // A connection for each request: one that is kept does not tell that it stands.
    const to = { host: "127.0.0.1", port: ports[process], agent: false };
    const onward = request({ ...to, method, path: url, headers });
    onward.once("socket", (connection) =>
      connection.once("connect", () => {
        served.push({ method, path: url, process });
        incoming.pipe(onward);
      }),
    );
    onward.once("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, "x-process": String(process) });
      answer.pipe(outgoing);
    });
    onward.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" && tries > 1) {
        pass(incoming, outgoing, (process + 1) % ports.length, tries - 1);
        return;
      }
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
    });
    outgoing.once("close", () => onward.destroy());
  }

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    /** Which process answered what, in order. */
    served,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
