/** How a key is put to use, ready to copy. */

/** Until somebody asks one. */
export const exampleQuestion = "how do I get started";

type Call = { address: string; key: string };

export function curlCommand(call: Call & { datasetId: string; endpoint?: string; query: string }): string {
  const url = `${call.address}/api/v1/mcp/query/${encodeURIComponent(call.datasetId)}/${call.endpoint ?? "default"}`;
  const query = quoted(`query=${call.query || exampleQuestion}`);
  return `curl -G ${url} \\\n  -H 'X-API-Key: ${call.key}' \\\n  --data-urlencode ${query}`;
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

/** The arguments of a tool, as an AI app sends them. */
export function toolCall(datasetId: string, endpoint: string): string {
  return pretty({
    name: "query_dataset",
    arguments: { datasetId, endpoint, query: exampleQuestion },
  });
}

export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** As a shell takes it for one word, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Without a key: the app signs its user in and asks what it may do. */
export const signInSnippets = {
  claudeCode: (address: string) => `claude mcp add --transport http fltr ${mcpUrl(address)}`,
  codex: (address: string) => `codex mcp add fltr --url ${mcpUrl(address)}`,
  gemini: (address: string) => `gemini mcp add --transport http fltr ${mcpUrl(address)}`,
  mcpRemote: (address: string) => `npx mcp-remote ${mcpUrl(address)}`,
  mcpRemoteConfig: (address: string) =>
    pretty({ mcpServers: { fltr: { command: "npx", args: ["mcp-remote", mcpUrl(address)] } } }),
  vscodeLink: (address: string) =>
    `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: "fltr", type: "http", url: mcpUrl(address) }))}`,
  cursorLink: (address: string) =>
    `cursor://anysphere.cursor-deeplink/mcp/install?name=fltr&config=${encodeURIComponent(btoa(JSON.stringify({ url: mcpUrl(address) })))}`,
};

export function mcpUrl(address: string): string {
  return `${address}/api/mcp`;
}

/** RFC 6749 §4.4 with the secret in Basic authentication. */
export function tokenCommand(machine: {
  address: string;
  clientId: string;
  clientSecret: string;
  scopes: readonly string[];
}): string {
  const { address, clientId, clientSecret, scopes } = machine;
  return [
    `curl ${address}/api/auth/oauth2/token`,
    `-u '${clientId}:${clientSecret}'`,
    "-d grant_type=client_credentials",
    `-d 'scope=${scopes.join(" ")}'`,
    `-d resource=${mcpUrl(address)}`,
  ].join(" \\\n  ");
}
