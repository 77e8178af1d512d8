/** What embeddings cost at the REST door, from a provider over HTTP and its failures. */
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { verifyLedger } from "#server/ledger-verify.ts";
import { signUpGrant } from "#server/operations.ts";
import { handleRest } from "#server/rest/handler.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { vectorOf } from "#server/testing/embeddings-server.ts";

const server = await vi.hoisted(async () => {
  const { startEmbeddingsServer } = await import("../testing/embeddings-server.ts");
  const started = await startEmbeddingsServer();
  process.env.EMBEDDINGS_URL = `${started.url}/`;
  process.env.EMBEDDINGS_MODEL = "local";
  process.env.EMBEDDINGS_BATCH_SIZE = "2";
  return started;
});

setUpTestDatabase();
afterAll(() => server.close());

let account: TestAccount;
let headers: Record<string, string>;

beforeEach(async () => {
  server.set("answer");
  account = await createTestAccount();
  headers = { "x-api-key": (await account.createKey()).key };
});

const one = (text: string, more: Record<string, string> = {}) =>
  rest("POST", "/embeddings", { ...headers, ...more }, { text });
const batch = (texts: readonly string[]) => rest("POST", "/embeddings/batch", headers, { texts });

async function expectSpent(credits: number): Promise<void> {
  const { body } = await rest("GET", "/credits", headers);
  expect(body).toMatchObject({ balance: signUpGrant - credits, held: 0 });
}

describe("one text", () => {
  it("costs a credit for each started 1,000 characters, with a receipt that does not hold the text", async () => {
    const text = "granite ".repeat(250);
    const { status, body, headers: told } = await one(text);
    expect(status).toBe(200);
    expect(body).toEqual({
      embedding: vectorOf(text),
      model: "local",
      dimensions: 8,
      creditsCharged: 2,
      receiptId: expect.stringMatching(/^rcpt_/),
    });
    expect(told.get("x-credits-charged")).toBe("2");
    expect(told.get("x-credits-remaining")).toBe(String(signUpGrant - 2));
    const receipt = await rest("GET", `/receipts/${body.receiptId}`, headers);
    expect(receipt.body).toMatchObject({
      operation: "embeddings.create",
      query: null,
      hits: [],
      hitCount: 0,
      creditsCharged: 2,
    });
    await expectSpent(2);
    expect((await verifyLedger()).faults).toEqual([]);
  });

  it("is charged once under an Idempotency-Key, and asked of the provider once", async () => {
    const again = { "idempotency-key": "again" };
    const [first, second] = [await one("granite", again), await one("granite", again)];
    expect(second.body).toEqual(first.body);
    expect(server.requests).toHaveLength(1);
    await expectSpent(1);
  });

  it.each([
    ["empty", " \n "],
    ["too long", "x".repeat(100_001)],
    ["half a character", "\ud83d"],
  ])("%s: is refused and free", async (_, text) => {
    const refused = await one(text);
    expect(refused.status).toBe(400);
    expect(refused.body.code).toBe("invalid_input");
    expect(server.requests).toHaveLength(0);
    await expectSpent(0);
  });

  it("for which the credits do not reach is not sent", async () => {
    await account.setBalance(3);
    const refused = await one("x".repeat(3_001));
    expect(refused.status).toBe(402);
    expect(refused.body).toMatchObject({
      detail: "Insufficient credits. Required: 4, Available: 3",
      required: 4,
      available: 3,
    });
    expect(server.requests).toHaveLength(0);
  });

  it("counts against the budget of its key", async () => {
    const budget = { credits: 2, period: "total" };
    const made = await rest(
      "POST",
      "/keys",
      { cookie: account.cookie },
      { name: "small", scopes: ["mcp:tools"], budget },
    );
    const small = { "x-api-key": String(made.body.key) };
    expect((await one("x".repeat(2_000), small)).status).toBe(200);
    expect((await one("x", small)).body).toMatchObject({
      code: "budget_exceeded",
      required: 1,
      available: 0,
    });
  });
});

describe("what fails is free and says so", () => {
  it.each(["unauthorized", "another form"] as const)("the provider: %s", async (mode) => {
    server.set(mode);
    const failed = await one("granite");
    expect(failed.status).toBe(503);
    expect(failed.body).toMatchObject({
      code: "unavailable",
      detail: expect.stringContaining("nothing was charged"),
    });
    expect(failed.headers.get("x-credits-charged")).toBe("0");
    expect(JSON.stringify(failed.body)).not.toContain("127.0.0.1");
    await expectSpent(0);
  });

  it("a provider that is busy for long hands its wait on", async () => {
    server.set("rate limited", { retryAfter: "90" });
    const failed = await one("granite");
    expect(failed.status).toBe(503);
    expect(failed.headers.get("retry-after")).toBe("90");
    expect(failed.body).toMatchObject({ code: "unavailable", retryAfterSeconds: 90 });
    await expectSpent(0);
  });

  it("a text that the model refuses", async () => {
    server.set("answer", { longest: 10 });
    const refused = await one("granite and gneiss");
    expect(refused.status).toBe(400);
    expect(refused.body.code).toBe("invalid_input");
    await expectSpent(0);
  });

  it("a caller who leaves", async () => {
    server.set("answer", { delayMs: 3_000 });
    const leaving = new AbortController();
    const sent = handleRest(
      new Request("http://localhost:3000/api/v1/embeddings", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ text: "granite" }),
        signal: leaving.signal,
      }),
    );
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    leaving.abort();
    expect((await sent).status).toBe(499);
    await expectSpent(0);
  });
});

