/**
 * For tests: the process's handlers on a real socket, at the address that the process believes to have.
 * Opened in vi.hoisted, before anything reads the environment, so it imports them only when they are asked.
 */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { listenLocally } from "./local-server.ts";

export async function openApp() {
  const answer = async (request: Request) => {
    const { apiHandler } = await import("#server/api.ts");
    const handler = apiHandler(new URL(request.url).pathname);
    return handler ? handler(request) : new Response("a page", { status: 404 });
  };
  // Clients of the same process must find the Response that fetch gives to be the global one.
  const server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }));
  const { port, close } = await listenLocally(server);
  return {
    url: `http://localhost:${port}`,
    close,
  };
}
