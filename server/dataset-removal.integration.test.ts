/** A deleted dataset is nobody's at once; what it held goes bit by bit, whoever falters meanwhile. */
import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { removeDeletedDatasets } from "./dataset-removal.ts";
import { deleteAccount } from "./delete-account.ts";
import { ingestDocument } from "./documents/ingest.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

setUpTestDatabase();

let owner: TestAccount;
let cookie: { cookie: string };

beforeAll(async () => {
  owner = await createTestAccount();
  cookie = { cookie: owner.cookie };
});

async function fill(as = cookie, documents = 2): Promise<string> {
  const { body } = await rest("POST", "/datasets", as, { name: "Stones", embeddingModel: "lexical-hash" });
  const id = String(body.id);
  for (let n = 0; n < documents; n++) await ingestDocument(await add(id, n, as));
  return id;
}

async function add(datasetId: string, n: number, as = cookie): Promise<string> {
  const text = `# Granite ${n}\n\nA rock that builders like.`;
  const { body } = await rest("POST", `/datasets/${datasetId}/documents`, as, { title: `Stone ${n}`, text });
  return String(body.id);
}

const ask = (datasetId: string, as = cookie) =>
  rest("GET", `/mcp/query/${datasetId}/default?query=granite`, as);

/** Rows of each kind that are left of a dataset. */
async function left(datasetId: string): Promise<Record<string, number>> {
  const [row] = await query<Record<string, number>>(
    `select (select count(*)::int from datasets where id = $1) as datasets,
       (select count(*)::int from documents where dataset_id = $1) as documents,
       (select count(*)::int from chunks where dataset_id = $1) as chunks,
       (select count(*)::int from lexemes where dataset_id = $1) as lexemes,
       (select count(*)::int from endpoints where dataset_id = $1) as endpoints,
       (select count(*)::int from vector_sets where dataset_id = $1) as sets`,
    [datasetId],
  );
  return row ?? {};
}
const nothing = { datasets: 0, documents: 0, chunks: 0, lexemes: 0, endpoints: 0, sets: 0 };

describe("a deleted dataset", () => {
  it("is gone for everybody at once, with what reads for it, while others' go on", async () => {
    const [dataset, other] = [await fill(), await fill(cookie, 1)];
    const stranger = { cookie: (await createTestAccount()).cookie };
    await rest("PATCH", `/datasets/${dataset}`, cookie, { visibility: "public" });
    await rest("POST", "/mcp/endpoints", cookie, { datasetId: dataset, name: "stones", title: "Stones" });
    const answer = await ask(dataset, stranger);
    expect(answer.status).toBe(200);
    const waiting = await add(dataset, 99);
    const before = await left(dataset);
    expect(before).toMatchObject({ documents: 3, endpoints: 1, sets: 1 });

    expect((await rest("DELETE", `/datasets/${dataset}`, stranger)).status).toBe(404);
    expect((await rest("DELETE", `/datasets/${dataset}`, cookie)).status).toBe(204);
    expect(await left(dataset)).toEqual({ ...before, endpoints: 0 });
    const unknown = (await ask("ds_unknown")).body;
    for (const as of [cookie, stranger]) expect((await ask(dataset, as)).body).toEqual(unknown);
    for (const [method, path] of [
      ["GET", `/datasets/${dataset}`],
      ["GET", `/datasets/${dataset}/documents`],
      ["PATCH", `/datasets/${dataset}`],
      ["DELETE", `/datasets/${dataset}`],
      ["GET", `/mcp/manifest/${dataset}`],
    ] as const) {
      expect(
        (await rest(method, path, cookie, method === "PATCH" ? { name: "Mine" } : undefined)).status,
      ).toBe(404);
    }
    for (const path of ["/datasets", "/mcp/datasets", "/mcp/endpoints"]) {
      expect(JSON.stringify((await rest("GET", path, cookie)).body)).not.toContain(dataset);
    }
    const receipt = await rest("GET", `/receipts/${answer.body.receiptId}`, stranger);
    expect(receipt.body.hits).toContainEqual(expect.objectContaining({ missing: "documentGone" }));
    await ingestDocument(waiting);
    expect(await left(dataset)).toMatchObject({ chunks: before.chunks });
    expect((await ask(other)).body.hits).toHaveLength(1);

    await removeDeletedDatasets();
    expect(await left(dataset)).toEqual(nothing);
    expect((await ask(other)).body.hits).toHaveLength(1);
    expect(await query("select from chunk_vectors where chunk_id not in (select id from chunks)")).toEqual(
      [],
    );
  });

  it("goes on being removed where somebody was cut off, and by several at once", async () => {
    const dataset = await fill();
    await query(
      `insert into documents (id, dataset_id, title, format, content_hash, size_bytes, state)
       select $1 || lpad(n::text, 2, '0'), $1, 'Stone ' || n, 'text', '', 0, 'failed' from generate_series(2, 24) as n`,
      [dataset],
    );
    await rest("DELETE", `/datasets/${dataset}`, cookie);
    await query(`create function cut_off() returns trigger language plpgsql as $$ begin
      if old.title = 'Stone 24' then raise exception 'cut off'; end if; return old; end $$`);
    await query("create trigger cut_off before delete on documents for each row execute function cut_off()");
    await expect(removeDeletedDatasets()).rejects.toThrow();
    expect(await left(dataset)).toMatchObject({ datasets: 1, documents: 5, chunks: 0 });
    await query("drop function cut_off cascade");
    await Promise.all([removeDeletedDatasets(), removeDeletedDatasets()]);
    expect(await left(dataset)).toEqual(nothing);
  });
});

it("an account's datasets go with it in the same way", async () => {
  const leaving = await createTestAccount();
  const dataset = await fill({ cookie: leaving.cookie });
  await deleteAccount({ headers: new Headers(), exactAddress: "127.0.0.1" }, owner.userId, leaving.userId);
  expect((await ask(dataset)).status).toBe(404);
  expect(await left(dataset)).toMatchObject({ datasets: 1, documents: 2 });
  await removeDeletedDatasets();
  expect(await left(dataset)).toEqual(nothing);
});
