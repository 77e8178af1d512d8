/** The chain's order of failures, what is charged when, and that a change of rights binds the next call. */
import { createServer } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { connection, query, replaceConnection } from "#db/client.ts";
import { createDocuments } from "./documents/create.ts";
import { ingestDocument } from "./documents/ingest.ts";
import { badCredentialLimit, signUpGrant, tiers } from "./operations.ts";
import { getRateLimiter } from "./rate-limit.ts";
import { handleRest } from "./rest/handler.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

setUpTestDatabase();

let account: TestAccount;
let key: string;
let keyId: string;
let datasetId: string;
const ask = (text: string, headers: Record<string, string> = { "x-api-key": key }) =>
  rest("GET", `/mcp/query/${datasetId}/default?query=${encodeURIComponent(text)}`, headers);

beforeEach(async () => {
  account = await createTestAccount();
  ({ key, id: keyId } = await account.createKey());
  const made = await rest("POST", "/datasets", { "x-api-key": key }, { name: "Stones" });
  datasetId = String(made.body.id);
  const [document] = await createDocuments({
    datasetId,
    items: [{ title: "Rocks", content: new TextEncoder().encode("# Igneous\n\nGranite is a coarse rock.") }],
  });
  await ingestDocument(document?.id ?? "");
});

describe("charging", () => {
  it("charges an answer and nothing else", async () => {
    const found = await ask("granite");
    expect(found.status).toBe(200);
    expect(found.body).toMatchObject({ creditsCharged: 10, receiptId: expect.stringMatching(/^rcpt_/) });
    expect(found.headers.get("x-credits-charged")).toBe("10");
    expect(found.headers.get("x-credits-remaining")).toBe(String(signUpGrant - 10));

    const nothing = await ask("xylophone zzzqqq");
    expect(nothing.body).toMatchObject({ hits: [], creditsCharged: 0, receiptId: null });
    expect(nothing.headers.get("x-credits-charged")).toBe("0");
    expect(nothing.headers.get("x-credits-remaining")).toBe(String(signUpGrant - 10));

    expect((await ask("")).status).toBe(400);
    expect(
      (await rest("GET", "/mcp/query/none_0000000000/default?query=x", { "x-api-key": key })).status,
    ).toBe(404);
    const credits = await rest("GET", "/credits", { "x-api-key": key });
    expect(credits.body).toMatchObject({ balance: signUpGrant - 10, held: 0, low: false });
  });

  it("keeps a receipt that its owner can open, and nobody else", async () => {
    const found = await ask("granite");
    const path = `/receipts/${found.body.receiptId}`;
    const mine = await rest("GET", path, { "x-api-key": key });
    expect(mine.body).toMatchObject({
      query: "granite",
      hitCount: 1,
      creditsCharged: 10,
      credentialId: keyId,
    });
    const stranger = await createTestAccount();
    expect((await rest("GET", path, { cookie: stranger.cookie })).status).toBe(404);
  });
});

