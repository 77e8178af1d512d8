/**
 * The request of a tool call as the official client sends it, in either era: caught on its way, so that the
 * generator can send the same with other keys and queries.
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { httpRequest } from "./generator.ts";

export type Era = "modern" | "legacy";
export type ToolRequest = (key: string, query: string) => string;

const eras = {
  modern: { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  legacy: { versionNegotiation: { mode: "legacy" } },
} as const;
const queryMark = "the query goes here";
const managed = new Set(["host", "content-length", "connection", "x-api-key"]);

export async function catchToolRequest(
  port: number,
  era: Era,
  call: { tool: string; key: string; arguments: Record<string, unknown> },
): Promise<ToolRequest> {
  const sent: { headers: Record<string, string>; body: string }[] = [];
  const transport = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/api/mcp`), {
    requestInit: { headers: { "X-API-Key": call.key } },
    fetch: async (url, init) => {
      if (typeof init?.body === "string") {
        sent.push({ headers: Object.fromEntries(new Headers(init.headers)), body: init.body });
      }
      return fetch(url, init);
    },
  });
  const client = new Client({ name: "fltr-bench", version: "1.0.0" }, eras[era]);
  await client.connect(transport);
  const result = await client.callTool({
    name: call.tool,
    arguments: { ...call.arguments, query: queryMark },
  });
  await client.close();
  if (result.isError) throw new Error(`The tool failed: ${JSON.stringify(result.content)}`);
  const request = sent.find(({ body }) => body.includes(queryMark));
  if (!request) throw new Error("The client sent no tool call.");
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !managed.has(name)));
  return (key, query) =>
    httpRequest(
      port,
      "POST",
      "/api/mcp",
      { ...headers, "X-API-Key": key },
      request.body.replace(queryMark, () => JSON.stringify(query).slice(1, -1)),
    );
}