const batchAnswer = z.object({
  results: z.array(
    z.object({
      embedding: z.array(z.number()).nullable(),
      creditsCharged: z.int(),
      receiptId: z.string().nullable(),
      error: z.object({ detail: z.string(), code: z.string() }).nullable(),
    }),
  ),
  model: z.literal("local"),
  dimensions: z.literal(8),
  creditsCharged: z.int(),
  receiptId: z.string().nullable(),
});

describe("several texts", () => {
  it("come back in order, each with its price, on one receipt", async () => {
    const texts = ["granite", "x".repeat(1_001), "marble"];
    const { body } = await batch(texts);
    const { results, creditsCharged, receiptId } = batchAnswer.parse(body);
    expect(results.map(({ embedding }) => embedding)).toEqual(texts.map((text) => vectorOf(text)));
    expect(results.map((result) => result.creditsCharged)).toEqual([1, 2, 1]);
    expect(creditsCharged).toBe(4);
    expect(new Set(results.map((result) => result.receiptId))).toEqual(new Set([receiptId]));
    await expectSpent(4);
  });

  it("are charged as far as they succeed", async () => {
    server.set("answer", { longest: 1_500 });
    const answer = await batch(["granite", "x".repeat(1_501), "marble"]);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-credits-charged")).toBe("2");
    const { results, creditsCharged } = batchAnswer.parse(answer.body);
    expect(results.map(({ error }) => error?.code ?? null)).toEqual([null, "invalid_input", null]);
    expect(results[1]).toMatchObject({ embedding: null, creditsCharged: 0, receiptId: null });
    expect(creditsCharged).toBe(2);
    await expectSpent(2);
    const entries = await query("select delta::int from entries where account_id = $1 order by seq", [
      account.userId,
    ]);
    expect(entries).toEqual([{ delta: signUpGrant }, { delta: -4 }, { delta: 2 }]);
    expect((await verifyLedger()).faults).toEqual([]);
  });

  it("fail as a whole when none succeeds", async () => {
    server.set("unauthorized");
    const failed = await batch(["granite", "marble", "gneiss"]);
    expect(failed.status).toBe(503);
    expect(failed.headers.get("x-credits-charged")).toBe("0");
    await expectSpent(0);
  });

  it("count once each, one of them before they are read", async () => {
    const first = await batch(["a", "b", "c"]);
    expect(first.headers.get("ratelimit")).toContain('"embeddings.batch";r=197');
    const bad = await batch(["a", ""]);
    expect(bad.status).toBe(400);
    expect(bad.headers.get("ratelimit")).toContain('"embeddings.batch";r=196');
    const hundred = Array.from({ length: 100 }, (_, index) => `text ${index}`);
    expect((await batch(hundred)).status).toBe(200);
    const over = await batch(hundred);
    expect(over.status).toBe(429);
    expect(over.body).toMatchObject({ code: "rate_limited", limit: "embeddings.batch" });
    expect(over.headers.get("retry-after")).toBe(String(over.body.retryAfterSeconds));
    await expectSpent(103);
  });
});

it("is described with its metered price", async () => {
  const { body } = await rest("GET", "/openapi.json");
  const described = z
    .looseObject({
      paths: z.record(
        z.string(),
        z.looseObject({
          post: z.looseObject({ description: z.string(), "x-price": z.unknown().optional() }).optional(),
        }),
      ),
    })
    .parse(body);
  expect(described.paths["/embeddings"]?.post).toMatchObject({
    description: "Scope: `mcp:tools`. Price: 1 credit per started 1,000 characters of `text`.",
    "x-price": { credits: 1, perCharacters: 1_000, meteredField: "text" },
  });
  expect(described.paths["/embeddings/batch"]?.post?.description).toBe(
    "Scope: `mcp:tools`. Price: 1 credit per started 1,000 characters of each of `texts`.",
  );
  expect(described.paths["/mcp/batch-query"]?.post?.description).toContain(
    "Price: 10 credits for each of `queries`, 5 more with rerank.",
  );
});