describe("rights bind the next call", () => {
  beforeEach(async () => {
    expect((await ask("granite")).status).toBe(200);
  });

  it("also while calls before it are still being identified, which one statement does for all", async () => {
    const opened = await connection();
    const read = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    let statements = 0;
    replaceConnection({
      ...opened,
      query: async <Row>(text: string, parameters?: readonly unknown[]) => {
        const rows = await opened.query<Row>(text, parameters);
        if (text.includes("from apikey k") && ++statements === 1) {
          read.resolve();
          await goOn.promise;
        }
        return rows;
      },
    });
    const call = async () => (await rest("GET", "/credits", { "x-api-key": key })).status;
    try {
      const before = [call(), call(), call()];
      await read.promise;
      await query("update apikey set enabled = false where id = $1", [keyId]);
      expect(await call()).toBe(401);
      goOn.resolve();
      expect(await Promise.all(before)).toEqual([200, 200, 200]);
      expect(statements).toBe(2);
    } finally {
      replaceConnection(opened);
    }
  });

  it("a revoked key is refused", async () => {
    expect((await rest("DELETE", `/keys/${keyId}`, { cookie: account.cookie })).status).toBe(204);
    expect((await ask("granite")).status).toBe(401);
    expect((await rest("GET", "/credits", { "x-api-key": key })).status).toBe(401);
  });

  it("a revoked key is refused, also what it was answered before under an Idempotency-Key", async () => {
    const again = { "x-api-key": key, "idempotency-key": "again" };
    expect((await ask("granite", again)).status).toBe(200);
    expect((await ask("granite", again)).headers.get("x-credits-charged")).toBe("10");
    await rest("DELETE", `/keys/${keyId}`, { cookie: account.cookie });
    expect((await ask("granite", again)).status).toBe(401);
  });

  it("an expired key is refused", async () => {
    await query("update apikey set expires_at = now() - interval '1 second' where id = $1", [keyId]);
    expect((await ask("granite")).status).toBe(401);
  });

  it("a banned user is refused, also with a session", async () => {
    await query(`update "user" set banned = true where id = $1`, [account.userId]);
    expect((await ask("granite")).status).toBe(401);
    expect((await ask("granite", { cookie: account.cookie })).status).toBe(401);
  });

  it("a narrowed key is refused with 403, and the next right one served", async () => {
    await query(`update apikey set permissions = '{"scope":["mcp:create"]}' where id = $1`, [keyId]);
    const refused = await ask("granite");
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: "insufficient_scope", scope: "mcp:query" });
    await query(`update apikey set permissions = '{"scope":["mcp:query"]}' where id = $1`, [keyId]);
    expect((await ask("granite")).status).toBe(200);
  });

  it("a limit that an admin set binds the next call, and lifting it too", async () => {
    const set = (points: number | null) =>
      query(
        points === null
          ? "delete from limit_overrides where account_id = $1"
          : `insert into limit_overrides (account_id, name, points, reason) values ($1, 'apiKey', ${points}, 'test')`,
        [account.userId],
      );
    await set(7);
    const [first, second] = [await ask("granite"), await ask("granite")];
    expect(first.status).toBe(200);
    expect(second.headers.get("x-ratelimit-limit")).toBe("7");
    await set(null);
    await ask("granite");
    expect((await ask("granite")).headers.get("x-ratelimit-limit")).toBe(String(tiers.apiKey.points));
  });

  it("a budget binds to the credit, and what finds nothing gives it back", async () => {
    const budget = { credits: 25, period: "day" };
    const made = await rest("POST", "/keys", { cookie: account.cookie }, { name: "small", budget });
    const small = { "x-api-key": String(made.body.key) };
    expect((await ask("granite", small)).status).toBe(200);
    expect((await ask("xylophone zzzqqq", small)).body.creditsCharged).toBe(0);
    expect((await ask("granite", small)).status).toBe(200);
    const refused = await ask("granite", small);
    expect(refused.status).toBe(402);
    expect(refused.body).toMatchObject({
      code: "budget_exceeded",
      required: 10,
      available: 5,
      period: "day",
    });
    await rest(
      "PATCH",
      `/keys/${made.body.id}`,
      { cookie: account.cookie },
      { budget: { ...budget, credits: 30 } },
    );
    expect((await ask("granite", small)).status).toBe(200);
    const [listed] = z
      .array(z.looseObject({ budget: z.unknown() }))
      .parse((await rest("GET", "/keys", { cookie: account.cookie })).body.items);
    expect(listed?.budget).toEqual({ credits: 30, period: "day", used: 30 });
    const monthly = { budget: { credits: 35, period: "month" } };
    const changed = await rest("PATCH", `/keys/${made.body.id}`, { cookie: account.cookie }, monthly);
    expect(changed.body.budget).toEqual({ credits: 35, period: "month", used: 30 });
    expect((await ask("granite", small)).status).toBe(402);
  });

  it("a batch counts and costs once for each of its queries, of those that found something", async () => {
    const queries = ["granite", "xylophone zzzqqq", "coarse rock"].map((text) => ({
      datasetId,
      query: text,
    }));
    const batch = await rest(
      "POST",
      "/mcp/batch-query",
      { "x-api-key": key },
      {
        queries: [...queries, { datasetId: "none_0000000000", query: "granite" }],
      },
    );
    expect(batch.status).toBe(200);
    expect(batch.body.creditsCharged).toBe(20);
    expect(batch.headers.get("x-credits-charged")).toBe("20");
    expect(batch.headers.get("ratelimit")).toContain('"search.batch";r=96');
    const results = z
      .array(
        z.looseObject({ creditsCharged: z.int(), error: z.looseObject({ code: z.string() }).nullable() }),
      )
      .parse(batch.body.results);
    expect(results.map(({ creditsCharged }) => creditsCharged)).toEqual([10, 0, 10, 0]);
    expect(results.at(-1)?.error?.code).toBe("not_found");
  });

  it("a dataset made private is gone for others", async () => {
    const other = await createTestAccount();
    const theirs = { "x-api-key": (await other.createKey()).key };
    await rest("PATCH", `/datasets/${datasetId}`, { "x-api-key": key }, { visibility: "public" });
    expect((await ask("granite", theirs)).status).toBe(200);
    await rest("PATCH", `/datasets/${datasetId}`, { "x-api-key": key }, { visibility: "private" });
    expect((await ask("granite", theirs)).status).toBe(404);
  });
});

