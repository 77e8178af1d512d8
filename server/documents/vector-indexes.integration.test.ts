/** A large dataset gets an index, which answers as comparing all of its vectors does, and goes with it. */
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { query } from "#db/client.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { ingestDocument } from "./ingest.ts";
import { keepVectorIndexes } from "./vector-indexes.ts";

setUpTestDatabase();

const embedded = inject("store") === "pglite";
const large = 40;
const words = ["agate", "basalt", "chert", "diorite", "emerald", "flint", "granite"];

let owner: TestAccount;
let cookie: { cookie: string };
let datasetId: string;
let setId: number;

async function fill(name: string, documents: number): Promise<string> {
  const { body } = await rest("POST", "/datasets", cookie, { name, embeddingModel: "lexical-hash" });
  const id = String(body.id);
  for (let n = 0; n < documents; n++) {
    const sections = words.map(
      (word, at) => `## ${word} ${n}\n\n${`${word} of ${words[(at * n) % 7]} `.repeat(90)}`,
    );
    const document = { title: `Stones ${n}`, text: sections.join("\n\n"), metadata: { even: n % 2 === 0 } };
    const added = await rest("POST", `/datasets/${id}/documents`, cookie, document);
    await ingestDocument(String(added.body.id));
  }
  return id;
}

const ask = async (more = "") => {
  const path = `/mcp/query/${datasetId}/default?query=granite+flint&mode=vector&topK=10${more}`;
  const { body } = await rest("GET", path, cookie);
  return (body.hits as { chunkId: string; score: number }[]).map(({ chunkId, score }) => ({
    chunkId,
    score,
  }));
};
const indexName = () => `chunk_vectors_near_${setId}`;
const isIndexed = async () =>
  (
    await query<{ indexed: boolean; valid: boolean }>(
      `select indexed, exists (
         select from pg_index where indexrelid = to_regclass($2) and indisvalid
       ) as valid from vector_sets where id = $1`,
      [setId, indexName()],
    )
  )[0];
const nothing = { indexed: false, valid: false };
const whole = embedded ? nothing : { indexed: true, valid: true };

beforeAll(async () => {
  owner = await createTestAccount();
  cookie = { cookie: owner.cookie };
  datasetId = await fill("Stones", 8);
  await fill("Pebbles", 1);
  const [set] = await query<{ id: number }>("select id from vector_sets where dataset_id = $1", [datasetId]);
  setId = Number(set?.id);
});

it("is built from a size on, used, and answers as comparing all does; not on the embedded database", async () => {
  await keepVectorIndexes();
  expect(await isIndexed()).toEqual(nothing);
  const filter = `&filters=${encodeURIComponent('[{"field":"even","value":"true"}]')}`;
  const [exact, exactFiltered] = [await ask(), await ask(filter)];
  expect([exact.length, exactFiltered.length]).toEqual([10, 10]);
  await Promise.all([keepVectorIndexes(large), keepVectorIndexes(large)]);
  expect(await isIndexed()).toEqual(whole);
  expect(await ask()).toEqual(exact);
  expect(await ask(filter)).toEqual(exactFiltered);
  const built = await query("select from pg_class where relname like 'chunk_vectors_near_%'");
  expect(built).toHaveLength(embedded ? 0 : 1);
  if (embedded) return;
  const uses = () =>
    query("select idx_scan::int as uses from pg_stat_user_indexes where indexrelname = $1", [indexName()]);
  await expect.poll(uses, { timeout: 20_000 }).not.toEqual([{ uses: 0 }]);
});

it("half built by a process that is gone, or lost, is not used, and is built again", async () => {
  if (embedded) return;
  const before = await ask();
  await query("update pg_index set indisvalid = false where indexrelid = to_regclass($1)", [indexName()]);
  await query("update vector_sets set indexed = false where id = $1", [setId]);
  expect(await ask()).toEqual(before);
  await keepVectorIndexes(large);
  expect(await isIndexed()).toEqual(whole);
  await query(`drop index ${indexName()}`);
  expect(await ask()).toEqual(before);
  await keepVectorIndexes(1_000);
  expect(await isIndexed()).toEqual(nothing);
});

it("goes when its dataset is small again or gone", async () => {
  await keepVectorIndexes(large);
  expect(await isIndexed()).toEqual(whole);
  await keepVectorIndexes(1_000);
  expect(await isIndexed()).toEqual(nothing);
  await keepVectorIndexes(large);
  await rest("DELETE", `/datasets/${datasetId}`, cookie);
  await keepVectorIndexes(large);
  expect(await query("select from pg_class where relname like 'chunk_vectors_near_%'")).toEqual([]);
});

afterAll(async () => {
  expect(await query("select pid from pg_locks where locktype = 'advisory' and objid = 7315012")).toEqual([]);
});
