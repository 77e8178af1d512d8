import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { connection, database } from "#db/client.ts";
import { chunks, datasets, documentSources, documents, lexemes } from "#db/schema/documents.ts";
import { newId } from "#server/ids.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { cancelDocument, deleteDocument, retryDocument } from "./change.ts";
import { createDocuments } from "./create.ts";
import { ingestDocument } from "./ingest.ts";
import { startIngestion } from "./ingestion-worker.ts";
import type { NewDocument } from "./judge.ts";
import { listDocuments } from "./list.ts";
import { closeJobs, ingestionQueue, jobs } from "./queue.ts";
import { datasetProgress } from "./rows.ts";

setUpTestDatabase();

let datasetId: string;
let worker: { stop(): Promise<void> } | null = null;

async function newDataset(): Promise<string> {
  const id = newId("ds");
  await (await database()).insert(datasets).values({ id, name: "Test" });
  return id;
}

const create = (...items: (Omit<NewDocument, "content"> & { text: string | Uint8Array })[]) =>
  createDocuments({
    datasetId,
    items: items.map(({ text, ...item }) => ({ ...item, content: Buffer.from(text) })),
  });

async function createOne(item: Omit<NewDocument, "content"> & { text: string | Uint8Array }) {
  const [row] = await create(item);
  if (!row) throw new Error("no row");
  return row;
}

async function read(documentId: string) {
  const [row] = await (await database()).select().from(documents).where(eq(documents.id, documentId));
  return row;
}

async function settled(timeoutMs = 120_000): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (Date.now() < until) {
    const { queued, processing } = await datasetProgress(datasetId);
    if (queued + processing === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("documents did not settle");
}

/** What was stored for a document agrees with itself. */
async function expectWhole(documentId: string): Promise<void> {
  const db = await database();
  const row = await read(documentId);
  const stored = await db
    .select()
    .from(chunks)
    .where(eq(chunks.documentId, documentId))
    .orderBy(chunks.ordinal);
  expect(row).toMatchObject({ state: "ready", reason: null, chunkCount: stored.length });
  expect(stored.length).toBeGreaterThan(0);
  for (const [index, chunk] of stored.entries()) {
    expect(chunk.ordinal).toBe(index);
    expect(row?.text?.slice(chunk.start, chunk.end)).toBe(chunk.text);
  }
  expect(await db.$count(documentSources, eq(documentSources.documentId, documentId))).toBe(0);
}

beforeEach(async () => {
  datasetId = await newDataset();
});

describe("creating, with no worker running", () => {
  test("each kind of file ends in a clear state", async () => {
    const rows = await create(
      { fileName: "folder/guide.md", text: "# Guide\n\nWords." },
      { fileName: "big.txt", text: Buffer.alloc(21 * 1024 * 1024, "words ") },
      { fileName: "empty.txt", text: "" },
      { fileName: "image.txt", text: Buffer.from("\x89PNG\r\n\x1a\n\0\0", "latin1") },
      { fileName: "copy.md", text: "# Guide\n\nWords." },
      { fileName: "empty-too.txt", text: "" },
    );
    expect(rows.map(({ title, state, reason, duplicate }) => ({ title, state, reason, duplicate }))).toEqual([
      { title: "folder/guide.md", state: "queued", reason: null, duplicate: false },
      {
        title: "big.txt",
        state: "failed",
        reason: "The file has 21.0 MB; the most is 20.0 MB.",
        duplicate: false,
      },
      { title: "empty.txt", state: "failed", reason: "The file is empty.", duplicate: false },
      {
        title: "image.txt",
        state: "failed",
        reason: expect.stringContaining("a PNG image"),
        duplicate: false,
      },
      { title: "folder/guide.md", state: "queued", reason: null, duplicate: true },
      { title: "empty-too.txt", state: "failed", reason: "The file is empty.", duplicate: false },
    ]);
    expect(await datasetProgress(datasetId)).toEqual({
      queued: 1,
      processing: 0,
      ready: 0,
      failed: 4,
      total: 5,
    });
    expect(await (await database()).$count(documentSources)).toBe(1);
  });

  test("the same content sent twice at once is one row", async () => {
    const sent = await Promise.all(
      Array.from({ length: 5 }, () => createOne({ title: "a", text: "same words" })),
    );
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(sent.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    const elsewhere = await newDataset();
    const [other] = await createDocuments({
      datasetId: elsewhere,
      items: [{ content: Buffer.from("same words") }],
    });
    expect(other?.duplicate).toBe(false);
  });

  test("hostile names, ids and metadata are stored as text", async () => {
    const row = await createOne({
      title: "a\u0000b'; drop table documents; -- <b>\u202e",
      text: "words",
      metadata: { "k\u0000": ["v\u0000\ud800", { deep: "\u0000" }] },
    });
    expect(row.title).toBe("ab'; drop table documents; -- <b>");
    expect(row.metadata).toEqual({ k: ["v\ufffd", { deep: "" }] });
  });

  test("a dataset that is gone is not found, and nothing is stored", async () => {
    const items = [{ content: Buffer.from("words") }];
    await expect(createDocuments({ datasetId: "ds_none", items })).rejects.toMatchObject({
      refusal: "not_found",
    });
  });

  test("pages hold every document once, newest first", async () => {
    await create(
      ...Array.from({ length: 7 }, (_, index) => ({ title: `d${index}`, text: `words ${index}` })),
    );
    await create({ title: "last", text: "other words" }, { title: "bad", text: "" });
    const titles: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listDocuments(datasetId, { cursor, limit: 3 });
      titles.push(...page.items.map(({ title }) => title));
      cursor = page.nextCursor;
    } while (cursor);
    expect(titles).toEqual(["bad", "last", "d6", "d5", "d4", "d3", "d2", "d1", "d0"]);
    expect((await listDocuments(datasetId, { state: "failed", limit: 5 })).items).toHaveLength(1);
    await expect(listDocuments(datasetId, { cursor: "nonsense", limit: 5 })).rejects.toMatchObject({
      refusal: "invalid_input",
    });
  });

  test("they stand in the order that is asked for, page by page, and are found by their names", async () => {
    await create(
      { title: "b", text: "much longer words", externalId: "notes/50%.md" },
      { title: "A", text: "one" },
      { title: "c", text: "two" },
      { title: "Ä", text: "six" },
    );
    const walk = async (listing: Omit<Parameters<typeof listDocuments>[1], "limit">) => {
      const titles: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await listDocuments(datasetId, { ...listing, cursor, limit: 1 });
        titles.push(...page.items.map(({ title }) => title));
        cursor = page.nextCursor;
      } while (cursor);
      return titles;
    };
    const byTitle = await walk({ sort: "title" });
    expect(byTitle.filter((title) => title !== "Ä")).toEqual(["A", "b", "c"]);
    expect(await walk({ sort: "title", order: "desc" })).toEqual(byTitle.toReversed());
    expect((await walk({ sort: "size" }))[0]).toBe("b");
    expect(await walk({ sort: "size", order: "asc" })).toEqual((await walk({ sort: "size" })).toReversed());
    expect(await walk({ sort: "passages" })).toHaveLength(4);
    expect(await walk({ search: "NOTES/50%" })).toEqual(["b"]);
    expect(await walk({ search: "%" })).toEqual(["b"]);
    const { nextCursor } = await listDocuments(datasetId, { sort: "size", limit: 1 });
    await expect(listDocuments(datasetId, { cursor: nextCursor, limit: 1 })).rejects.toMatchObject({
      refusal: "invalid_input",
    });
  });
});

