/**
 * MCP besides a search: what is listed and what is free, for accounts with few and many endpoints, against a
 * bare server of the SDK that has as many tools.
 */
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { catchMcpRequest, type Era, eras } from "./mcp-request.ts";
import { start } from "./processes.ts";

/** Endpoints that an account has, each a tool, or tools that the bare server has. */
export const endpointCounts = [1, 20, 200] as const;
type Count = (typeof endpointCounts)[number];

const families = {
  i: { era: "modern", method: "tools/list" },
  j: { era: "legacy", method: "tools/list" },
  k: { era: "modern", method: "tools/call" },
  l: { era: "legacy", method: "tools/call" },
} as const satisfies Record<string, { era: Era; method: "tools/list" | "tools/call" }>;
type Family = keyof typeof families;
const familyIds = Object.keys(families) as Family[];
const dates = { modern: "2026-07-28", legacy: "2025-11-25" } as const;

/** `i20`: the product's; `i20b`: the bare server's. */
type Id = `${Family}${Count}${"" | "b"}`;

const all = familyIds.flatMap((family) => endpointCounts.map((count) => ({ family, count })));

export const mcpTitles = {
  ...Object.fromEntries(
    all.flatMap(({ family, count }) => {
      const { era, method } = families[family];
      const what = `${method}, ${dates[era]}`;
      const ours = method === "tools/call" ? "free tools/call" : method;
      return [
        [`${family}${count}b`, `${what}, bare SDK server, ${count} tools`],
        [`${family}${count}`, `${ours}, ${dates[era]}, ${count} endpoints`],
      ];
    }),
  ),
  m1: "tools/list, 2026-07-28, 200 endpoints, one caller",
} as Record<Id | "m1", string>;
export type McpCaseId = keyof typeof mcpTitles;

export const mcpRatios = all.map(({ family, count }) => ({
  of: `${family}${count}`,
  to: `${family}${count}b`,
  means: `${families[family].method} against a bare SDK server, ${dates[families[family].era]}, ${count}`,
  aim: 0.5,
}));

export type McpRequests = {
  readonly id: McpCaseId;
  readonly port: number;
  readonly request: () => string;
  readonly callers?: 1;
};

const echoServer = fileURLToPath(new URL("./bare-mcp.ts", import.meta.url));

/** @param keys of accounts with so many endpoints */
export async function mcpRequests(
  port: number,
  keys: ReadonlyMap<number, string>,
  wants: (id: McpCaseId) => boolean,
): Promise<McpRequests[]> {
  const requests: McpRequests[] = [];
  for (const count of endpointCounts) {
    const ids = familyIds.map((family) => ({ family, id: `${family}${count}` as const }));
    for (const { family, id } of ids.filter((one) => wants(one.id))) {
      requests.push(await requestOf(id, port, family, keys.get(count) ?? "", ["list_datasets", {}]));
    }
    const bareIds = ids.filter(({ id }) => wants(`${id}b`));
    if (bareIds.length === 0) continue;
    const env = { TOOLS: String(count) };
    const bare = await start("The bare MCP server", () => ({ args: [echoServer], env }), "/");
    for (const { family, id } of bareIds) {
      requests.push(await requestOf(`${id}b`, bare.port, family, "", ["echo_0", { words: "hello" }]));
    }
  }
  if (wants("m1")) {
    requests.push({ ...(await requestOf("m1", port, "i", keys.get(200) ?? "", ["", {}])), callers: 1 });
  }
  return requests;
}

async function requestOf(
  id: McpCaseId,
  port: number,
  family: Family,
  key: string,
  [name, args]: readonly [string, Record<string, string>],
): Promise<McpRequests> {
  const { era, method } = families[family];
  const caught = await catchMcpRequest(port, era, key, method, (client) =>
    method === "tools/list" ? client.listTools() : client.callTool({ name, arguments: args }),
  );
  return { id, port, request: () => caught(key) };
}

/** Milliseconds of each key's first call after connecting, by the client's clock. No process knew the keys. */
export async function timeFirstCalls(port: number, keys: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const key of keys) {
    const client = new Client({ name: "fltr-bench", version: "1.0.0" }, eras.modern);
    const url = new URL(`http://127.0.0.1:${port}/api/mcp`);
    await client.connect(
      new StreamableHTTPClientTransport(url, { requestInit: { headers: { "X-API-Key": key } } }),
    );
    const startedAt = performance.now();
    await client.callTool({ name: "list_datasets", arguments: {} });
    times.push(performance.now() - startedAt);
    await client.close();
  }
  return times;
}
