import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { resetAuth } from "#server/auth.ts";
import { rest } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { accountWithDataset, openDoor } from "./door-under-test.ts";

setUpTestDatabase();

let door: Awaited<ReturnType<typeof openDoor>>;

beforeAll(async () => {
  resetAuth();
  door = await openDoor();
});
afterAll(() => door.close());

async function connect(key: string): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(
    new StreamableHTTPClientTransport(door.url, { requestInit: { headers: { "x-api-key": key } } }),
  );
  return client;
}

it("offers each published endpoint as a tool that searches as it says, and to nobody else", async () => {
  const { account, datasetId, documentId, key } = await accountWithDataset();
  const endpoint = {
    datasetId,
    name: "coarse-rocks",
    description: "Use it for coarse rocks.",
    options: { topK: 1 },
    fixed: ["topK"],
    publish: true,
  };
  expect((await rest("POST", "/mcp/endpoints", { cookie: account.cookie }, endpoint)).status).toBe(201);
  const client = await connect(key);
  const tool = (await client.listTools()).tools.find(({ name }) => name === "stones_coarse_rocks");
  expect(tool).toMatchObject({
    description: expect.stringContaining("Use it for coarse rocks."),
    inputSchema: { required: ["query"] },
    annotations: { readOnlyHint: true },
    _meta: { "dev.fltr/price": { credits: 10 } },
  });
  expect(tool?.inputSchema.properties).not.toHaveProperty("topK");

  const found = await client.callTool({ name: "stones_coarse_rocks", arguments: { query: "granite" } });
  expect(found.structuredContent).toMatchObject({ hits: [{ documentId }], creditsCharged: 10 });
  const fixed = await client.callTool({
    name: "stones_coarse_rocks",
    arguments: { query: "granite", topK: 9 },
  });
  expect(fixed.isError).toBe(true);
  const price = await client.callTool({ name: "quote", arguments: { tool: "stones_coarse_rocks" } });
  expect(price.structuredContent).toMatchObject({ operation: "search.query", credits: 10 });

  const stranger = await connect((await accountWithDataset()).key);
  expect((await stranger.listTools()).tools.map(({ name }) => name)).not.toContain("stones_coarse_rocks");
  await expect(stranger.callTool({ name: "stones_coarse_rocks", arguments: { query: "x" } })).rejects.toThrow(
    "not found",
  );
  await client.close();
  await stranger.close();
});

it("lists two hundred in one page, in an order that stays", async () => {
  const { datasetId, key } = await accountWithDataset();
  await query(
    `with made as (
       insert into endpoints (id, dataset_id, name, title, description, options, fixed, published_version, latest_version)
       select 'ep_many' || lpad(n::text, 10, '0'), $1, 'kind-' || n, 'Kind ' || n, '', '{"topK":5}', '{}', 1, 1
       from generate_series(1, 200) n returning id, title, description, options, fixed
     )
     insert into endpoint_versions (endpoint_id, version, title, description, options, fixed)
     select id, 1, title, description, options, fixed from made`,
    [datasetId],
  );
  const client = await connect(key);
  const { tools, nextCursor } = await client.listTools();
  expect(nextCursor).toBeUndefined();
  expect(tools[0]?.name).toBe("list_datasets");
  const names = tools.map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("stones_kind_"))).toHaveLength(200);
  expect(new Set(names).size).toBe(names.length);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(names);
  await client.close();
});
