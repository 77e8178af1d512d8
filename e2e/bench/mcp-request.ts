/**
 * A request as the official client sends it, in either era: caught on its way, so that the generator can send
 * the same with other keys and words.
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { httpRequest } from "./generator.ts";

export type Era = "modern" | "legacy";
export type McpRequest = (key: string, words?: string) => string;

export const eras = {
  modern: { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  legacy: { versionNegotiation: { mode: "legacy" } },
} as const;
/** Stands in a request where the words of the call go. */
export const wordsMark = "the words go here";
const managed = new Set(["host", "content-length", "connection", "x-api-key"]);

export async function catchMcpRequest(
  port: number,
  era: Era,
  key: string,
  method: "tools/list" | "tools/call",
  ask: (client: Client) => Promise<{ isError?: boolean | undefined; [field: string]: unknown }>,
): Promise<McpRequest> {
  const sent: { headers: Record<string, string>; body: string }[] = [];
  const transport = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/api/mcp`), {
    requestInit: { headers: { "X-API-Key": key } },
    fetch: async (url, init) => {
      if (typeof init?.body === "string") {
        sent.push({ headers: Object.fromEntries(new Headers(init.headers)), body: init.body });
      }
      return fetch(url, init);
    },
  });
  const client = new Client({ name: "fltr-bench", version: "1.0.0" }, eras[era]);
  await client.connect(transport);
  const result = await ask(client);
  await client.close();
  if (result.isError) throw new Error(`The tool failed: ${JSON.stringify(result.content)}`);
  const request = sent.find(({ body }) => JSON.parse(body).method === method);
  if (!request) throw new Error(`The client sent no ${method}.`);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !managed.has(name)));
  return (key, words = "") =>
    httpRequest(
      port,
      "POST",
      "/api/mcp",
      { ...headers, "X-API-Key": key },
      request.body.replace(wordsMark, () => JSON.stringify(words).slice(1, -1)),
    );
}
