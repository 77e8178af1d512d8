/** Who waits for whom in the queue. Jobs are taken as the worker takes them, and not done. */
import { beforeEach, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { datasets } from "#db/schema/documents.ts";
import { newId } from "#server/ids.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { createDocuments } from "./create.ts";
import { type IngestionJob, ingestionQueue, jobs } from "./queue.ts";

setUpTestDatabase();

let sent = 0;
const owners = new Map<string, string>();

async function newAccount(): Promise<string> {
  const id = newId("ds");
  await (await database()).insert(datasets).values({ id, name: "Without owner: an account of its own" });
  return id;
}

async function send(datasetId: string, count: number): Promise<void> {
  const items = Array.from({ length: count }, () => ({ content: Buffer.from(`words ${sent++}`) }));
  for (const { id } of await createDocuments({ datasetId, items })) owners.set(id, datasetId);
}

/** Whose documents are taken next. */
async function take(count: number): Promise<string[]> {
  const boss = await jobs();
  const taken: string[] = [];
  while (taken.length < count) {
    const batch = await boss.fetch<IngestionJob>(ingestionQueue, {
      batchSize: Math.min(8, count - taken.length),
    });
    if (batch.length === 0) break;
    taken.push(...batch.map(({ data }) => owners.get(data.documentId) ?? ""));
    await boss.complete(
      ingestionQueue,
      batch.map(({ id }) => id),
    );
  }
  return taken;
}

const countOf = (taken: string[], account: string) => taken.filter((of) => of === account).length;

beforeEach(async () => {
  await take(Number.POSITIVE_INFINITY);
});

test("one document does not wait behind 1,000 of another account", async () => {
  const [many, one] = [await newAccount(), await newAccount()];
  await send(many, 1000);
  await take(500);
  await send(one, 1);
  expect(await take(2)).toContain(one);
});

test("accounts take turns, whenever they come and whatever they sent before", async () => {
  const [early, late] = [await newAccount(), await newAccount()];
  await send(early, 200);
  await take(100);
  await send(late, 200);
  const next = await take(100);
  expect([countOf(next, early), countOf(next, late)]).toEqual([50, 50]);
  await take(Number.POSITIVE_INFINITY);
  // Having been served more is no debt once nobody waits.
  await send(late, 20);
  await send(early, 20);
  const again = await take(20);
  expect(Math.abs(countOf(again, early) - countOf(again, late))).toBeLessThanOrEqual(2);
});

test("a stream of small uploads does not hold up a large one", async () => {
  const [large, small] = [await newAccount(), await newAccount()];
  await send(large, 100);
  const taken: string[] = [];
  for (let round = 0; round < 40; round++) {
    await send(small, 4);
    taken.push(...(await take(4)));
  }
  expect(countOf(taken, large)).toBeGreaterThanOrEqual(70);
});
