/** Reading a document is paid for in the transaction that makes it ready: once, or not at all. */
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { verifyLedger } from "#server/ledger-verify.ts";
import { signUpGrant } from "#server/operations.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { ingestDocument } from "./ingest.ts";

setUpTestDatabase();

const words = (characters: number) => "granite and gneiss ".repeat(characters).slice(0, characters);

let account: TestAccount;
let headers: Record<string, string>;
let datasetId: string;

beforeEach(async () => {
  account = await createTestAccount();
  headers = { "x-api-key": (await account.createKey()).key };
  datasetId = String((await rest("POST", "/datasets", headers, { name: "Paid" })).body.id);
});

async function add(title: string, text: string, sender = headers) {
  const { body } = await rest("POST", `/datasets/${datasetId}/documents`, sender, { title, text });
  await ingestDocument(String(body.id));
  return (await rest("GET", `/datasets/${datasetId}/documents/${body.id}`, { cookie: account.cookie })).body;
}

const balance = async () => (await rest("GET", "/credits", headers)).body.balance;

describe("what reading costs", () => {
  it("is one credit for each full 10,000 characters, with a receipt, once", async () => {
    expect(await add("short", words(9_999))).toMatchObject({ state: "ready" });
    expect(await balance()).toBe(signUpGrant);
    const long = await add("long", words(30_000));
    expect(long).toMatchObject({ state: "ready" });
    await ingestDocument(String(long.id));
    expect(await balance()).toBe(signUpGrant - 3);
    const again = await rest("POST", `/datasets/${datasetId}/documents`, headers, {
      title: "again",
      text: words(30_000),
    });
    expect(again.body.duplicate).toBe(true);
    expect(await balance()).toBe(signUpGrant - 3);
    const { items } = (await rest("GET", "/receipts", headers)).body;
    expect(items).toEqual([expect.objectContaining({ operation: "documents.ingest", creditsCharged: 3 })]);
    const [receipt] = z.array(z.looseObject({ id: z.string() })).parse(items);
    const opened = await rest("GET", `/receipts/${receipt?.id}`, headers);
    expect(opened.body.hits).toEqual([
      {
        datasetId,
        documentId: long.id,
        documentTitle: "long",
        version: 1,
        chunkId: null,
        start: 0,
        end: 30_000,
        rank: null,
        score: null,
        passage: null,
        missing: "wholeDocument",
      },
    ]);
    expect(await verifyLedger()).toMatchObject({ faults: [] });
  });

  it("is refused in words when the credits do not reach, and nothing of it is stored", async () => {
    await account.setBalance(1);
    const refused = await add("too dear", words(25_000));
    expect(refused).toMatchObject({
      state: "failed",
      chunkCount: 0,
      reason: "Not enough credits: reading it costs 2, the account has 1. Add credits, then retry it.",
    });
    expect(await query("select from chunks where document_id = $1", [refused.id])).toHaveLength(0);
    expect(await query("select from lexemes where dataset_id = $1", [datasetId])).toHaveLength(0);
    expect(await balance()).toBe(1);
    await account.setBalance(5);
    await rest("POST", `/datasets/${datasetId}/documents/${refused.id}/retry`, headers);
    await ingestDocument(String(refused.id));
    expect(await add("too dear", words(25_000))).toMatchObject({ state: "ready", duplicate: false });
    expect(await balance()).toBe(3);
  });

  it("counts against the budget of the key that sent it", async () => {
    const budget = { credits: 1, period: "total" };
    const made = await rest(
      "POST",
      "/keys",
      { cookie: account.cookie },
      { name: "small", scopes: ["mcp:create"], budget },
    );
    const small = { "x-api-key": String(made.body.key) };
    expect(await add("within", words(12_000), small)).toMatchObject({ state: "ready" });
    expect(await add("beyond", words(13_000), small)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("the budget has 0"),
    });
    expect(await balance()).toBe(signUpGrant - 1);
  });
});
