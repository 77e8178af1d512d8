/** What a call read stays provable: in its place, in the version that was read, for as long as its owner wants. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { ingestDocument } from "#server/documents/ingest.ts";
import { verifyLedger } from "#server/ledger-verify.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { sweepReceipts } from "./retention.ts";

setUpTestDatabase();

const itemSchema = z.looseObject({
  id: z.string(),
  query: z.string().nullable(),
  credentialId: z.string(),
  credentialName: z.string().nullable(),
  outcome: z.string(),
  operation: z.string(),
  creditsCharged: z.int(),
  hitCount: z.int(),
});
const hitSchema = z.looseObject({
  documentId: z.string(),
  version: z.int(),
  start: z.int(),
  end: z.int(),
  passage: z.object({ before: z.string(), text: z.string(), after: z.string() }).nullable(),
  missing: z.string().nullable(),
});

type Sent = Record<string, string>;

let account: TestAccount;
let cookie: Sent;
let key: Sent;
let keyId: string;
let datasetId: string;

beforeEach(async () => {
  account = await createTestAccount();
  cookie = { cookie: account.cookie };
  const made = await account.createKey();
  key = { "x-api-key": made.key };
  keyId = made.id;
  datasetId = await newDataset("Stones");
});

async function newDataset(name: string): Promise<string> {
  return String((await rest("POST", "/datasets", key, { name })).body.id);
}

async function add(text: string, externalId = "rocks", dataset = datasetId): Promise<string> {
  const sent = { title: "Rocks", text, externalId, format: "markdown" };
  const { body } = await rest("POST", `/datasets/${dataset}/documents`, key, sent);
  await ingestDocument(String(body.id));
  return String(body.id);
}

async function search(words: string, by: Sent = key, dataset = datasetId) {
  return (await rest("GET", `/mcp/query/${dataset}/default?query=${encodeURIComponent(words)}`, by)).body;
}

async function list(filter: Sent = {}, by: Sent = cookie) {
  const { body, status } = await rest("GET", `/receipts?${new URLSearchParams(filter)}`, by);
  expect(status).toBe(200);
  return z.array(itemSchema).parse(body.items);
}

async function open(receiptId: unknown, by: Sent = cookie) {
  const { body } = await rest("GET", `/receipts/${receiptId}`, by);
  return z.looseObject({ hits: z.array(hitSchema) }).parse(body);
}

const balance = async () => (await rest("GET", "/credits", cookie)).body.balance;

describe("what leaves a receipt", () => {
  it("a search: who asked what, and the passages in their place", async () => {
    const before = "Basalt is dark. 🌋 It cools fast.";
    const documentId = await add(
      `# First\n\n${before}\n\n# Second\n\nGranite is a coarse rock.\n\n# Third\n\nTuff.`,
    );
    const { receiptId, hits } = await search("granite");
    const [read] = z.array(z.looseObject({ text: z.string() })).parse(hits);
    const receipt = await open(receiptId);
    expect(receipt).toMatchObject({
      query: "granite",
      outcome: "answered",
      creditsCharged: 10,
      credentialId: keyId,
      credentialName: "test",
    });
    const [hit] = receipt.hits;
    expect(hit).toMatchObject({ datasetId, documentId, documentTitle: "Rocks", version: 1, rank: 1 });
    expect(hit?.passage?.text).toBe(read?.text);
    const { text } = (await rest("GET", `/datasets/${datasetId}/documents/${documentId}`, cookie)).body;
    const { passage } = hit ?? {};
    expect(`${passage?.before}${passage?.text}${passage?.after}`).toBe(text);
  });

  it("a search that finds nothing, without a charge", async () => {
    await add("Granite is a coarse rock.");
    const found = await search("xylophone");
    expect(found).toMatchObject({ hits: [], receiptId: null, creditsCharged: 0 });
    expect(await list()).toEqual([
      expect.objectContaining({ outcome: "empty", query: "xylophone", creditsCharged: 0, hitCount: 0 }),
    ]);
    expect(await balance()).toBe(10_000);
    expect(await verifyLedger()).toMatchObject({ faults: [] });
  });

  it("a document that a key reads, free; not one that its owner looks at", async () => {
    const documentId = await add("Granite is a coarse rock.");
    const path = `/datasets/${datasetId}/documents/${documentId}`;
    await rest("GET", path, cookie);
    expect(await list()).toEqual([]);
    await rest("GET", path, key);
    const [receipt] = await list();
    expect(receipt).toMatchObject({ operation: "documents.get", creditsCharged: 0, query: null });
    expect((await open(receipt?.id)).hits).toMatchObject([
      { datasetId, documentId, version: 1, start: 0, end: 25, missing: "wholeDocument" },
    ]);
    expect(await verifyLedger()).toMatchObject({ faults: [] });
  });

  it("without the query, when its owner does not want it kept", async () => {
    await add("Granite is a coarse rock.");
    expect((await rest("PATCH", "/receipts/settings", cookie, { keepQueries: false })).body).toEqual({
      keepDays: 400,
      keepQueries: false,
    });
    await search("granite");
    await search("xylophone");
    expect((await list()).map((item) => [item.outcome, item.query])).toEqual([
      ["empty", null],
      ["answered", null],
    ]);
    const [stored] = await query<{ n: number }>(
      "select count(*)::int as n from receipts where account_id = $1 and query is not null",
      [account.userId],
    );
    expect(stored?.n).toBe(0);
  });
});

describe("the text that was read", () => {
  it("is shown though the document was replaced, until nothing needs it", async () => {
    const documentId = await add("Granite is a coarse rock.");
    const first = await search("granite");
    await add("Granite is igneous, and hard.");
    const second = await search("granite");
    expect((await open(first.receiptId)).hits).toMatchObject([
      { documentId, version: 1, passage: { text: "Granite is a coarse rock." } },
    ]);
    expect((await open(second.receiptId)).hits).toMatchObject([
      { documentId, version: 2, passage: { text: "Granite is igneous, and hard." } },
    ]);
    await add("Gneiss is banded.");
    await query("update document_versions set created_at = now() - interval '2 hours'");
    await query("delete from receipts where id = $1", [String(second.receiptId)]);
    await sweepReceipts();
    const kept = () => query("select version from document_versions where document_id = $1", [documentId]);
    expect(await kept()).toEqual([{ version: 1 }]);
    expect((await open(first.receiptId)).hits).toMatchObject([
      { passage: { text: "Granite is a coarse rock." } },
    ]);
    await query("delete from receipts where id = $1", [String(first.receiptId)]);
    await sweepReceipts();
    expect(await kept()).toEqual([]);
  });

  it("is kept too when what replaced it could not be read", async () => {
    const documentId = await add("Granite is a coarse rock.");
    const { receiptId } = await search("granite");
    await add(" \n ");
    expect((await open(receiptId)).hits).toMatchObject([{ passage: { text: "Granite is a coarse rock." } }]);
    await add("Granite again.");
    const [row] = await query("select version, state from documents where id = $1", [documentId]);
    expect(row).toEqual({ version: 2, state: "ready" });
  });

  it("is not shown when the document is gone, or is not the reader's any more", async () => {
    const documentId = await add("Granite is a coarse rock.");
    await rest("PATCH", `/datasets/${datasetId}`, cookie, { visibility: "public" });
    const reader = await createTestAccount();
    const found = await search("granite", { cookie: reader.cookie });
    const mine = await search("granite");
    await rest("PATCH", `/datasets/${datasetId}`, cookie, { visibility: "private" });
    const theirs = await open(found.receiptId, { cookie: reader.cookie });
    expect(theirs.hits).toMatchObject([{ passage: null, missing: "notReadable" }]);
    await rest("DELETE", `/datasets/${datasetId}/documents/${documentId}`, cookie);
    expect((await open(mine.receiptId)).hits).toMatchObject([
      { documentTitle: "Rocks", passage: null, missing: "documentGone" },
    ]);
  });
});

describe("the list", () => {
  it("is filtered by credential, dataset, document, time, text and outcome", async () => {
    const documentId = await add("Granite is a coarse rock.");
    const other = await newDataset("Trees");
    const tree = await add("Oak is a hard wood.", "trees", other);
    await search("granite 100%");
    await search("oak", cookie, other);
    await search("xylophone");
    const queries = async (filter: Sent) => (await list(filter)).map((item) => item.query);
    expect(await queries({})).toEqual(["xylophone", "oak", "granite 100%"]);
    expect(await queries({ credentialId: keyId })).toEqual(["xylophone", "granite 100%"]);
    expect(await queries({ datasetId: other })).toEqual(["oak"]);
    expect(await queries({ documentId })).toEqual(["granite 100%"]);
    expect(await queries({ datasetId, documentId: tree })).toEqual([]);
    expect(await queries({ text: "GRANITE" })).toEqual(["granite 100%"]);
    expect(await queries({ text: "0%" })).toEqual(["granite 100%"]);
    expect(await queries({ text: "x_l" })).toEqual([]);
    expect(await queries({ outcome: "empty" })).toEqual(["xylophone"]);
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect(await queries({ from: soon })).toEqual([]);
    expect(await queries({ to: soon, outcome: "empty" })).toEqual(["xylophone"]);
    const page = (await rest("GET", "/receipts?limit=2&withHits=true", cookie)).body;
    expect(page.items).toMatchObject([{ hits: [] }, { hits: [{ documentId: tree, version: 1 }] }]);
    expect(await queries({ cursor: String(page.nextCursor) })).toEqual(["granite 100%"]);
  });

  it("shows a key that was given single datasets its own calls alone", async () => {
    await add("Granite is a coarse rock.");
    const made = await rest("POST", "/keys", cookie, {
      name: "Narrow",
      scopes: ["mcp:tools"],
      datasets: [datasetId],
    });
    const narrow = { "x-api-key": String(made.body.key) };
    const { receiptId } = await search("granite");
    await search("coarse", narrow);
    expect((await list({}, key)).map((item) => item.query)).toEqual(["coarse", "granite"]);
    expect((await list({}, narrow)).map((item) => item.query)).toEqual(["coarse"]);
    expect(await list({ credentialId: keyId }, narrow)).toEqual([]);
    expect((await rest("GET", `/receipts/${receiptId}`, narrow)).status).toBe(404);
    const stranger = await createTestAccount();
    expect((await rest("GET", `/receipts/${receiptId}`, { cookie: stranger.cookie })).status).toBe(404);
  });
});

describe("how long they are kept", () => {
  const age = (id: unknown, days: number) =>
    query("update receipts set created_at = now() - make_interval(days => $2::int) where id = $1", [
      String(id),
      days,
    ]);
  /** The id of so old a receipt begins with its time. */
  const rename = (id: unknown, to: string) =>
    query("update receipts set id = $2 where id = $1", [String(id), to]);

  beforeAll(() => sweepReceipts());

  it("is what the owner set; nothing older is shown, and the sweep removes it", async () => {
    await add("Granite is a coarse rock.");
    const { receiptId } = await search("granite");
    await search("coarse");
    const old = "rcpt_0m00000000000000000000000";
    await rename(receiptId, old);
    await age(old, 8);
    await rest("PATCH", "/receipts/settings", cookie, { keepDays: 7 });
    expect((await rest("GET", "/receipts/settings", cookie)).body).toEqual({
      keepDays: 7,
      keepQueries: true,
    });
    expect((await list()).map((item) => item.query)).toEqual(["coarse"]);
    expect((await rest("GET", `/receipts/${old}`, cookie)).status).toBe(404);
    await sweepReceipts();
    expect(await query("select from receipts where id = $1", [old])).toEqual([]);
    expect(await list()).toHaveLength(1);
    // Its charge is that old too: no receipt is missed.
    await query(
      `update holds set created_at = now() - interval '8 days'
       where account_id = $1 and id = (select min(id) from holds where account_id = $1)`,
      [account.userId],
    );
    const { faults } = await verifyLedger();
    expect(faults.filter(({ place }) => place.includes(account.userId))).toEqual([]);
    expect((await rest("PATCH", "/receipts/settings", cookie, { keepDays: 401 })).status).toBe(400);
    expect((await rest("PATCH", "/receipts/settings", key, { keepDays: 9 })).status).toBe(403);
  });

  it("is 400 days at most: whole months are dropped, and each month has its partition beforehand", async () => {
    await query("select add_receipts_partition(now() - interval '500 days')");
    await add("Granite is a coarse rock.");
    const { receiptId } = await search("granite");
    await age(receiptId, 500);
    await sweepReceipts();
    await sweepReceipts();
    expect(await query("select from receipts where id = $1", [String(receiptId)])).toEqual([]);
    const partitions = await query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'receipts'::regclass order by 1",
    );
    const month = (offset: number) => {
      const now = new Date();
      const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
      return `receipts_${first.toISOString().slice(0, 7).replace("-", "_")}`;
    };
    expect(partitions.map(({ name }) => name)).toEqual([month(0), month(1), "receipts_rest"].sort());
  });
});