describe("ingesting one document", () => {
  test("twice, also at once, changes nothing the second time", async () => {
    const { id } = await createOne({ title: "a", text: `# Head\n\n${"Some words here. ".repeat(300)}` });
    await Promise.all([ingestDocument(id), ingestDocument(id)]);
    await ingestDocument(id);
    await expectWhole(id);
  });

  test("a large page is read in a thread", async () => {
    const text = `<!doctype html><title>Large</title><h1>Part</h1>${"<p>Some words here.</p>".repeat(20_000)}`;
    const { id } = await createOne({ text });
    await ingestDocument(id);
    await expectWhole(id);
    expect(await read(id)).toMatchObject({ title: "Large", format: "html" });
  });

  test("what turns out unreadable fails with its reason and keeps nothing", async () => {
    const { id } = await createOne({ title: "a", text: "<!doctype html><script>words</script>" });
    await ingestDocument(id);
    expect(await read(id)).toMatchObject({
      state: "failed",
      reason: "The page has no text in it.",
      text: null,
    });
    expect(await (await database()).$count(documentSources, eq(documentSources.documentId, id))).toBe(0);
  });

  test("deleted before or meanwhile is no error and leaves nothing", async () => {
    const rows = await create(
      ...Array.from({ length: 6 }, (_, index) => ({ text: `words ${index} `.repeat(2000) })),
    );
    await Promise.all(
      rows.map(({ id }) => Promise.all([ingestDocument(id), deleteDocument({ datasetId, documentId: id })])),
    );
    const [first] = rows;
    if (first) await ingestDocument(first.id);
    const db = await database();
    expect(await db.$count(chunks, eq(chunks.datasetId, datasetId))).toBe(0);
    expect(await db.$count(lexemes, eq(lexemes.datasetId, datasetId))).toBe(0);
    expect(await deleteDocument({ datasetId, documentId: "doc_none" })).toBe(false);
  });

  test("its dataset deleted meanwhile is no error either", async () => {
    const db = await database();
    const rows = await create(
      ...Array.from({ length: 6 }, (_, index) => ({ text: `words ${index} `.repeat(2000) })),
    );
    const ingested = rows.map(({ id }) => ingestDocument(id));
    await Promise.all([...ingested, db.delete(datasets).where(eq(datasets.id, datasetId))]);
    expect(await db.$count(documents, eq(documents.datasetId, datasetId))).toBe(0);
  });

  test("an external id replaces content in place, and the old stays until the new is ready", async () => {
    const first = await createOne({ title: "v1", externalId: "x", text: "old words" });
    await ingestDocument(first.id);
    expect(await createOne({ title: "v1", externalId: "x", text: "old words" })).toMatchObject({
      id: first.id,
      duplicate: true,
      state: "ready",
    });
    const second = await createOne({ title: "v2", externalId: "x", text: "new words" });
    expect(second).toMatchObject({ id: first.id, title: "v2", state: "queued", duplicate: false });
    expect(await read(first.id)).toMatchObject({ text: "old words" });
    await ingestDocument(first.id);
    await expectWhole(first.id);
    expect(await read(first.id)).toMatchObject({ text: "new words" });
    await createOne({ title: "v3", externalId: "x", text: "" });
    expect(await read(first.id)).toMatchObject({
      title: "v3",
      state: "failed",
      text: "new words",
      chunkCount: 1,
    });
    expect(await (await database()).$count(chunks, eq(chunks.documentId, first.id))).toBe(1);
  });

  test("cancelled before or meanwhile it keeps its source, and is read when it is retried", async () => {
    const { id } = await createOne({ text: "words ".repeat(2000) });
    const place = { datasetId, documentId: id };
    await Promise.all([ingestDocument(id), cancelDocument(place)]);
    if ((await read(id))?.state === "ready") return;
    expect(await cancelDocument(place)).toMatchObject({ state: "failed", retryable: true, progress: null });
    await ingestDocument(id);
    expect(await read(id)).toMatchObject({ state: "failed", chunkCount: 0 });
    const payer = { kind: "session", id: "ses_1" };
    expect(await retryDocument(place, payer)).toMatchObject({ state: "queued", reason: null });
    await ingestDocument(id);
    await expectWhole(id);
    await expect(retryDocument(place, payer)).rejects.toMatchObject({ refusal: "conflict" });
    expect(await cancelDocument(place)).toMatchObject({ state: "ready" });
    expect(await cancelDocument({ datasetId, documentId: "doc_none" })).toBeNull();
  });
});

