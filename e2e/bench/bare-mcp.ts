/** What the SDK leaves of node:http: a server of TOOLS tools that echo, for everybody. */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const words = z.object({ words: z.string() });
const names = Array.from({ length: Number(process.env.TOOLS) }, (_, index) => `echo_${index}`);

const { fetch: answer } = createMcpHandler(() => {
  const server = new McpServer({ name: "echo", version: "1" });
  for (const name of names) {
    server.registerTool(
      name,
      { description: "Says what it is told", inputSchema: words, outputSchema: words },
      (told) => ({ content: [{ type: "text", text: told.words }], structuredContent: told }),
    );
  }
  return server;
});

createServer(
  getRequestListener((request) =>
    new URL(request.url).pathname === "/api/mcp" ? answer(request) : new Response("ready"),
  ),
).listen(Number(process.env.PORT), "127.0.0.1");
