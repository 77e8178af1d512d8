/** Idempotency-Key at the REST door: a retry is answered as the first call was, with one charge, also in a race. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { createDocuments } from "./documents/create.ts";
import { ingestDocument } from "./documents/ingest.ts";
import { verifyLedger } from "./ledger-verify.ts";
import { handleMcp } from "./mcp/handler.ts";
import { meterKey, problemKey } from "./mcp/meter.ts";
import { signUpGrant } from "./operations.ts";
import { handleRest } from "./rest/handler.ts";
import { type Answer, createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

setUpTestDatabase();

type Caller = { account: TestAccount; key: string; datasetId: string; path: string };

async function caller(): Promise<Caller> {
  const account = await createTestAccount();
  const { key } = await account.createKey();
  const { body } = await rest("POST", "/datasets", { "x-api-key": key }, { name: "Stones" });
  const datasetId = String(body.id);
  const content = new TextEncoder().encode(
    "# Igneous\n\nGranite is a coarse rock.\n\n# Marble\n\nMarble was limestone.",
  );
  const [document] = await createDocuments({ datasetId, items: [{ title: "Rocks", content }] });
  if (!document) throw new Error("no document");
  await ingestDocument(document.id);
  return { account, key, datasetId, path: `/mcp/query/${datasetId}/default?query=granite` };
}

const headersOf = ({ key }: Caller, idempotencyKey?: string): Record<string, string> => ({
  "x-api-key": key,
  ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
});

const told = ["X-Credits-Charged", "X-Credits-Remaining", "X-Receipt-Id", "Content-Type"] as const;

/** What a retry must be told alike. */
function essence({ status, headers, body }: Answer) {
  return { status, body, headers: Object.fromEntries(told.map((name) => [name, headers.get(name)])) };
}

async function spent({ account }: Caller): Promise<number> {
  const [row] = await query<{ balance: number }>(
    "select balance::float8 as balance from credit_accounts where id = $1",
    [account.userId],
  );
  return signUpGrant - (row?.balance ?? 0);
}

async function rowsOf(table: "datasets" | "apikey" | "documents", { account }: Caller): Promise<number> {
  const where = {
    datasets: "owner_id = $1",
    apikey: "reference_id = $1",
    documents: "dataset_id in (select id from datasets where owner_id = $1)",
  };
  const rows = await query(`select id from ${table} where ${where[table]}`, [account.userId]);
  return rows.length;
}

const racing = (call: () => Promise<Answer>) => Promise.all(Array.from({ length: 20 }, call));

let one: Caller;

beforeAll(async () => {
  one = await caller();
});

