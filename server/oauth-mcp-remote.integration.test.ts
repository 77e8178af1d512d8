import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { resource } from "./access-token.ts";
import { resetAuth } from "./auth.ts";
import { accountWithDataset } from "./mcp/door-under-test.ts";
import { rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { approve } from "./testing/oauth-client.ts";

const app = await vi.hoisted(async () => {
  const { openApp } = await import("./testing/app-server.ts");
  const opened = await openApp();
  vi.stubEnv("APP_URL", opened.url);
  return opened;
});

setUpTestDatabase();

beforeAll(() => resetAuth());
afterAll(() => app.close());

const program = fileURLToPath(import.meta.resolve("mcp-remote/dist/proxy.js"));

/** The proxy as a desktop app starts it, and the addresses that it asks its user to visit. */
async function startProxy() {
  const folder = await mkdtemp(join(tmpdir(), "mcp-remote-"));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, resource, "--allow-http", "--transport", "http-only"],
    // On an empty PATH it finds no browser to open.
    env: { MCP_REMOTE_CONFIG_DIR: folder, HOME: folder, PATH: folder },
    stderr: "pipe",
  });
  onTestFinished(async () => {
    await transport.close();
    await rm(folder, { recursive: true, force: true });
  });
  let told = "";
  transport.stderr?.on("data", (chunk) => {
    told += chunk;
  });
  const asked = async (times: number) => {
    const addresses = () => [...told.matchAll(/^http\S+\/oauth2\/authorize\?\S+(?=\n)/gm)];
    const found = await vi.waitUntil(() => addresses()[times - 1], { timeout: 15_000 });
    return new URL(found[0]);
  };
  return { transport, asked };
}

/** The owner's browser on the way to the consent page, and back with a refusal. */
async function deny(authorization: URL, { cookie }: TestAccount): Promise<URL> {
  const response = await fetch(authorization, { headers: { cookie } });
  const consent = new URL((await response.json()).url, resource);
  const request = { oauthQuery: consent.search.slice(1) };
  const { body } = await rest("POST", "/connections/denials", { cookie }, { request });
  return new URL(String(body.redirectUrl));
}

it("gives an app that only speaks stdio its datasets, until it is disconnected", async () => {
  const { account, datasetId } = await accountWithDataset();
  const { cookie } = account;
  const { transport, asked } = await startProxy();
  const client = new Client({ name: "test", version: "1" });

  const consent = async () => {
    const callback = await approve(await asked(1), account, { datasets: [datasetId] });
    expect((await fetch(callback)).status).toBe(200);
  };
  await Promise.all([client.connect(transport), consent()]);

  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain("list_datasets");
  const list = () => client.callTool({ name: "list_datasets", arguments: {} });
  expect((await list()).structuredContent).toMatchObject({ items: [{ id: datasetId }] });

  const { items } = (await rest("GET", "/connections", { cookie })).body as { items: { id: string }[] };
  expect(items).toHaveLength(1);
  expect((await rest("DELETE", `/connections/${items[0]?.id}`, { cookie })).status).toBe(204);

  const refusal = async () => {
    const callback = await deny(await asked(2), account);
    // It prints the address before it listens for the answer.
    await vi.waitFor(() => fetch(callback), { timeout: 10_000 });
  };
  await Promise.all([expect(list(), "it asks its user again").rejects.toThrow(/access_denied/), refusal()]);
}, 40_000);
