/** A document that is sent again: what stays, what is read and paid for anew, and what finds it meanwhile. */

import { beforeEach, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { signUpGrant } from "#server/operations.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { fc } from "../testing/property.ts";
import { createDocuments } from "./create.ts";
import { ingestDocument } from "./ingest.ts";

setUpTestDatabase();

let account: TestAccount;
let headers: Record<string, string>;
let datasetId: string;

beforeEach(async () => {
  account = await createTestAccount();
  headers = { "x-api-key": (await account.createKey()).key };
  datasetId = String((await rest("POST", "/datasets", headers, { name: "Read again" })).body.id);
});

const section = (name: string, characters: number) =>
  `# ${name}\n\n${`${name} is a stone of its kind. `.repeat(characters).slice(0, characters)}\n\n`;

async function send(text: string, more: Record<string, unknown> = {}) {
  const { body } = await rest("POST", `/datasets/${datasetId}/documents`, headers, {
    title: "Stones",
    externalId: "stones",
    text,
    ...more,
  });
  return { ...body, id: String(body.id) };
}

async function read(text: string, more: Record<string, unknown> = {}) {
  const { id } = await send(text, more);
  await ingestDocument(id);
  return (await rest("GET", `/datasets/${datasetId}/documents/${id}`, { cookie: account.cookie })).body;
}

async function found(words: string): Promise<number> {
  const asked = new URLSearchParams({ query: words });
  const { body } = await rest("GET", `/mcp/query/${datasetId}/default?${asked}`, { cookie: account.cookie });
  return Array.isArray(body.hits) ? body.hits.length : -1;
}

const balance = async () => Number((await rest("GET", "/credits", headers)).body.balance);

type StoredChunk = { id: string; ordinal: number; heading_path: string[]; text: string; words: string };

const chunksOf = (documentId: unknown) =>
  query<StoredChunk>(
    'select id::text, ordinal, heading_path, start, "end", text, tsv::text as words from chunks where document_id = $1 order by ordinal',
    [documentId],
  );
const lexicon = (dataset: string) =>
  query("select lexeme, chunk_count from lexemes where dataset_id = $1 order by lexeme", [dataset]);
const withoutIds = (rows: StoredChunk[]) => rows.map(({ id: _, ...row }) => row);

describe("a document sent again", () => {
  it("is found by its old text until the new one is ready, also when that fails", async () => {
    await read("Granite is coarse.");
    const { id } = await send("Basalt is fine.");
    expect(await found("granite")).toBe(1);
    await query("update documents set state = 'processing' where id = $1", [id]);
    expect(await found("granite")).toBe(1);
    await ingestDocument(id);
    expect([await found("granite"), await found("basalt")]).toEqual([0, 1]);
    expect(await read("… !")).toMatchObject({ state: "failed", reason: "The file has no words in it." });
    expect(await found("basalt")).toBe(1);
  });

  it("keeps the chunks that did not change, with their ids, and pays for the others alone", async () => {
    const [a, b, c] = [section("Granite", 21_000), section("Basalt", 12_000), section("Marble", 4_000)];
    const first = await read(a + b + c);
    expect(await balance()).toBe(signUpGrant - 3);
    const before = await chunksOf(first.id);

    const moved = await read(c + a + b);
    expect(moved).toMatchObject({ id: first.id, version: 2, state: "ready" });
    expect(await balance()).toBe(signUpGrant - 3);
    const after = await chunksOf(first.id);
    expect(new Set(after.map(({ id }) => id))).toEqual(new Set(before.map(({ id }) => id)));

    const grown = await read(c + a + section("Gneiss", 11_000) + b);
    expect(grown.version).toBe(3);
    expect(await balance()).toBe(signUpGrant - 4);
    const kept = (await chunksOf(first.id)).filter(({ id }) => before.some((old) => old.id === id));
    expect(kept).toHaveLength(before.length);
    const receipts = (await rest("GET", "/receipts", headers)).body.items;
    expect(receipts).toMatchObject([{ creditsCharged: 1 }, { creditsCharged: 3 }]);
  });

  it("that did not change costs nothing, though its title and metadata may", async () => {
    const first = await read(section("Granite", 15_000), { metadata: { shelf: 1 } });
    const again = await send(section("Granite", 15_000), { title: "Zircon", metadata: { shelf: 2 } });
    expect(again).toMatchObject({ id: first.id, duplicate: true, state: "ready", version: 1 });
    expect(again).toMatchObject({ title: "Zircon", metadata: { shelf: 2 } });
    expect(await balance()).toBe(signUpGrant - 1);
    expect(await found("zircon")).toBeGreaterThan(0);
  });

  it("whatever changed, is stored as if it had been sent for the first time", async () => {
    const names = ["Granite", "Basalt", "Marble", "Gneiss", "Slate"];
    const text = fc
      .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(30, 700, 2_500)), {
        minLength: 1,
        maxLength: 6,
      })
      .map((parts) => parts.map(([name, characters]) => section(name, characters)).join(""));
    const [document] = await createDocuments({
      datasetId,
      items: [{ title: "Stones", externalId: "x", content: Buffer.from("first") }],
    });
    await ingestDocument(String(document?.id));
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom("Stones", "Rocks"), async (content, title) => {
        await createDocuments({
          datasetId,
          items: [{ title, externalId: "x", content: Buffer.from(content) }],
        });
        await ingestDocument(String(document?.id));
        const fresh = String((await rest("POST", "/datasets", headers, { name: "Fresh" })).body.id);
        const [other] = await createDocuments({
          datasetId: fresh,
          items: [{ title, content: Buffer.from(content) }],
        });
        await ingestDocument(String(other?.id));
        expect(withoutIds(await chunksOf(document?.id))).toEqual(withoutIds(await chunksOf(other?.id)));
        expect(await lexicon(datasetId)).toEqual(await lexicon(fresh));
      }),
      { numRuns: 12 },
    );
  });
});

describe("changing a document without reading it", () => {
  it("finds it under its new title at once", async () => {
    const { id } = await read("Granite is coarse.");
    const path = `/datasets/${datasetId}/documents/${id}`;
    const changed = await rest("PATCH", path, headers, { title: "Zircon", metadata: { shelf: 3 } });
    expect(changed.body).toMatchObject({
      title: "Zircon",
      metadata: { shelf: 3 },
      version: 1,
      state: "ready",
    });
    expect([await found("zircon"), await found("stones")]).toEqual([1, 0]);
    const words = await query("select from lexemes where dataset_id = $1 and lexeme = 'stones'", [datasetId]);
    expect(words).toHaveLength(0);
    const unchanged = await rest("PATCH", path, headers, {});
    expect(unchanged.body).toMatchObject({ title: "Zircon", metadata: { shelf: 3 } });
  });
});
