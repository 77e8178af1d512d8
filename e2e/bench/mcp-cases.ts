/** MCP besides a search: what is listed and what is free, against a bare server of the SDK. */
import { fileURLToPath } from "node:url";
import { catchMcpRequest, type Era } from "./mcp-request.ts";
import { start } from "./processes.ts";

export const mcpTitles = {
  i0: "tools/list of a bare SDK server, 2026-07-28",
  i1: "tools/list, 2026-07-28",
  j0: "tools/list of a bare SDK server, 2025-11-25",
  j1: "tools/list, 2025-11-25",
  k0: "tools/call of a bare SDK server, 2026-07-28",
  k1: "tools/call of a free tool, 2026-07-28",
  l0: "tools/call of a bare SDK server, 2025-11-25",
  l1: "tools/call of a free tool, 2025-11-25",
} as const;
type McpCaseId = keyof typeof mcpTitles;

export const mcpRatios = [
  { of: "i1", to: "i0", means: "tools/list against a bare SDK server, 2026-07-28", aim: 0.5 },
  { of: "j1", to: "j0", means: "tools/list against a bare SDK server, 2025-11-25", aim: 0.5 },
  { of: "k1", to: "k0", means: "a free tool against an echo of a bare SDK server, 2026-07-28", aim: 0.5 },
  { of: "l1", to: "l0", means: "a free tool against an echo of a bare SDK server, 2025-11-25", aim: 0.5 },
];

type Requests = { readonly id: McpCaseId; readonly port: number; readonly request: () => string };

const echoServer = fileURLToPath(new URL("./bare-mcp.ts", import.meta.url));
const lists = { modern: "i", legacy: "j" } as const;
const calls = { modern: "k", legacy: "l" } as const;
const eras: readonly Era[] = ["modern", "legacy"];

export async function bareMcpRequests(): Promise<Requests[]> {
  const { port } = await start("The bare MCP server", () => ({ args: [echoServer] }), "/");
  const requests: Requests[] = [];
  for (const era of eras) {
    const list = await catchMcpRequest(port, era, "", "tools/list", (client) => client.listTools());
    const call = await catchMcpRequest(port, era, "", "tools/call", (client) =>
      client.callTool({ name: "echo", arguments: { words: "hello" } }),
    );
    requests.push({ id: `${lists[era]}0`, port, request: () => list("") });
    requests.push({ id: `${calls[era]}0`, port, request: () => call("") });
  }
  return requests;
}

export async function productMcpRequests(port: number, key: string): Promise<Requests[]> {
  const requests: Requests[] = [];
  for (const era of eras) {
    const list = await catchMcpRequest(port, era, key, "tools/list", (client) => client.listTools());
    const call = await catchMcpRequest(port, era, key, "tools/call", (client) =>
      client.callTool({ name: "list_datasets", arguments: {} }),
    );
    requests.push({ id: `${lists[era]}1`, port, request: () => list(key) });
    requests.push({ id: `${calls[era]}1`, port, request: () => call(key) });
  }
  return requests;
}
