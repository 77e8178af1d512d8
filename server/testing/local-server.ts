/** What the local servers of tests have in common: a port of this machine, bodies read whole, and an end. */
import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";

/** On a port that is free. `close` ends its connections as well. */
export async function listenLocally(server: Server): Promise<{ port: number; close: () => Promise<void> }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The server has no port.");
  return {
    port: address.port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}