describe("the same key with the same input", () => {
  it("charges a search once, and answers alike", async () => {
    const me = await caller();
    const key = randomUUID();
    const first = await rest("GET", me.path, headersOf(me, key));
    expect(first.status).toBe(200);
    expect(first.headers.get("X-Credits-Charged")).toBe("10");
    await rest("GET", me.path, headersOf(me));
    const retry = await rest("GET", me.path, headersOf(me, key));
    expect(essence(retry)).toEqual(essence(first));
    expect(retry.headers.get("X-Request-Id")).not.toBe(first.headers.get("X-Request-Id"));
    expect(await spent(me)).toBe(20);
  });

  it("charges one of twenty that race", async () => {
    const me = await caller();
    const key = randomUUID();
    const answers = await racing(() => rest("GET", me.path, headersOf(me, key)));
    const [first] = answers.map(essence);
    expect(first?.status).toBe(200);
    for (const answer of answers) expect(essence(answer)).toEqual(first);
    expect(await spent(me)).toBe(10);
    expect((await query("select id from receipts where account_id = $1", [me.account.userId])).length).toBe(
      1,
    );
  });

  it("creates one dataset of twenty calls that race", async () => {
    const me = await caller();
    const before = await rowsOf("datasets", me);
    const key = randomUUID();
    const body = { name: "Once", description: "of twenty" };
    const answers = await racing(() => rest("POST", "/datasets", headersOf(me, key), body));
    const [first] = answers.map(essence);
    expect(first?.status).toBe(201);
    for (const answer of answers) expect(essence(answer)).toEqual(first);
    expect(await rowsOf("datasets", me)).toBe(before + 1);
  });

  it("charges a batch once for what it found, and tells the same balance while others spend", async () => {
    const me = await caller();
    const { datasetId } = me;
    const queries = [
      { datasetId, query: "granite" },
      { datasetId, query: "zzzzqqqq" },
    ];
    const keys = Array.from({ length: 6 }, () => randomUUID());
    const send = (key: string) => rest("POST", "/mcp/batch-query", headersOf(me, key), { queries });
    const firsts = await Promise.all(keys.map(send));
    const retries = await Promise.all(keys.map(send));
    expect(retries.map(essence)).toEqual(firsts.map(essence));
    for (const { status, headers } of firsts)
      expect([status, headers.get("X-Credits-Charged")]).toEqual([200, "10"]);
    expect(await spent(me)).toBe(60);
  });

  it("answers a search without hits again, free", async () => {
    const key = randomUUID();
    const path = `/mcp/query/${one.datasetId}/default?query=zzzzqqqq`;
    const first = await rest("GET", path, headersOf(one, key));
    expect(first.body).toMatchObject({ hits: [], receiptId: null });
    expect(essence(await rest("GET", path, headersOf(one, key)))).toEqual(essence(first));
  });

  it("does not delete twice: the second answer is the first's 204", async () => {
    const { body } = await rest("POST", "/datasets", headersOf(one), { name: "Short-lived" });
    const key = randomUUID();
    const first = await rest("DELETE", `/datasets/${String(body.id)}`, headersOf(one, key));
    const retry = await rest("DELETE", `/datasets/${String(body.id)}`, headersOf(one, key));
    expect([first.status, retry.status]).toEqual([204, 204]);
    expect((await rest("DELETE", `/datasets/${String(body.id)}`, headersOf(one))).status).toBe(404);
  });

  it("shows a new API key's secret again, which is stored sealed", async () => {
    const me = await caller();
    const before = await rowsOf("apikey", me);
    const headers = { cookie: me.account.cookie, "idempotency-key": randomUUID() };
    const body = { name: "retry", scopes: ["mcp:query"] };
    const first = await rest("POST", "/keys", headers, body);
    const retry = await rest("POST", "/keys", headers, body);
    expect(first.status).toBe(201);
    expect(retry.body).toEqual(first.body);
    expect(await rowsOf("apikey", me)).toBe(before + 1);
    const [row] = await query<{ answer: string }>(
      "select * from idempotency_keys where account_id = $1 and key = $2",
      [me.account.userId, headers["idempotency-key"]],
    );
    const secret = String(first.body.key);
    expect(secret).toMatch(/^fltr_/);
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(JSON.stringify(row)).not.toContain(secret.slice(5, 25));
    expect(Buffer.from(row?.answer ?? "", "base64url").toString("latin1")).not.toContain("fltr_");
  });

  it("takes in an upload once; another file under the key is refused", async () => {
    const me = await caller();
    const before = await rowsOf("documents", me);
    const key = randomUUID();
    const send = async (text: string): Promise<Answer> => {
      const form = new FormData();
      form.append("file", new File([text], "basalt.md", { type: "text/markdown" }));
      const response = await handleRest(
        new Request(`http://localhost:3000/api/v1/datasets/${me.datasetId}/documents`, {
          method: "POST",
          headers: headersOf(me, key),
          body: form,
        }),
      );
      return { status: response.status, headers: response.headers, body: await response.json() };
    };
    const first = await send("# Basalt\n\nDark and fine.");
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ duplicate: false });
    expect(essence(await send("# Basalt\n\nDark and fine."))).toEqual(essence(first));
    expect(await send("# Basalt\n\nDark and fines.")).toMatchObject({
      status: 422,
      body: { code: "idempotency_mismatch" },
    });
    expect(await rowsOf("documents", me)).toBe(before + 1);
  });
});

