import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { resetAuth } from "#server/auth.ts";
import { connectRedis, whenReady } from "#server/redis.ts";
import { RedisRepeatStore } from "#server/repeat-store.ts";
import { mostRepeats } from "#server/repeats.ts";
import { rest } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { accountWithDataset, addDocument, openDoor } from "./door-under-test.ts";

setUpTestDatabase();

let door: Awaited<ReturnType<typeof openDoor>>;

beforeAll(async () => {
  resetAuth();
  door = await openDoor();
});
afterAll(() => door.close());

const resultSchema = z.object({
  isError: z.boolean().optional(),
  structuredContent: z.looseObject({}).optional(),
  content: z.array(z.looseObject({ text: z.string().optional() })),
  _meta: z.object({
    "dev.fltr/meter": z.looseObject({
      charged: z.int(),
      receiptId: z.string().nullable(),
      repeated: z.object({ times: z.int() }).optional(),
    }),
    "dev.fltr/problem": z.looseObject({ code: z.string() }).optional(),
  }),
});

async function callTool(key: string, name: string, args: Record<string, unknown>) {
  const response = await fetch(door.url, {
    method: "POST",
    headers: {
      "x-api-key": key,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }),
  });
  const text = await response.text();
  const message = JSON.parse(text.match(/^data: (.+)$/m)?.[1] ?? text);
  return { status: response.status, result: message.result ? resultSchema.parse(message.result) : null };
}

async function called(key: string, name: string, args: Record<string, unknown>) {
  const { result } = await callTool(key, name, args);
  if (!result) throw new Error("no result");
  const { "dev.fltr/meter": meter, "dev.fltr/problem": problem } = result._meta;
  return { meter, problem, output: result.structuredContent, text: result.content[0]?.text ?? "" };
}

async function balanceOf(userId: string): Promise<number> {
  const [row] = await query<{ balance: number }>("select balance from credit_accounts where id = $1", [
    userId,
  ]);
  return Number(row?.balance);
}

// A store that answers late counts nothing, as a busy machine may have it: then the call is made anew.
it("answers the identical call as before, at no charge, and says so", { retry: 3 }, async () => {
  const { account, datasetId, key } = await accountWithDataset();
  const first = await called(key, "query_dataset", { datasetId, query: "granite" });
  const second = await called(key, "query_dataset", { query: "granite", datasetId });
  expect(first.meter).toMatchObject({ charged: 10 });
  expect(first.meter.repeated).toBeUndefined();
  expect(second.meter).toMatchObject({
    charged: 0,
    balance: 9_990,
    receiptId: first.meter.receiptId,
    repeated: { times: 2 },
  });
  expect(second.output).toEqual(first.output);
  expect(second.text).toContain("identical call 2 times");
  expect(await balanceOf(account.userId)).toBe(9_990);
  const other = await called(key, "query_dataset", { datasetId, query: "granite rock" });
  expect(other.meter).toMatchObject({ charged: 10 });
});

it("keeps nothing of one credential for another, nor for one with other rights", async () => {
  const { account, datasetId, key } = await accountWithDataset();
  const call = { datasetId, query: "granite" };
  await called(key, "query_dataset", call);
  const another = await account.createKey();
  expect((await called(another.key, "query_dataset", call)).meter).toMatchObject({ charged: 10 });
  await rest("PATCH", `/keys/${another.id}`, { cookie: account.cookie }, { datasets: [] });
  expect((await called(another.key, "query_dataset", call)).problem?.code).toBe("not_found");
});

it("answers a revoked key 401", async () => {
  const { account, datasetId } = await accountWithDataset();
  const { id, key } = await account.createKey();
  const call = { datasetId, query: "granite" };
  await called(key, "query_dataset", call);
  await called(key, "query_dataset", call);
  await query("delete from apikey where id = $1", [id]);
  expect((await callTool(key, "query_dataset", call)).status).toBe(401);
});

describe("does not answer from memory once it may be wrong", () => {
  it.each([
    [
      "a document was added",
      async ({ datasetId }: Fixture) => addDocument(datasetId, "More", "Granite, again."),
    ],
    [
      "a document was deleted",
      async ({ documentId }: Fixture) => query("delete from documents where id = $1", [documentId]),
    ],
    [
      "the dataset went to somebody else",
      async ({ datasetId }: Fixture) =>
        query("update datasets set owner_id = null where id = $1", [datasetId]),
    ],
  ])("%s", async (_, change) => {
    const fixture = await accountWithDataset();
    const call = { datasetId: fixture.datasetId, query: "granite" };
    const first = await called(fixture.key, "query_dataset", call);
    await change(fixture);
    const second = await called(fixture.key, "query_dataset", call);
    expect(second.meter.repeated).toBeUndefined();
    expect(second.meter.receiptId).not.toBe(first.meter.receiptId);
  });
});

type Fixture = Awaited<ReturnType<typeof accountWithDataset>>;

it("pauses a call that does not stop, tells its owner, and resumes", async () => {
  const { account, datasetId, documentId, key } = await accountWithDataset();
  const call = { datasetId, documentId, length: 20 };
  for (let times = 1; times <= mostRepeats; times++) {
    expect((await called(key, "read_document", call)).problem).toBeUndefined();
  }
  for (let again = 0; again < 3; again++) {
    const paused = await called(key, "read_document", call);
    expect(paused.problem?.code).toBe("call_paused");
    expect(paused.text).toContain("ask something else");
  }
  expect((await called(key, "read_document", { ...call, length: 21 })).problem).toBeUndefined();

  const { body } = await rest("GET", "/pauses", { cookie: account.cookie });
  const pauses = z.array(z.looseObject({ id: z.string() })).parse(body.items);
  expect(pauses).toMatchObject([{ operation: "documents.read", name: "test", credentialKind: "apiKey" }]);
  const alerts = async () => (await rest("GET", "/alerts", { cookie: account.cookie })).body.items;
  expect(await alerts()).toMatchObject([{ kind: "callPaused", name: "test", amount: 1, limit: "apiKey" }]);
  const { body: log } = await rest("GET", "/audit?event=calls.pause", { cookie: account.cookie });
  expect(log.items).toHaveLength(1);

  const stranger = await accountWithDataset();
  const path = `/pauses/${pauses[0]?.id}/resume`;
  expect((await rest("POST", path, { cookie: stranger.account.cookie }, {})).status).toBe(404);
  expect((await rest("POST", path, { cookie: account.cookie }, {})).status).toBe(204);
  expect((await called(key, "read_document", call)).problem).toBeUndefined();
  expect((await rest("GET", "/pauses", { cookie: account.cookie })).body.items).toEqual([]);
  expect(await alerts()).toEqual([]);
});

const redisUrl = process.env.REDIS_URL;
if (redisUrl) {
  it("counts, remembers, pauses and forgets in one place for all processes", async () => {
    const clients = [connectRedis(redisUrl), connectRedis(redisUrl)];
    await Promise.all(clients.map(whenReady));
    const [one, other] = clients.map((client) => new RedisRepeatStore(client));
    if (!one || !other) throw new Error("no stores");
    const key = `test-${Date.now()}`;
    expect(await one.count(key)).toEqual({ times: 1, answer: null, paused: false });
    await one.keep(key, "sealed");
    expect(await other.count(key)).toEqual({ times: 2, answer: "sealed", paused: false });
    await other.pause(key, 60);
    expect(await one.count(key)).toEqual({ times: 3, answer: null, paused: true });
    await one.forget(key);
    expect(await other.count(key)).toEqual({ times: 1, answer: null, paused: false });
    for (const client of clients) client.disconnect();
  });
}
