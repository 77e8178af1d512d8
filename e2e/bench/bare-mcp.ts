/** What the SDK leaves of node:http: a server of one tool that echoes, for everybody. */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const { fetch: answer } = createMcpHandler(() => {
  const server = new McpServer({ name: "echo", version: "1" });
  const words = { words: z.string() };
  server.registerTool(
    "echo",
    { description: "Says what it is told", inputSchema: z.object(words), outputSchema: z.object(words) },
    (told) => ({ content: [{ type: "text", text: told.words }], structuredContent: told }),
  );
  return server;
});

createServer(
  getRequestListener((request) =>
    new URL(request.url).pathname === "/api/mcp" ? answer(request) : new Response("ready"),
  ),
).listen(Number(process.env.PORT), "127.0.0.1");
