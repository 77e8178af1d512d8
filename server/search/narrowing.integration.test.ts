/** Which hits there are: filters, dates, minimum score, pages, several datasets; and why. */
import { beforeAll, describe, expect, test } from "vitest";
import { query } from "#db/client.ts";
import { createDocuments } from "#server/documents/create.ts";
import { ingestDocument } from "#server/documents/ingest.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";

setUpTestDatabase();

let owner: TestAccount;
let headers: { "x-api-key": string };
let stones: string;
let japan: string;
let quarry: string;

type Hit = {
  documentId: string;
  documentTitle: string;
  chunkId: string;
  score: number;
  datasetId: string;
  datasetName: string;
};
type Explained = Hit & { signals: { words: { score: number } } };
type Body = { hits: Hit[]; nextCursor: string | null; creditsCharged: number; [field: string]: unknown };

async function add(
  name: string,
  texts: { title: string; text: string; metadata?: Record<string, unknown> }[],
) {
  const made = await rest("POST", "/datasets", { cookie: owner.cookie }, { name });
  const datasetId = String(made.body.id);
  await addTo(datasetId, texts);
  return datasetId;
}

async function addTo(
  datasetId: string,
  texts: { title: string; text: string; metadata?: Record<string, unknown> }[],
) {
  const rows = await createDocuments({
    datasetId,
    items: texts.map(({ text, ...rest }) => ({ ...rest, content: new TextEncoder().encode(text) })),
  });
  for (const { id } of rows) await ingestDocument(id);
}