describe("a key", () => {
  it("with another input, or for another operation, is 422", async () => {
    const key = randomUUID();
    await rest("GET", one.path, headersOf(one, key));
    const other = await rest("GET", `${one.path}+rock`, headersOf(one, key));
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({ code: "idempotency_mismatch", hint: expect.any(String) });
    const elsewhere = await rest("POST", "/datasets", headersOf(one, key), { name: "Other" });
    expect(elsewhere.status).toBe(422);
  });

  it("of another account is unrelated", async () => {
    const [me, you] = [await caller(), await caller()];
    const key = randomUUID();
    const mine = await rest("POST", "/datasets", headersOf(me, key), { name: "Mine" });
    const yours = await rest("POST", "/datasets", headersOf(you, key), { name: "Yours" });
    expect([mine.status, yours.status]).toEqual([201, 201]);
    expect(yours.body).toMatchObject({ name: "Yours" });
  });

  it("that no sane client sends is a 400", async () => {
    for (const key of ["with space", "x".repeat(256), ""]) {
      const answer = await rest("POST", "/datasets", headersOf(one, key), { name: "Odd" });
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_input"]);
    }
  });

  it("does nothing on a free read", async () => {
    const key = randomUUID();
    expect((await rest("GET", "/credits", headersOf(one, key))).status).toBe(200);
    expect((await rest("GET", "/datasets", headersOf(one, key))).status).toBe(200);
    expect(await query("select key from idempotency_keys where key = $1", [key])).toEqual([]);
  });

  it("is free again after a call that failed", async () => {
    const me = await caller();
    const key = randomUUID();
    await me.account.setBalance(5);
    expect((await rest("GET", me.path, headersOf(me, key))).status).toBe(402);
    await me.account.setBalance(signUpGrant);
    expect((await rest("GET", me.path, headersOf(me, key))).status).toBe(200);
    expect(await spent(me)).toBe(10);

    const late = randomUUID();
    const create = () => rest("POST", "/datasets", headersOf(me, late), { name: "" });
    expect([(await create()).status, (await create()).status]).toEqual([400, 400]);
    expect((await rest("POST", "/datasets", headersOf(me, late), { name: "Named" })).status).toBe(201);
  });

  it("is forgotten after a day", async () => {
    const key = randomUUID();
    const first = await rest("POST", "/datasets", headersOf(one, key), { name: "Today" });
    await query("update idempotency_keys set expires_at = now() - interval '1 second' where key = $1", [key]);
    const next = await rest("POST", "/datasets", headersOf(one, key), { name: "Tomorrow" });
    expect(next.status).toBe(201);
    expect(next.body.id).not.toBe(first.body.id);
  });
});

describe("a run that ended badly", () => {
  /** As a process leaves it that is killed after it claimed the key. */
  async function crashed(me: Caller, key: string): Promise<void> {
    const first = await rest("GET", me.path, headersOf(me, key));
    expect(first.status).toBe(200);
    await query(
      "update idempotency_keys set state = 'running', answer = null, claim = 'gone' where account_id = $1 and key = $2",
      [me.account.userId, key],
    );
  }

  it("is taken over once its claim has run out, by one of twenty", async () => {
    const me = await caller();
    const key = randomUUID();
    await crashed(me, key);
    const waiting = rest("GET", me.path, headersOf(me, key));
    await sleep(200);
    expect(await spent(me)).toBe(10);
    await query("update idempotency_keys set claimed_until = now() - interval '1 second' where key = $1", [
      key,
    ]);
    const answers = [await waiting, ...(await racing(() => rest("GET", me.path, headersOf(me, key))))];
    const [first] = answers.map(essence);
    expect(first?.status).toBe(200);
    for (const answer of answers) expect(essence(answer)).toEqual(first);
    expect(await spent(me)).toBe(20);
  });

  it("holds the key against another input for as long", async () => {
    const me = await caller();
    const key = randomUUID();
    await crashed(me, key);
    await query("update idempotency_keys set claimed_until = now() - interval '1 second' where key = $1", [
      key,
    ]);
    expect((await rest("GET", `${me.path}+rock`, headersOf(me, key))).status).toBe(422);
  });

  it("has done its work once when the caller went away before the answer", async () => {
    const me = await caller();
    const before = await rowsOf("datasets", me);
    const key = randomUUID();
    const send = (signal?: AbortSignal) =>
      handleRest(
        new Request("http://localhost:3000/api/v1/datasets", {
          method: "POST",
          headers: { ...headersOf(me, key), "content-type": "application/json" },
          body: JSON.stringify({ name: "Once" }),
          ...(signal ? { signal } : {}),
        }),
      );
    await send(AbortSignal.abort()).catch(() => null);
    expect(await rowsOf("datasets", me)).toBe(before + 1);
    expect((await send()).status).toBe(201);
    expect(await rowsOf("datasets", me)).toBe(before + 1);
  });

  it("gives no free answer to a caller that went away from a priced call", async () => {
    const me = await caller();
    const key = randomUUID();
    await handleRest(
      new Request(`http://localhost:3000/api/v1${me.path}`, {
        headers: headersOf(me, key),
        signal: AbortSignal.abort(),
      }),
    ).catch(() => null);
    expect(await spent(me)).toBe(0);
    const retry = await rest("GET", me.path, headersOf(me, key));
    expect(retry.headers.get("X-Credits-Charged")).toBe("10");
    expect(await spent(me)).toBe(10);
  });
});