describe("order of failures", () => {
  it("429 comes before 401, 403 and 400", async () => {
    const address = { "x-forwarded-for": "203.0.113.9" };
    const { points, windowSeconds } = tiers.anonymous;
    await getRateLimiter().take([
      { name: "anonymous", subject: "address:203.0.113.9", points, windowSeconds, cost: points },
    ]);
    expect((await rest("GET", "/credits", address)).status).toBe(429);
    expect((await rest("GET", "/nowhere", address)).status).toBe(429);
  });

  it("403 comes before 400, and 400 before 402", async () => {
    const query = await account.createKey(["mcp:query"]);
    const refused = await rest("POST", "/datasets", { "x-api-key": query.key }, { nonsense: true });
    expect(refused.status).toBe(403);
    await account.setBalance(0);
    expect((await ask("")).status).toBe(400);
    expect((await ask("granite")).status).toBe(402);
  });

  it("an address that keeps guessing is refused before any lookup, and keys in use there are not", async () => {
    const address = { "x-forwarded-for": "203.0.113.77" };
    expect((await ask("granite", { ...address, "x-api-key": key })).status).toBe(200);
    await getRateLimiter().take([
      {
        name: "badCredentials",
        subject: "address:203.0.113.77",
        ...badCredentialLimit,
        cost: badCredentialLimit.points,
      },
    ]);
    const guess = await rest("GET", "/credits", { ...address, "x-api-key": "fltr_guess" });
    expect(guess.status).toBe(429);
    expect(guess.body.limit).toBe("badCredentials");
    expect((await ask("granite", { ...address, "x-api-key": key })).status).toBe(200);
  });
});

describe("guessing keys", () => {
  it("is refused before any lookup, and a good key of that address that was never seen waits too", async () => {
    const address = { "x-forwarded-for": "203.0.113.78" };
    for (let guess = 0; guess < badCredentialLimit.points; guess++) {
      const { status } = await rest("GET", "/credits", { ...address, "x-api-key": `fltr_guess${guess}` });
      expect([401, 429]).toContain(status);
    }
    const fresh = await account.createKey();
    const refused = await rest("GET", "/credits", { ...address, "x-api-key": fresh.key });
    expect([refused.status, refused.body.limit]).toEqual([429, "badCredentials"]);
  });
});

describe("a caller that leaves", () => {
  it("while it is searched for pays nothing", async () => {
    const server = createServer(
      getRequestListener((request) => handleRest(request), { overrideGlobalObjects: false }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("no port");
    for (let call = 0; call < 10; call++) {
      const socket = connect(bound.port, "127.0.0.1");
      socket.write(
        `GET /api/v1/mcp/query/${datasetId}/default?query=granite HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n\r\n`,
      );
      await new Promise((resolve) => setTimeout(resolve, 1));
      socket.destroy();
    }
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const settled = async () => (await rest("GET", "/credits", { "x-api-key": key })).body;
    await expect.poll(settled).toMatchObject({ held: 0 });
    // The last moment cannot be told apart from an answer that arrived.
    expect(Number((await settled()).balance)).toBeGreaterThanOrEqual(signUpGrant - 30);
  });
});

describe("bad input over REST", () => {
  const headers = () => ({ "x-api-key": key });

  it("is refused in words, with a stable code", async () => {
    const cases: [string, string, unknown, number, string][] = [
      ["GET", "/nowhere", undefined, 404, "unknown_path"],
      ["PATCH", "/credits", {}, 405, "method_not_allowed"],
      ["POST", "/datasets", { name: 5 }, 400, "invalid_input"],
      ["POST", "/datasets", { name: "  " }, 400, "invalid_input"],
      ["POST", "/datasets", { name: "a\u0000b" }, 400, "invalid_input"],
      ["POST", "/datasets", [], 400, "invalid_input"],
      ["GET", `/mcp/query/${datasetId}/default?query=${"x".repeat(5_000)}`, undefined, 400, "invalid_input"],
      ["GET", `/mcp/query/${datasetId}/default?query=granite&topK=many`, undefined, 400, "invalid_input"],
      ["GET", `/mcp/query/${datasetId}/nope?query=granite`, undefined, 404, "not_found"],
      ["GET", "/datasets/%00%ff", undefined, 404, "not_found"],
      ["GET", "/mcp/manifest/a%00b", undefined, 400, "invalid_input"],
      ["GET", `/mcp/query/${datasetId}/default?query=granite%00`, undefined, 400, "invalid_input"],
      ["GET", "/credits/entries?cursor=garbage", undefined, 400, "invalid_input"],
      ["GET", "/receipts/rcpt_0000000000000", undefined, 404, "not_found"],
    ];
    for (const [method, path, body, status, code] of cases) {
      const answer = await rest(method, path, headers(), body);
      expect([path, answer.status, answer.body.code]).toEqual([path, status, code]);
      expect(answer.body.detail).toEqual(expect.any(String));
      expect(answer.body.hint).toEqual(expect.any(String));
    }
  });

  it("markup and SQL in names are text", async () => {
    const name = `<script>alert(1)</script>'; drop table datasets; --`;
    const made = await rest("POST", "/datasets", headers(), { name });
    expect(made.status).toBe(201);
    expect((await rest("GET", `/datasets/${made.body.id}`, headers())).body.name).toBe(name);
  });
});

describe("a cookie from another site's page", () => {
  it("counts for nobody", async () => {
    const { cookie } = account;
    expect((await rest("GET", "/credits", { cookie, "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await rest("GET", "/credits", { cookie, "sec-fetch-site": "cross-site" })).status).toBe(401);
    expect((await rest("GET", "/credits", { cookie, "sec-fetch-site": "same-site" })).status).toBe(401);
    expect((await rest("GET", "/credits", { cookie, origin: "https://evil.example" })).status).toBe(401);
  });
});
