/**
 * For tests: the process's handlers on a real socket, at the address that the process believes to have.
 * Opened in vi.hoisted, before anything reads the environment, so it imports them only when they are asked.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";

export async function openApp() {
  const answer = async (request: Request) => {
    const { apiHandler } = await import("#server/api.ts");
    const handler = apiHandler(new URL(request.url).pathname);
    return handler ? handler(request) : new Response("a page", { status: 404 });
  };
  // Clients of the same process must find the Response that fetch gives to be the global one.
  const server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://localhost:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
