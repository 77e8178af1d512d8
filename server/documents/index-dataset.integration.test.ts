/** A dataset goes over to another model or language while what it had serves; what is missing is made up for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { verifyLedger } from "#server/ledger-verify.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { indexDataset, removeOldVectors } from "./index-dataset.ts";
import { ingestDocument } from "./ingest.ts";
import { startIngestion } from "./ingestion-worker.ts";
import { enqueueIndexing } from "./queue.ts";

const server = await vi.hoisted(async () => {
  const { startEmbeddingsServer } = await import("../testing/embeddings-server.ts");
  // It knows three things, and is as sure of each as of nothing at all.
  const topics = [/\b(car|automobile)/i, /\b(stone|rock)/i, /\b(bread|loaf)/i];
  const meaning = (text: string) => [...topics.map((topic) => (topic.test(text) ? 2 : 0)), 1];
  const started = await startEmbeddingsServer(meaning);
  process.env.EMBEDDINGS_URL = started.url;
  process.env.EMBEDDINGS_MODEL = "local";
  return started;
});

setUpTestDatabase();
afterAll(() => server.close());

let owner: TestAccount;
let cookie: { cookie: string };
const { signal } = new AbortController();

beforeAll(async () => {
  owner = await createTestAccount();
  cookie = { cookie: owner.cookie };
});
beforeEach(() => server.set("answer"));

async function make(fields: Record<string, unknown>, texts: readonly string[]): Promise<string> {
  const { body } = await rest("POST", "/datasets", cookie, { name: "Things", ...fields });
  for (const text of texts) await add(String(body.id), text);
  return String(body.id);
}

async function add(datasetId: string, text: string): Promise<void> {
  const title = text.slice(0, 100);
  const { body } = await rest("POST", `/datasets/${datasetId}/documents`, cookie, { title, text });
  await ingestDocument(String(body.id));
}

type Answer = { hits: { documentTitle: string; signals: { vector: unknown } }[]; notice: string | null };

async function ask(datasetId: string, words: string, more = ""): Promise<Answer> {
  const { body } = await rest(
    "GET",
    `/mcp/query/${datasetId}/default?query=${words}&explain=true${more}`,
    cookie,
  );
  return body as unknown as Answer;
}

const balance = async () => Number((await rest("GET", "/credits", cookie)).body.balance);
const titles = async (datasetId: string, words: string) =>
  (await ask(datasetId, words)).hits.map(({ documentTitle }) => documentTitle);
const change = (datasetId: string, fields: Record<string, unknown>) =>
  rest("PATCH", `/datasets/${datasetId}`, cookie, fields);
const read = async (datasetId: string) => (await rest("GET", `/datasets/${datasetId}`, cookie)).body;
const things = ["A car.", "A stone.", "A loaf."];

describe("a model", () => {
  it("is the configured one unless another is asked for, and one that there is", async () => {
    const made = await rest("POST", "/datasets", cookie, { name: "New" });
    expect(made.body).toMatchObject({ embeddingModel: "local", language: "english" });
    for (const reply of [
      await rest("POST", "/datasets", cookie, { name: "New", embeddingModel: "none" }),
      await change(String(made.body.id), { embeddingModel: "none" }),
    ]) {
      expect(reply.status).toBe(400);
      expect(reply.body.detail).toContain("local and lexical-hash");
    }
  });

  it("takes over when all its vectors are there; until then the one before serves", async () => {
    const dataset = await make({ embeddingModel: "lexical-hash" }, things);
    expect(await titles(dataset, "automobile")).toEqual([]);
    expect((await change(dataset, { embeddingModel: "local" })).body).toMatchObject({
      embeddingModel: "local",
    });
    expect(await read(dataset)).toMatchObject({ indexing: true });
    const before = await ask(dataset, "car");
    expect(before).toMatchObject({ notice: null, hits: [{ documentTitle: "A car." }] });
    expect(before.hits[0]?.signals.vector).not.toBeNull();
    expect(server.requests).toEqual([]);

    await indexDataset(dataset, signal);
    expect(await read(dataset)).toMatchObject({ indexing: false });
    expect(await titles(dataset, "automobile")).toEqual(["A car."]);
    await removeOldVectors();
    const sets = await query(
      "select distinct set_id from chunk_vectors join documents on documents.id = document_id where dataset_id = $1",
      [dataset],
    );
    expect(sets).toHaveLength(1);

    await change(dataset, { embeddingModel: "lexical-hash" });
    await indexDataset(dataset, signal);
    expect(await titles(dataset, "automobile")).toEqual([]);
    expect(await titles(dataset, "cars")).toEqual(["A car."]);
  });

  it("embeds what is added later, and what was given another title", async () => {
    const dataset = await make({}, things);
    await indexDataset(dataset, signal);
    await add(dataset, "A rock.");
    expect(await read(dataset)).toMatchObject({ indexing: true });
    await indexDataset(dataset, signal);
    expect((await titles(dataset, "stone")).toSorted()).toEqual(["A rock.", "A stone."]);
    const { body } = await rest("GET", `/datasets/${dataset}/documents`, cookie);
    const [rock] = body.items as { id: string }[];
    await rest("PATCH", `/datasets/${dataset}/documents/${rock?.id}`, cookie, { title: "An automobile of" });
    await indexDataset(dataset, signal);
    expect((await titles(dataset, "automobile")).toSorted()).toEqual(["A car.", "An automobile of"]);
  });

  it("is paid by what it embeds: with the reading of a text, and for all there is when it is chosen", async () => {
    const spent = async (before: number) => before - (await balance());
    const text = "A rock. ".repeat(2_600);
    const first = await balance();
    const datasetId = await make({ embeddingModel: "lexical-hash" }, [text]);
    expect(await spent(first)).toBe(2);
    await owner.setBalance(1);
    const refused = await change(datasetId, { embeddingModel: "local" });
    expect(refused).toMatchObject({ status: 402, body: { required: 2, available: 1 } });
    expect((await rest("GET", `/datasets/${datasetId}`, cookie)).body.embeddingModel).toBe("lexical-hash");
    await owner.setBalance(100);
    const twice = [1, 2].map(() => change(datasetId, { embeddingModel: "local" }));
    for (const { status } of await Promise.all(twice)) expect(status).toBe(200);
    expect((await change(datasetId, { embeddingModel: "local", name: "Same" })).status).toBe(200);
    expect(await balance()).toBe(98);
    await add(datasetId, `More of it. ${text}`);
    expect(await balance()).toBe(94);
    expect((await change(datasetId, { embeddingModel: "lexical-hash" })).status).toBe(200);
    expect(await balance()).toBe(94);
    expect(await verifyLedger()).toMatchObject({ faults: [] });
    await owner.setBalance(10_000);
  });

  it("is asked once for a search in several of its datasets", async () => {
    const datasetIds = [await make({}, things), await make({}, things)];
    for (const datasetId of datasetIds) {
      await indexDataset(datasetId, signal);
      await ask(datasetId, "car");
    }
    server.set("answer");
    const { body } = await rest("POST", "/mcp/query", cookie, { datasetIds, query: "automobile" });
    expect(body.hits).toMatchObject([{ documentTitle: "A car." }, { documentTitle: "A car." }]);
    expect(server.requests.map(({ input }) => input)).toEqual([["automobile"]]);
  });

  it("away: words are an answer, which says so, at the price of any", async () => {
    const dataset = await make({}, things);
    await indexDataset(dataset, signal);
    await ask(dataset, "car");
    server.set("unauthorized");
    const { body, headers } = await rest(
      "GET",
      `/mcp/query/${dataset}/default?query=car&mode=vector`,
      cookie,
    );
    expect(body).toMatchObject({
      notice: expect.stringContaining("words alone"),
      hits: [{ documentTitle: "A car." }],
    });
    expect(headers.get("x-credits-charged")).toBe("10");
  });

  it("of another length than before: words are an answer", async () => {
    const dataset = await make({}, things);
    await indexDataset(dataset, signal);
    await query("update vector_sets set dimensions = 5 where dataset_id = $1", [dataset]);
    expect(await ask(dataset, "car", "&mode=vector")).toMatchObject({
      notice: expect.stringContaining("words alone"),
      hits: [{ documentTitle: "A car." }],
    });
  });

  it("away while it is asked for vectors: nothing is lost, and another try goes on", async () => {
    const dataset = await make({}, things);
    server.set("unauthorized");
    await expect(indexDataset(dataset, signal)).rejects.toThrow();
    expect(await read(dataset)).toMatchObject({ indexing: true });
    server.set("answer");
    await indexDataset(dataset, signal);
    expect(await titles(dataset, "automobile")).toEqual(["A car."]);
  });

  it("a text that it refuses is found by its words", async () => {
    const long = `A granite ${"and more ".repeat(30)}`.trim();
    const dataset = await make({}, [...things, long]);
    server.set("answer", { longest: 200 });
    await indexDataset(dataset, signal);
    expect(await titles(dataset, "granite")).toHaveLength(1);
    expect(await titles(dataset, "automobile")).toEqual(["A car."]);
  });
});

describe("a language", () => {
  it("is that of the dataset: forms of its words are found once it is indexed in it", async () => {
    const dataset = await make({ language: "english" }, ["Die Häuser stehen am Fluss.", "Running water."]);
    expect(await titles(dataset, "run")).toEqual(["Running water."]);
    expect((await change(dataset, { language: "german" })).body).toMatchObject({ language: "german" });
    expect((await ask(dataset, "run", "&mode=text")).hits).toHaveLength(1);
    await indexDataset(dataset, signal);
    expect((await ask(dataset, "Haus", "&mode=text")).hits).toMatchObject([
      { documentTitle: "Die Häuser stehen am Fluss." },
    ]);
    expect((await ask(dataset, "running", "&mode=text")).hits).toHaveLength(1);
    await add(dataset, "Viele Bäume.");
    expect((await ask(dataset, "Baum", "&mode=text")).hits).toHaveLength(1);
    expect((await change(dataset, { language: "klingon" })).status).toBe(400);
  });
});

it("what was stored before there were vectors and pairs of characters gets them, by the queue", async () => {
  const dataset = await make({ embeddingModel: "lexical-hash" }, ["全文検索エンジン", "Granite."]);
  await query(
    "delete from chunk_vectors where document_id in (select id from documents where dataset_id = $1)",
    [dataset],
  );
  await query("update chunks set tsv = to_tsvector('simple', text) where dataset_id = $1", [dataset]);
  await query("update documents set indexed_as = '' where dataset_id = $1", [dataset]);
  await query("insert into indexing_requests (dataset_id) values ($1)", [dataset]);
  const running = await startIngestion();
  try {
    await enqueueIndexing();
    await expect.poll(() => read(dataset), { timeout: 20_000 }).toMatchObject({ indexing: false });
  } finally {
    await running.stop();
  }
  expect(await titles(dataset, "検索")).toEqual(["全文検索エンジン"]);
  expect((await ask(dataset, "granite")).hits[0]?.signals.vector).not.toBeNull();
});
