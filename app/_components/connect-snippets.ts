/** How a key is put to use, ready to copy. */

type Call = { address: string; key: string };

export function curlCommand(call: Call & { datasetId: string; query: string }): string {
  const url = `${call.address}/api/v1/mcp/query/${encodeURIComponent(call.datasetId)}/default`;
  const query = (call.query || "how do I get started").replaceAll("'", "'\\''");
  return `curl -G ${url} \\\n  -H 'X-API-Key: ${call.key}' \\\n  --data-urlencode 'query=${query}'`;
}

export function claudeCommand({ address, key }: Call): string {
  return `claude mcp add --transport http fltr ${address}/api/mcp --header "X-API-Key: ${key}"`;
}

export function cursorConfig({ address, key }: Call): string {
  return pretty({ mcpServers: { fltr: { url: `${address}/api/mcp`, headers: { "X-API-Key": key } } } });
}

export function vscodeConfig({ address, key }: Call): string {
  return pretty({
    servers: { fltr: { type: "http", url: `${address}/api/mcp`, headers: { "X-API-Key": key } } },
  });
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
