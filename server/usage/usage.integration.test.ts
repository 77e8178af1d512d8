/** Usage adds up to what was charged, also of receipts that are gone; refusals and alerts tell their cause. */
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { ingestDocument } from "#server/documents/ingest.ts";
import { sweepReceipts } from "#server/receipts/retention.ts";
import { refusalsSettled } from "#server/refusals.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";

setUpTestDatabase();

const usageSchema = z.object({
  items: z.array(
    z.object({
      day: z.string(),
      group: z.string(),
      name: z.string().nullable(),
      calls: z.int(),
      emptyCalls: z.int(),
      creditsCharged: z.int(),
    }),
  ),
  calls: z.int(),
  creditsCharged: z.int(),
});
const alertsSchema = z.object({
  items: z.array(
    z.looseObject({ kind: z.string(), subjectId: z.string().nullable(), amount: z.int().nullable() }),
  ),
});

let account: TestAccount;
let cookie: { cookie: string };
let key: { "x-api-key": string };
let keyId: string;
let datasetId: string;

beforeEach(async () => {
  account = await createTestAccount();
  cookie = { cookie: account.cookie };
  const made = await account.createKey();
  key = { "x-api-key": made.key };
  keyId = made.id;
  datasetId = String((await rest("POST", "/datasets", key, { name: "Stones" })).body.id);
  const sent = { title: "Rocks", text: "Granite is a coarse rock." };
  const { body } = await rest("POST", `/datasets/${datasetId}/documents`, key, sent);
  await ingestDocument(String(body.id));
});

const today = () => new Date().toISOString().slice(0, 10);
const search = (words: string, by: Record<string, string> = key) =>
  rest("GET", `/mcp/query/${datasetId}/default?query=${words}`, by);

async function usage(groupBy: string, by: Record<string, string> = cookie, day = "2020-01-01") {
  const { status, body } = await rest("GET", `/usage?from=${day}&to=${day}&groupBy=${groupBy}`, by);
  expect([status, body.detail]).toEqual([200, undefined]);
  return usageSchema.parse(body);
}

const usageToday = (groupBy: string, by?: Record<string, string>) => usage(groupBy, by, today());

async function alerts() {
  return alertsSchema.parse((await rest("GET", "/alerts", cookie)).body).items;
}

