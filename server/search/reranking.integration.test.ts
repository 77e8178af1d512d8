/** Searches that a reranking model orders: hits, price, notices, and each way in which that is left undone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { env } from "#env";
import { ingestDocument } from "#server/documents/ingest.ts";
import { verifyLedger } from "#server/ledger-verify.ts";
import { configuredReranker, type Reranker, relevances } from "#server/reranking.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";

const server = await vi.hoisted(async () => {
  const { startRerankServer } = await import("../testing/rerank-server.ts");
  // Likes what the search likes least.
  const started = await startRerankServer((_, text) => (text.includes("Second thoughts") ? 0.9 : 0.2));
  process.env.RERANK_URL = `${started.url}/v2/rerank`;
  process.env.RERANK_MODEL = "local";
  process.env.RERANK_API_KEY = "rr-1";
  process.env.RERANK_TIMEOUT_SECONDS = "1";
  return started;
});

setUpTestDatabase();
afterAll(() => server.close());

const answerSchema = z.object({
  hits: z.array(
    z.object({
      documentTitle: z.string(),
      score: z.number(),
      signals: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  nextCursor: z.string().nullable(),
  notice: z.string().nullable(),
  creditsCharged: z.int(),
});

let account: TestAccount;
let headers: Record<string, string>;
let datasetId: string;

beforeAll(async () => {
  account = await createTestAccount();
  headers = { "x-api-key": (await account.createKey()).key };
  datasetId = String(
    (await rest("POST", "/datasets", { cookie: account.cookie }, { name: "Stones" })).body.id,
  );
  for (const [title, text] of [
    ["First", "Granite, granite and granite again."],
    ["Second", "Second thoughts about a long walk in the hills, where somebody saw some granite by the way."],
  ]) {
    const { body } = await rest(
      "POST",
      `/datasets/${datasetId}/documents`,
      { cookie: account.cookie },
      { title, text },
    );
    await ingestDocument(String(body.id));
  }
});
beforeEach(() => server.set("answer"));

async function ask(options: Record<string, string> = {}, endpoint = "default") {
  const sent = new URLSearchParams({ query: "granite", ...options });
  const { status, body } = await rest("GET", `/mcp/query/${datasetId}/${endpoint}?${sent}`, headers);
  return { status, body, answer: status === 200 ? answerSchema.parse(body) : null };
}
const titles = (answer: z.output<typeof answerSchema> | null) => answer?.hits.map((hit) => hit.documentTitle);

describe("a search that asks for it", () => {
  it("answers in the model's order, with its scores, for 5 credits more", async () => {
    expect((await ask()).answer).toMatchObject({
      creditsCharged: 10,
      hits: [{ documentTitle: "First" }, {}],
    });
    const { answer } = await ask({ rerank: "true", explain: "true" });
    expect(answer).toMatchObject({ creditsCharged: 15, notice: null, nextCursor: null });
    expect(answer?.hits).toMatchObject([
      { documentTitle: "Second", score: 0.9, signals: { search: { rank: 2 } } },
      { documentTitle: "First", score: 0.2, signals: { search: { rank: 1 } } },
    ]);
    expect(server.requests).toMatchObject([
      {
        path: "/v2/rerank",
        query: "granite",
        authorization: "Bearer rr-1",
        texts: [/^First\n/, /^Second\n/].map((start) => expect.stringMatching(start)),
      },
    ]);
  });

  it("cuts by the model's scores and groups in its order", async () => {
    expect(titles((await ask({ rerank: "true", minimumScore: "0.5" })).answer)).toEqual(["Second"]);
    expect(titles((await ask({ rerank: "true", hitsPerDocument: "1", topK: "1" })).answer)).toEqual([
      "Second",
    ]);
  });

  it("costs nothing and asks nobody where nothing is found", async () => {
    const { answer } = await ask({ rerank: "true", query: "zeppelin" });
    expect(answer).toMatchObject({ hits: [], creditsCharged: 0, notice: null });
    expect(server.requests).toEqual([]);
  });

  it("has one page", async () => {
    const { answer } = await ask({ topK: "1" });
    const { status, body } = await ask({ rerank: "true", topK: "1", cursor: String(answer?.nextCursor) });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("larger topK") },
    });
  });

  it("may be an endpoint's option, and is priced as one", async () => {
    const saved = { datasetId, name: "judged", title: "Judged", options: { rerank: true } };
    const made = await rest("POST", "/mcp/endpoints", { cookie: account.cookie }, saved);
    expect(made.status).toBe(201);
    await rest("POST", `/mcp/endpoints/${made.body.id}/publish`, { cookie: account.cookie }, {});
    expect((await ask({}, "judged")).answer).toMatchObject({
      creditsCharged: 15,
      hits: [{ documentTitle: "Second" }, {}],
    });
    expect((await ask({ rerank: "false" }, "judged")).answer).toMatchObject({ creditsCharged: 10 });
  });

  it("is charged for each query of a batch, and for each dataset", async () => {
    const queries = [
      { datasetId, query: "granite", rerank: true },
      { datasetId, query: "granite" },
    ];
    const batch = await rest("POST", "/mcp/batch-query", headers, { queries });
    expect(batch.body).toMatchObject({
      creditsCharged: 25,
      results: [{ creditsCharged: 15 }, { creditsCharged: 10 }],
    });
    const across = await rest("POST", "/mcp/query", headers, {
      datasetIds: [datasetId],
      query: "granite",
      rerank: true,
    });
    expect(across.body).toMatchObject({ creditsCharged: 15, hits: [{ documentTitle: "Second" }, {}] });
  });

  it("is quoted before", async () => {
    const quoted = (args: Record<string, unknown>) =>
      rest("POST", "/quote", headers, {
        tool: "query_dataset",
        arguments: { datasetId, query: "granite", ...args },
      });
    expect((await quoted({ rerank: true })).body).toMatchObject({ credits: 15 });
    expect((await quoted({})).body).toMatchObject({ credits: 10 });
  });
});

describe("is left undone, for the price of a search, with a word why", () => {
  const inOwnOrder = (why: string) => ({
    creditsCharged: 10,
    notice: expect.stringContaining(why),
    hits: [{ documentTitle: "First" }, { documentTitle: "Second" }],
  });

  it.each(["unauthorized", "another form", "fewer scores", "the same index twice"] as const)(
    "%s",
    async (mode) => {
      server.set(mode);
      expect((await ask({ rerank: "true" })).answer).toMatchObject(inOwnOrder("gave no answer"));
      expect(server.requests).toHaveLength(1);
    },
  );

  it("too slow", async () => {
    server.set("answer", 3_000);
    expect((await ask({ rerank: "true" })).answer).toMatchObject(inOwnOrder("gave no answer"));
  });

  it("maxCredits pays for the search alone", async () => {
    expect((await ask({ rerank: "true", maxCredits: "14" })).answer).toMatchObject(
      inOwnOrder("search alone"),
    );
    expect((await ask({ rerank: "true", maxCredits: "15" })).answer).toMatchObject({ creditsCharged: 15 });
    expect((await ask({ rerank: "true", maxCredits: "9" })).status).toBe(402);
  });

  it("budget or balance pay for the search alone", async () => {
    const budget = { credits: 12, period: "total" };
    const spender = await account.createKey();
    await rest("PATCH", `/keys/${spender.id}`, { cookie: account.cookie }, { budget });
    const sent = `/mcp/query/${datasetId}/default?query=granite&rerank=true`;
    const answered = await rest("GET", sent, { "x-api-key": spender.key });
    expect(answered.body).toMatchObject(inOwnOrder("search alone"));
    const refused = await rest("GET", sent, { "x-api-key": spender.key });
    expect(refused).toMatchObject({ status: 402, body: { required: 10, available: 2 } });
  });

  it("no model on this installation", async () => {
    const url = env.RERANK_URL;
    Object.assign(env, { RERANK_URL: undefined });
    try {
      expect((await ask({ rerank: "true" })).answer).toMatchObject(inOwnOrder("has no reranking model"));
    } finally {
      Object.assign(env, { RERANK_URL: url });
    }
  });

  it("and the ledger adds up", async () => {
    expect(await verifyLedger()).toMatchObject({ faults: [] });
  });
});

describe("the interface of Text Embeddings Inference", () => {
  const never = new AbortController().signal;
  const asTei = (): Reranker => {
    const configured = configuredReranker();
    if (!configured) throw new Error("There is no reranker.");
    return { ...configured, url: `${server.url}/rerank`, speaks: "tei" };
  };

  it("takes 32 texts at once", async () => {
    const texts = Array.from({ length: 40 }, (_, index) => (index === 35 ? "Second thoughts" : "none"));
    const scores = await relevances("granite", texts, never, asTei());
    expect(scores?.map((score, index) => (score > 0.5 ? index : -1)).filter((index) => index >= 0)).toEqual([
      35,
    ]);
    expect(server.requests.map(({ texts }) => texts.length).sort()).toEqual([32, 8]);
  });

  it("scores that are no shares of 1 become some, in their order", async () => {
    server.set("raw scores");
    const scores = await relevances("granite", ["Second thoughts", "none"], never, asTei());
    expect(scores?.[0]).toBeCloseTo(0.982, 2);
    expect(scores?.[1]).toBeCloseTo(0.047, 2);
  });
});