describe("the worker", () => {
  beforeAll(async () => {
    await closeJobs();
    worker = await startIngestion();
  });
  afterAll(async () => {
    await worker?.stop();
  });

  test("a small upload is ready at once", async () => {
    const started = performance.now();
    const { id } = await createOne({ title: "a", text: "# Head\n\nSome words." });
    await settled();
    expect(performance.now() - started).toBeLessThan(3000);
    await expectWhole(id);
  });

  test("1,000 documents at once, and nobody waits behind them", async () => {
    const items = Array.from({ length: 1000 }, (_, index) => ({
      fileName: `file-${index}.md`,
      text: `# File ${index}\n\n${`Sentence number ${index} speaks of things. `.repeat(20)}\n\n## More\n\nEnd.`,
    }));
    const folder = datasetId;
    const rows = await create(...items);
    expect(rows.map(({ title }) => title)).toEqual(items.map(({ fileName }) => fileName));
    datasetId = await newDataset();
    const { id } = await createOne({ text: "somebody else's words" });
    await settled();
    await expectWhole(id);
    const behind = await datasetProgress(folder);
    expect(behind.queued).toBeGreaterThan(100);
    datasetId = folder;
    await settled();
    expect(await datasetProgress(folder)).toMatchObject({ ready: 1000, total: 1000 });
    const [last] = rows.slice(-1);
    if (last) await expectWhole(last.id);
  }, 150_000);

  test("what fails for reasons of ours is tried again, then given up with words", async () => {
    const db = await database();
    await db.execute(sql`create function refuse() returns trigger language plpgsql as
      $$ begin if new.text like '%poison%' then raise 'cannot store'; end if; return new; end $$`);
    await db.execute(
      sql`create trigger refuse before insert on chunks for each row execute function refuse()`,
    );
    const boss = await jobs();
    await boss.updateQueue(ingestionQueue, { retryLimit: 1, retryDelay: 1 });
    const bad = await createOne({ text: "poison words" });
    const good = await createOne({ text: "good words" });
    await settled();
    await expectWhole(good.id);
    expect(await read(bad.id)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("several times"),
    });
    await db.execute(sql`drop trigger refuse on chunks`);
    expect(await createOne({ text: "poison words" })).toMatchObject({ id: bad.id, duplicate: false });
    await settled();
    await expectWhole(bad.id);
  });
});

describe("a process that dies", () => {
  test("leaves a job that the next one takes again", async () => {
    await closeJobs();
    const { id } = await createOne({ text: "words left behind" });
    const boss = await jobs();
    const taken = await boss.fetch(ingestionQueue, { batchSize: 10 });
    expect(taken).toHaveLength(1);
    await (await database()).update(documents).set({ state: "processing" }).where(eq(documents.id, id));
    // No heartbeat since: PostgreSQL's other processes see that, PGlite's next one knows.
    if (inject("store") === "postgres") {
      await (await database()).execute(
        sql`update pgboss.job set heartbeat_on = now() - interval '1 minute' where name = ${ingestionQueue} and state = 'active'`,
      );
    }
    await closeJobs();
    const restarted = await startIngestion();
    await settled();
    await restarted.stop();
    await expectWhole(id);
    expect((await connection()).kind).toBe(inject("store") === "postgres" ? "postgres" : "pglite");
  });
});