const toolResult = z.looseObject({
  id: z.int(),
  result: z.looseObject({
    isError: z.boolean().optional(),
    structuredContent: z.looseObject({}).optional(),
    _meta: z.looseObject({ [meterKey]: z.looseObject({}), [problemKey]: z.looseObject({}).optional() }),
  }),
});

describe("over MCP", () => {
  const search = (id: number, { datasetId }: Caller, query: string) => ({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: "query_dataset", arguments: { datasetId, query } },
  });

  async function send(me: Caller, key: string, message: unknown) {
    const response = await handleMcp(
      new Request("http://localhost:3000/api/mcp", {
        method: "POST",
        headers: {
          ...headersOf(me, key),
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2025-03-26",
        },
        body: JSON.stringify(message),
      }),
    );
    const body: unknown = await response.json();
    const results = (Array.isArray(body) ? body : [body])
      .map((answer) => toolResult.parse(answer))
      .sort((a, b) => a.id - b.id)
      .map(({ result }) => result);
    return { status: response.status, charged: response.headers.get("X-Credits-Charged"), results };
  }

  it("answers a repeated tool call as the first, with one charge", async () => {
    const me = await caller();
    const key = randomUUID();
    const first = await send(me, key, search(1, me, "granite"));
    expect(first).toMatchObject({
      status: 200,
      charged: "10",
      results: [{ structuredContent: { creditsCharged: 10 } }],
    });
    const retry = await send(me, key, search(1, me, "granite"));
    const withoutLimit = ({ status, charged, results }: typeof first) => ({
      status,
      charged,
      results: results.map(({ structuredContent, _meta: { [meterKey]: meter } }) => ({
        structuredContent,
        meter: { ...meter, remaining: null, resetSeconds: null },
      })),
    });
    expect(withoutLimit(retry)).toEqual(withoutLimit(first));
    expect(await spent(me)).toBe(10);
  });

  it("charges one of twenty that race", async () => {
    const me = await caller();
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(me, key, search(1, me, "granite"))),
    );
    const [first] = answers.map(({ results }) => results[0]?.structuredContent);
    for (const { results } of answers) expect(results[0]?.structuredContent).toEqual(first);
    expect(await spent(me)).toBe(10);
  });

  it("refuses another input as a result that the model can read", async () => {
    const me = await caller();
    const key = randomUUID();
    await send(me, key, search(1, me, "granite"));
    const { results } = await send(me, key, search(1, me, "marble"));
    expect(results).toMatchObject([
      { isError: true, _meta: { [problemKey]: { code: "idempotency_mismatch" } } },
    ]);
  });

  it("keeps the first call's answer when a second in one message does not match", async () => {
    const me = await caller();
    const key = randomUUID();
    const both = [search(1, me, "granite"), search(2, me, "marble")];
    const first = await send(me, key, both);
    expect(first.results.map(({ isError }) => isError ?? false).sort()).toEqual([false, true]);
    await send(me, key, both);
    expect(await spent(me)).toBe(10);
  });
});

it("leaves a ledger that is right", async () => {
  expect((await verifyLedger()).faults).toEqual([]);
});