async function ask(options: Record<string, unknown>, datasetId = stones, more = "") {
  const text = Object.entries(options).map(([name, value]): [string, string] => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const answer = await rest(
    "GET",
    `/mcp/query/${datasetId}/default?${new URLSearchParams(text)}${more}`,
    headers,
  );
  return { ...answer, body: answer.body as unknown as Body };
}

const titles = async (options: Record<string, unknown>, datasetId?: string) =>
  (await ask(options, datasetId)).body.hits.map(({ documentTitle }) => documentTitle).sort();

beforeAll(async () => {
  owner = await createTestAccount();
  headers = { "x-api-key": (await owner.createKey(["mcp:tools"])).key };
  stones = await add("Stones", [
    {
      title: "Granite",
      text: "Granite is a hard stone.",
      metadata: { hardness: 7, kind: "igneous", tags: ["grey", "old"] },
    },
    {
      title: "Basalt",
      text: "Basalt is a dark stone from lava.",
      metadata: { hardness: 6, kind: "igneous", polished: true },
    },
    {
      title: "Marble",
      text: "Marble is a soft stone for statues.",
      metadata: { hardness: 3.5, kind: "metamorphic" },
    },
    { title: "Chalk", text: "Chalk is a stone that writes.", metadata: {} },
  ]);
  quarry = await add(
    "Quarry",
    [1, 2, 3, 4].map((part) => ({
      title: `Part ${part}`,
      text: ["East", "West", "South"]
        .slice(0, part)
        .map((side) => `# ${side}\n\nThe ${side} quarry ${part} has stone.`)
        .join("\n\n"),
      metadata: { part },
    })),
  );
  japan = await add("Japan", [
    { title: "search", text: "全文検索エンジンは文書を速く見つけます。" },
    { title: "weather", text: "明日の天気は晴れでしょう。" },
    { title: "thai", text: "ภาษาไทยเขียนโดยไม่เว้นวรรคระหว่างคำ" },
  ]);
});

describe("filters", () => {
  test.each([
    ["eq", { field: "kind", operator: "eq", value: "igneous" }, ["Basalt", "Granite"]],
    ["eq of a number", { field: "hardness", value: "7.0" }, ["Granite"]],
    ["eq of another type", { field: "kind", value: "7" }, []],
    ["eq of a truth", { field: "polished", value: "true" }, ["Basalt"]],
    ["ne of a number", { field: "hardness", operator: "ne", value: "7.0" }, ["Basalt", "Chalk", "Marble"]],
    [
      "ne, also where it is missing",
      { field: "kind", operator: "ne", value: "igneous" },
      ["Chalk", "Marble"],
    ],
    ["gt", { field: "hardness", operator: "gt", value: "6" }, ["Granite"]],
    ["gte", { field: "hardness", operator: "gte", value: "6" }, ["Basalt", "Granite"]],
    ["lt", { field: "hardness", operator: "lt", value: "6" }, ["Marble"]],
    ["lte", { field: "hardness", operator: "lte", value: "6" }, ["Basalt", "Marble"]],
    ["lt of texts", { field: "kind", operator: "lt", value: "j" }, ["Basalt", "Granite"]],
    ["in", { field: "kind", operator: "in", values: ["metamorphic", "other"] }, ["Marble"]],
    ["in, of numbers", { field: "hardness", operator: "in", values: ["6.0", "3.5"] }, ["Basalt", "Marble"]],
    ["exists", { field: "hardness", operator: "exists" }, ["Basalt", "Granite", "Marble"]],
    ["exists not", { field: "hardness", operator: "exists", value: "false" }, ["Chalk"]],
    ["contains, of a list", { field: "tags", operator: "contains", value: "grey" }, ["Granite"]],
    ["contains, of a text", { field: "kind", operator: "contains", value: "MORPH" }, ["Marble"]],
    ["a field nobody has", { field: "colour", value: "red" }, []],
    ["a number against text", { field: "kind", operator: "gt", value: "5" }, ["Basalt", "Granite", "Marble"]],
    ["a name that is no plain one", { field: "a'b\"\\u0000", value: "\u0000'" }, []],
    ["text against a number", { field: "hardness", operator: "gt", value: "soft" }, []],
  ])("%s", async (_, filter, expected) => {
    expect(await titles({ query: "stone", filters: [filter] })).toEqual(expected);
  });

  test.each(["text", "vector"])("in mode %s", async (mode) => {
    const filters = [{ field: "kind", value: "igneous" }];
    expect(await titles({ query: "dark stone from lava", mode, filters })).toContain("Basalt");
    expect(await titles({ query: "soft stone for statues", mode, filters })).not.toContain("Marble");
  });

  test("all of them must be met", async () => {
    const filters = [
      { field: "kind", value: "igneous" },
      { field: "hardness", operator: "gt", value: "6" },
    ];
    expect(await titles({ query: "stone", filters })).toEqual(["Granite"]);
  });

  test.each([
    ["no JSON", "kind=igneous", "must be JSON"],
    ["no list", '{"field":"kind"}', "filters"],
    ["an unknown operator", '[{"field":"kind","operator":"like","value":"x"}]', "operator"],
    ["without its value", '[{"field":"kind"}]', "eq needs it"],
    ["given twice", "[]", "give it once"],
    ["in with one value", '[{"field":"kind","operator":"in","value":"x"}]', "in takes values"],
  ])("%s is refused and costs nothing", async (_, filters, detail) => {
    const more = detail === "give it once" ? "&filters=[]" : "";
    const { status, body } = await ask({ query: "stone", filters }, stones, more);
    expect(status).toBe(400);
    expect(String(body.detail)).toContain(detail);
  });
});

test("dates of documents, as times and as days", async () => {
  await query(
    "update documents set created_at = '2020-05-01T12:00:00Z' where title = 'Chalk' and dataset_id = $1",
    [stones],
  );
  expect(await titles({ query: "stone", createdBefore: "2020-05-02" })).toEqual(["Chalk"]);
  expect(await titles({ query: "stone", createdAfter: "2020-05-02T00:00:00+02:00" })).not.toContain("Chalk");
  expect(await titles({ query: "stone", createdAfter: "0001-01-01" })).toContain("Chalk");
  expect((await ask({ query: "stone", createdAfter: "yesterday" })).status).toBe(400);
});

describe("pages", () => {
  async function pagesOf(options: Record<string, unknown>, datasetId: string): Promise<Hit[]> {
    const paged: Hit[] = [];
    let cursor: string | null = null;
    do {
      const { body }: { body: Body } = await ask({ ...options, ...(cursor && { cursor }) }, datasetId);
      paged.push(...body.hits);
      cursor = body.nextCursor;
    } while (cursor !== null && paged.length < 40);
    return paged;
  }

  test.each([
    ["as they come", {}],
    ["grouped", { hitsPerDocument: 2 }],
    ["by vectors", { mode: "vector" }],
    ["in a filter", { filters: [{ field: "part", operator: "lt", value: "4" }] }],
  ])("fit together, %s: all hits, each once, in order", async (_, options) => {
    const asked = { query: "quarry stone", ...options };
    const whole = (await ask({ ...asked, topK: 50 }, quarry)).body;
    expect(whole.nextCursor).toBeNull();
    expect(whole.hits.length).toBeGreaterThan(4);
    expect(await pagesOf({ ...asked, topK: 3 }, quarry)).toEqual(whole.hits);
  });

  test("what is added between two of them moves nothing", async () => {
    const mine = await add(
      "Mine",
      [1, 2, 3].map((at) => ({ title: `${at}`, text: `Shaft ${at} of the mine.` })),
    );
    const first = (await ask({ query: "shaft", topK: 2 }, mine)).body;
    await addTo(mine, [{ title: "4", text: "Shaft shaft shaft." }]);
    const second = (await ask({ query: "shaft", topK: 2, cursor: first.nextCursor }, mine)).body;
    const shown = [...first.hits, ...second.hits].map(({ chunkId }) => chunkId);
    expect(new Set(shown).size).toBe(shown.length);
    expect(second.hits.map(({ documentTitle }) => documentTitle)).toContain("3");
  });

  test("go on where a token budget cut them off", async () => {
    const { body } = await ask({ query: "quarry stone", topK: 50, maxTokens: 60 }, quarry);
    expect(body.truncated).toBe(true);
    const whole = (await ask({ query: "quarry stone", topK: 50 }, quarry)).body.hits;
    const rest = (await ask({ query: "quarry stone", topK: 50, cursor: body.nextCursor }, quarry)).body.hits;
    expect([...body.hits, ...rest].map(({ chunkId }) => chunkId)).toEqual(
      whole.map(({ chunkId }) => chunkId),
    );
  });
});

test("a cursor of another query, or none of ours, is refused", async () => {
  const { nextCursor } = (await ask({ query: "stone", topK: 1 })).body;
  for (const options of [
    { query: "lava", cursor: nextCursor },
    { query: "stone", mode: "text", cursor: nextCursor },
    { query: "stone", hitsPerDocument: 1, cursor: nextCursor },
    { query: "stone", cursor: "bm9uc2Vuc2U" },
  ]) {
    const { status, body } = await ask(options);
    expect(status).toBe(400);
    expect(String(body.detail)).toContain("cursor");
  }
});

test("a minimum score leaves out what lies below, and nothing left is free", async () => {
  const { hits } = (await ask({ query: "stone lava" })).body;
  const best = hits[0]?.score ?? 0;
  const kept = (await ask({ query: "stone lava", minimumScore: best - 0.0001 })).body.hits;
  expect(kept).toEqual(hits.slice(0, 1));
  expect((await ask({ query: "stone lava", minimumScore: 1 })).body).toMatchObject({
    hits: [],
    creditsCharged: 0,
  });
});

test("explain tells signals, terms and corrections, and costs no more", async () => {
  const { body } = await ask({ query: "granit unobtainium", explain: true });
  expect(body.creditsCharged).toBe(10);
  expect(body.explanation).toMatchObject({
    terms: [
      {
        word: "granit",
        role: "chose",
        lookedFor: expect.arrayContaining([{ term: "granit", weight: 1, passages: 1 }]),
      },
      { word: "unobtainium", role: "unknown", lookedFor: [] },
    ],
    dropped: [],
  });
  expect(body.hits[0]).toMatchObject({ signals: { words: { rank: 1 }, vector: { rank: 1 } } });
  const plain = (await ask({ query: "granite" })).body;
  expect(plain.explanation).toBeNull();
  expect(plain.hits[0]).not.toHaveProperty("signals");
});

test("of passages that fit alike the one whose document begins with what was asked for stands first", async () => {
  const ending = "\n\n## Three\n\nSand.\n\n## Four\n\nLava cools quickly.";
  const volcanoes = await add("Volcanoes", [
    { title: "Diary", text: `# One\n\nA walk by the sea.\n\n## Two\n\nLunch.${ending}` },
    { title: "Notes", text: `# One\n\nOf lava and ash.\n\n## Two\n\nClouds.${ending}` },
  ]);
  const { hits } = (await ask({ query: "lava cools", explain: true }, volcanoes)).body;
  expect(hits).toMatchObject([
    { documentTitle: "Notes", headingPath: ["One", "Four"], signals: { opening: expect.any(Number) } },
    { documentTitle: "Diary", headingPath: ["One", "Four"], signals: { opening: null } },
    { documentTitle: "Notes", headingPath: ["One"] },
  ]);
  expect(hits[0]).toMatchObject({
    signals: { words: { score: (hits[1] as Explained).signals.words.score } },
  });
  const [first, second] = await Promise.all(
    [1, 2].map(async (topK) => (await ask({ query: "lava cools", topK }, volcanoes)).body),
  );
  expect(first?.hits[0]).toEqual(second?.hits[0]);
});

test("scripts without spaces are found by parts of their runs", async () => {
  expect(await titles({ query: "検索", mode: "text" }, japan)).toEqual(["search"]);
  expect(await titles({ query: "天気", mode: "text" }, japan)).toEqual(["weather"]);
  expect(await titles({ query: "ภาษาไทย", mode: "text" }, japan)).toEqual(["thai"]);
  expect(await titles({ query: "鉄道", mode: "text" }, japan)).toEqual([]);
});

describe("several datasets at once", () => {
  const across = async (datasetIds: string[], text: string, as = headers, options = {}) => {
    const answer = await rest("POST", "/mcp/query", as, { datasetIds, query: text, ...options });
    return { ...answer, body: answer.body as unknown as Body };
  };

  test("one list, each hit with its dataset; only those with hits are charged", async () => {
    const both = (await across([stones, japan], "granite 検索")).body;
    expect(both.hits.map(({ datasetName }) => datasetName).sort()).toEqual(["Japan", "Stones"]);
    expect(both.creditsCharged).toBe(20);
    const one = (await across([stones, japan], "granite")).body;
    expect(one.hits.map(({ datasetId }) => datasetId)).toEqual([stones]);
    expect(one.creditsCharged).toBe(10);
    const receipt = await rest("GET", `/receipts/${both.receiptId}`, headers);
    expect(receipt.body).toMatchObject({ query: "granite 検索", creditsCharged: 20 });
  });

  test("only as many as maxCredits pays for, which the answer says", async () => {
    const { body } = await across([japan, stones], "granite", headers, { maxCredits: 15 });
    expect(body).toMatchObject({
      hits: [],
      creditsCharged: 0,
      notice: expect.stringContaining("first 1 of 2"),
    });
    expect((await across([stones], "granite", headers, { maxCredits: 5 })).status).toBe(402);
  });

  test("pages, groups and highlights as in one", async () => {
    const options = { topK: 3, hitsPerDocument: 1, highlights: true };
    const first = (await across([stones, quarry], "stone", headers, options)).body;
    const second = (
      await across([quarry, stones], "stone", headers, { ...options, cursor: first.nextCursor })
    ).body;
    const whole = (await across([stones, quarry], "stone", headers, { ...options, topK: 6 })).body;
    expect([...first.hits, ...second.hits]).toEqual(whole.hits);
    expect(new Set(whole.hits.map(({ documentId }) => documentId)).size).toBe(6);
    for (const hit of whole.hits) expect(hit).toMatchObject({ highlights: [expect.anything()] });
  });

  test("the receipt has the query though the first dataset has no hit", async () => {
    const { body } = await across([japan, stones], "granite");
    expect((await rest("GET", `/receipts/${body.receiptId}`, headers)).body).toMatchObject({
      query: "granite",
    });
  });

  test("an unknown one and somebody else's are the same 404", async () => {
    const stranger = await createTestAccount();
    const as = { "x-api-key": (await stranger.createKey(["mcp:query"])).key };
    const theirs = await across([stones], "granite", as);
    const nobodys = await across(["ds_0000000000000"], "granite", as);
    expect(theirs.status).toBe(404);
    expect({ ...theirs.body, requestId: "" }).toEqual({ ...nobodys.body, requestId: "" });
    expect((await across([stones, "ds_0000000000000"], "granite")).status).toBe(404);
    expect((await across([stones, stones], "granite")).status).toBe(400);
  });
});
