/** What becomes of hits after they were found: neighbours, grouping, token budget, highlights; and their receipts. */
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ingestDocument } from "#server/documents/ingest.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { withNeighbours } from "./neighbours.ts";
import { searchDataset } from "./query.ts";

setUpTestDatabase();

let owner: TestAccount;
let cookie: { cookie: string };
let datasetId: string;
const texts = new Map<string, string>();

const answerSchema = z.object({
  hits: z.array(
    z.object({
      documentId: z.string(),
      documentTitle: z.string(),
      chunkId: z.string(),
      start: z.int(),
      end: z.int(),
      text: z.string(),
      highlights: z.array(z.object({ start: z.int(), end: z.int() })).optional(),
    }),
  ),
  truncated: z.boolean(),
  receiptId: z.string().nullable(),
  creditsCharged: z.int(),
});

async function ask(words: string, options: Record<string, string> = {}) {
  const sent = new URLSearchParams({ query: words, ...options });
  const { body, status } = await rest("GET", `/mcp/query/${datasetId}/default?${sent}`, cookie);
  expect(status).toBe(200);
  return answerSchema.parse(body);
}

const paragraph = (word: string) =>
  `${word} stands here. ${"It is a rock that builders like very much. ".repeat(24)}`;

beforeAll(async () => {
  owner = await createTestAccount();
  cookie = { cookie: owner.cookie };
  const { body } = await rest("POST", "/datasets", cookie, { name: "Stones" });
  datasetId = String(body.id);
  const words = ["Agate", "Basalt", "Chert", "Diorite", "Emerald", "Flint", "Granite"];
  for (const title of ["First", "Second"]) {
    const text = [`# ${title}`, ...words.map((word) => `## ${word}\n\n${paragraph(word)}`)].join("\n\n");
    const { body } = await rest("POST", `/datasets/${datasetId}/documents`, cookie, { title, text });
    await ingestDocument(String(body.id));
    const read = await rest("GET", `/datasets/${datasetId}/documents/${body.id}`, cookie);
    texts.set(String(body.id), String(read.body.text));
  }
});

const solid = (text: string) => text.replace(/\s+/g, " ");

describe("neighbours", () => {
  it("widen a hit within its document, at the same price, and the receipt tells the whole passage", async () => {
    const alone = await ask("diorite", { topK: "1" });
    const wide = await ask("diorite", { topK: "1", neighbours: "1" });
    const [narrow] = alone.hits;
    const [hit] = wide.hits;
    expect(wide.creditsCharged).toBe(alone.creditsCharged);
    expect(hit?.chunkId).toBe(narrow?.chunkId);
    expect(hit?.text).toContain("## Chert");
    expect(hit?.text).toContain("## Emerald");
    expect(hit?.text).not.toContain("## Basalt");
    const { start = 0, end = 0, text = "", documentId = "" } = hit ?? {};
    expect(text).toHaveLength(end - start);
    expect(solid(text)).toBe(solid(texts.get(documentId)?.slice(start, end) ?? ""));
    const receipt = await rest("GET", `/receipts/${wide.receiptId}`, cookie);
    expect(receipt.body.hits).toMatchObject([{ documentId, chunkId: hit?.chunkId, start, end }]);
  });

  it("where they touch they are one passage", async () => {
    const { hits } = await ask("rock builders", { topK: "14", neighbours: "3" });
    expect(hits).toHaveLength(2);
    expect(new Set(hits.map(({ documentId }) => documentId)).size).toBe(2);
  });

  it("not of another version than the one that was searched", async () => {
    const access = { allDatasets: true, callsPerHour: null, addresses: [] };
    const reader = { kind: "session", accountId: owner.userId, credentialId: "", access } as const;
    const found = await searchDataset({ datasetId, reader, query: "diorite", depth: 1 });
    const [hit] = found?.hits ?? [];
    if (!hit) throw new Error("no hit");
    expect((await withNeighbours([hit], 1))[0]?.text.length).toBeGreaterThan(hit.text.length);
    expect(await withNeighbours([{ ...hit, version: 2 }], 1)).toEqual([{ ...hit, version: 2 }]);
  });
});

describe("grouping", () => {
  it("gives each document its place, with so many hits as were asked for", async () => {
    const { hits } = await ask("rock builders", { hitsPerDocument: "2" });
    const titles = hits.map(({ documentTitle }) => documentTitle);
    expect(titles).toHaveLength(4);
    expect(titles[0]).toBe(titles[1]);
    expect(titles[2]).toBe(titles[3]);
    expect(titles[1]).not.toBe(titles[2]);
    expect((await ask("rock builders", { hitsPerDocument: "1", topK: "1" })).hits).toHaveLength(1);
  });
});

describe("the token budget", () => {
  it("cuts the answer, says so, and the receipt tells what was returned", async () => {
    const whole = await ask("rock builders", { topK: "5" });
    expect(whole.truncated).toBe(false);
    const { hits, truncated, receiptId } = await ask("rock builders", { topK: "5", maxTokens: "300" });
    expect(truncated).toBe(true);
    expect(hits.length).toBeLessThan(5);
    expect(hits.at(-1)?.text).toMatch(/\.$/);
    const receipt = await rest("GET", `/receipts/${receiptId}`, cookie);
    expect(receipt.body.hits).toMatchObject(hits.map(({ chunkId, start, end }) => ({ chunkId, start, end })));
  });

  it("a budget that no answer fits into is refused", async () => {
    const { status, body } = await rest(
      "GET",
      `/mcp/query/${datasetId}/default?query=rock&maxTokens=5`,
      cookie,
    );
    expect(status).toBe(400);
    expect(body.detail).toContain("maxTokens");
  });
});

describe("highlights", () => {
  const marked = ({ text, highlights = [] }: z.output<typeof answerSchema>["hits"][number]) =>
    new Set(highlights.map(({ start, end }) => text.slice(start, end)));

  it("are there when asked for", async () => {
    const [hit] = (await ask("granite")).hits;
    expect(hit).not.toHaveProperty("highlights");
  });

  it.each([
    ["a word, in capitals or not", "granite", ["Granite"]],
    ["another form of it", "builder liking", ["builders", "like"]],
    ["a correction", "dioritte", ["Diorite"]],
    ["an unfinished word", "emera", ["Emerald"]],
    ["not what stands everywhere", "the granite is", ["Granite"]],
    ["unless there is nothing else", "it is a", ["It", "is", "a"]],
  ])("%s", async (_, words, expected) => {
    const { hits } = await ask(words, { highlights: "true", topK: "1" });
    expect(hits[0] && [...marked(hits[0])]).toEqual(expected);
  });

  it("in what neighbours added too", async () => {
    const { hits } = await ask("flint granite", { highlights: "true", topK: "1", neighbours: "1" });
    expect(hits[0] && [...marked(hits[0])].toSorted()).toEqual(["Flint", "Granite"]);
  });
});
