import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resetAuth } from "#server/auth.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { accountWithDataset, openDoor } from "./door-under-test.ts";

setUpTestDatabase();

let door: Awaited<ReturnType<typeof openDoor>>;
let fixture: Awaited<ReturnType<typeof accountWithDataset>>;

beforeAll(async () => {
  resetAuth();
  fixture = await accountWithDataset();
  door = await openDoor();
});
afterAll(() => door.close());

const identity = { name: "test", version: "1" };

const newest = (mode: "auto" | "legacy" | { pin: string }) => async (headers: Record<string, string>) => {
  const client = new Client(identity, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(door.url, { requestInit: { headers } }));
  return client;
};
const oldest = async (headers: Record<string, string>) => {
  const client = new OldClient(identity);
  const transport = new OldTransport(door.url, { requestInit: { headers } });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
};

describe.each([
  ["SDK 2, auto", newest("auto"), "2026-07-28"],
  ["SDK 2, pinned to 2026-07-28", newest({ pin: "2026-07-28" }), "2026-07-28"],
  ["SDK 2, legacy", newest("legacy"), "2025-11-25"],
  ["SDK 1", oldest, null],
])("%s", (kind, connect, version) => {
  it("connects, reads how to begin, lists and calls", async () => {
    const client = await connect({ "x-api-key": fixture.key });
    expect(client.getServerVersion()).toMatchObject({ name: "fltr", title: "FLTR" });
    expect(client.getInstructions()).toContain("list_datasets");
    expect(client.getInstructions()).toContain(`${fixture.datasetId} Stones`);
    expect(client.getServerCapabilities()).toEqual({
      tools: { listChanged: false },
      resources: { listChanged: false, subscribe: false },
      prompts: { listChanged: false },
      completions: {},
    });
    if (version && client instanceof Client) expect(client.getNegotiatedProtocolVersion()).toBe(version);

    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names[0]).toBe("list_datasets");
    expect(names).toEqual(expect.arrayContaining(["query_dataset", "batch_query", "read_document", "quote"]));

    const listed = await client.callTool({ name: "list_datasets", arguments: {} });
    expect(listed.structuredContent).toMatchObject({ items: [{ id: fixture.datasetId }], nextCursor: null });

    const found = await client.callTool({
      name: "query_dataset",
      // Not the call of the client before.
      arguments: { datasetId: fixture.datasetId, query: `granite "${kind}"`, topK: 1 },
    });
    expect(found.structuredContent).toMatchObject({
      hits: [{ documentId: fixture.documentId }],
      creditsCharged: 10,
    });
    expect(found._meta?.["dev.fltr/meter"]).toMatchObject({ charged: 10 });

    const wrong = await client.callTool({
      name: "query_dataset",
      arguments: { datasetId: fixture.datasetId },
    });
    expect(wrong.isError).toBe(true);
    await expect(client.callTool({ name: "no_such_tool", arguments: {} })).rejects.toThrow("no_such_tool");
    await client.close();
  });

  it("finds, completes and reads resources, and prompts with completed arguments", async () => {
    const client = await connect({ "x-api-key": fixture.key });
    const { datasetId, documentId } = fixture;
    const dataset = `fltr://datasets/${datasetId}`;
    const document = `${dataset}/documents/${documentId}`;
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([dataset, document]);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
      "fltr://datasets/{datasetId}/documents/{documentId}/chunks/{chunkId}",
    );
    const complete = async (ref: Parameters<typeof client.complete>[0]["ref"], name: string, value: string) =>
      (await client.complete({ ref, argument: { name, value }, context: { arguments: { datasetId } } }))
        .completion.values;
    const template = {
      type: "ref/resource",
      uri: "fltr://datasets/{datasetId}/documents/{documentId}",
    } as const;
    expect(await complete(template, "datasetId", "sto")).toEqual([datasetId]);
    expect(await complete(template, "documentId", documentId.slice(0, 8))).toEqual([documentId]);

    expect((await client.readResource({ uri: dataset })).contents).toMatchObject([
      { mimeType: "application/json" },
    ]);
    const read = await client.readResource({ uri: `${document}?start=11&end=35` });
    expect(read.contents).toMatchObject([{ mimeType: "text/plain", text: "Granite is a coarse rock" }]);
    expect(read._meta?.["dev.fltr/meter"]).toMatchObject({
      charged: 0,
      receiptId: expect.stringMatching(/^rcpt_/),
    });
    await expect(client.readResource({ uri: `${dataset}/documents/doc_none` })).rejects.toThrow("not found");

    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual([
      "answer_with_citations",
      "compare_sources",
      "summarise_dataset",
    ]);
    const prompt = { type: "ref/prompt", name: "summarise_dataset" } as const;
    expect(await complete(prompt, "dataset", "St")).toEqual(["Stones"]);
    const got = await client.getPrompt({ name: "summarise_dataset", arguments: { dataset: "stones" } });
    expect(JSON.stringify(got.messages)).toContain(datasetId);
    await expect(client.getPrompt({ name: "summarise_dataset", arguments: {} })).rejects.toThrow(
      "argument dataset",
    );
    await client.close();
  });

  it("is told that it needs a credential", async () => {
    await expect(connect({})).rejects.toThrow(/401|Unauthorized|Authentication required/i);
    await expect(connect({ "x-api-key": "fltr_garbage" })).rejects.toThrow(
      /401|Unauthorized|Authentication required/i,
    );
  });

  it("can take back a call", async () => {
    const client = await connect({ authorization: `Bearer ${fixture.key}` });
    const stop = new AbortController();
    const params = { name: "query_dataset", arguments: { datasetId: fixture.datasetId, query: "granite" } };
    const options = { signal: stop.signal };
    const calling =
      client instanceof Client
        ? client.callTool(params, options)
        : client.callTool(params, undefined, options);
    stop.abort();
    await expect(calling).rejects.toThrow();
    await client.close();
  });
});