describe("usage", () => {
  it("adds up by key and browser, dataset and operation", async () => {
    await search("granite");
    await search("granite");
    await search("nothing-like-it");
    await search("granite", cookie);
    const byKey = await usageToday("credential");
    expect(byKey.items).toEqual([
      { day: today(), group: `apiKey:${keyId}`, name: "test", calls: 3, emptyCalls: 1, creditsCharged: 20 },
      { day: today(), group: "session:", name: null, calls: 1, emptyCalls: 0, creditsCharged: 10 },
    ]);
    expect(byKey).toMatchObject({ calls: 4, creditsCharged: 30 });
    expect((await usageToday("dataset")).items).toEqual([
      { day: today(), group: datasetId, name: "Stones", calls: 3, emptyCalls: 0, creditsCharged: 30 },
      { day: today(), group: "", name: null, calls: 1, emptyCalls: 1, creditsCharged: 0 },
    ]);
    expect((await usageToday("operation")).items).toMatchObject([{ group: "search.query", calls: 4 }]);
  });

  it("still counts what was removed, and nothing of others", async () => {
    await query(
      `insert into usage_days values ($1, '2020-01-01', 'apiKey', $2, 'search.query', $3, 5, 1, 40)`,
      [account.userId, keyId, datasetId],
    );
    expect(await usage("credential")).toMatchObject({
      items: [{ group: `apiKey:${keyId}`, calls: 5, emptyCalls: 1, creditsCharged: 40 }],
    });
    const other = await createTestAccount();
    expect(await usage("none", { cookie: other.cookie })).toEqual({ items: [], calls: 0, creditsCharged: 0 });
  });

  it("keeps the sum when receipts are swept", async () => {
    await search("granite");
    await search("nothing-like-it");
    await rest("PATCH", "/receipts/settings", cookie, { keepDays: 7 });
    await query(
      `insert into receipts (id, account_id, credential_kind, credential_id, operation, hits, credits_charged, duration_ms, created_at)
       values ('rcpt_000000001aaaaaaaaaaaaaaaa', $1, 'apiKey', $2, 'search.query', $3::text::jsonb, 10, 1, '2020-01-01T12:00:00Z'),
              ('rcpt_000000002aaaaaaaaaaaaaaaa', $1, 'apiKey', $2, 'search.batch', $4::text::jsonb, 30, 1, '2020-01-01T13:00:00Z')`,
      [
        account.userId,
        keyId,
        JSON.stringify([{ datasetId }, { datasetId }]),
        JSON.stringify([{ datasetId }, { datasetId: "another" }]),
      ],
    );
    await sweepReceipts();
    await sweepReceipts();
    expect((await usage("dataset")).items).toEqual([
      { day: "2020-01-01", group: "", name: null, calls: 1, emptyCalls: 0, creditsCharged: 30 },
      { day: "2020-01-01", group: datasetId, name: "Stones", calls: 1, emptyCalls: 0, creditsCharged: 10 },
    ]);
    expect(await usageToday("none")).toMatchObject({ calls: 2, creditsCharged: 10 });
  });

  it.each([
    ["from=2026-02-30&to=2026-03-01", "from"],
    ["from=2026-03-02&to=2026-03-01", "to"],
    ["from=2020-01-01&to=2026-03-01", "from"],
    ["from=2026-03-01&to=2026-03-02&timeZone=Mars", "timeZone"],
    ["to=2026-03-01", "from"],
  ])("refuses %s by naming %s", async (asked, field) => {
    const { status, body } = await rest("GET", `/usage?${asked}`, cookie);
    expect([status, String(body.detail)]).toEqual([400, expect.stringContaining(field)]);
  });

  it("shows a key that was given single datasets its own calls alone", async () => {
    await search("granite");
    const sent = { name: "held", scopes: ["mcp:tools"], datasets: [datasetId] };
    const held = String((await rest("POST", "/keys", cookie, sent)).body.key);
    await search("granite", { "x-api-key": held });
    expect(await usageToday("none", { "x-api-key": held })).toMatchObject({ calls: 1 });
    expect(await usageToday("none")).toMatchObject({ calls: 2 });
  });
});

describe("refusals and alerts", () => {
  it("counts what a key's own limit refused and tells its owner", async () => {
    await rest("PATCH", `/keys/${keyId}`, cookie, { callsPerHour: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => search("granite")));
    const refused = answers.filter(({ status }) => status === 429).length;
    expect(refused).toBeGreaterThanOrEqual(6);
    await refusalsSettled();
    const { body } = await rest("GET", "/limits/refusals", cookie);
    expect(body.items).toMatchObject([
      { limit: `apiKey:${keyId}`, credentialName: "test", operation: "search.query", count: refused },
    ]);
    expect(await alerts()).toMatchObject([{ kind: "limitReached", subjectId: keyId, amount: refused }]);
  });

  it("tells of budgets, expiry, failed documents and a low balance, and of none that is mended", async () => {
    expect(await alerts()).toEqual([]);
    await rest("PATCH", `/keys/${keyId}`, cookie, { budget: { period: "day", credits: 20 } });
    await search("granite");
    await search("granite");
    await query("update apikey set expires_at = now() + interval '2 days' where id = $1", [keyId]);
    await rest("POST", `/datasets/${datasetId}/documents`, key, { title: "x", text: "fails" });
    await query("update documents set state = 'failed' where dataset_id = $1 and title = 'x'", [datasetId]);
    await account.setBalance(5);
    expect((await alerts()).map(({ kind, amount }) => [kind, amount])).toEqual([
      ["lowBalance", 5],
      ["budgetNearlyUsed", 100],
      ["documentsFailed", 1],
      ["keyExpires", null],
    ]);
    await account.setBalance(5_000);
    expect((await alerts()).map(({ kind }) => kind)).not.toContain("lowBalance");
  });
});
