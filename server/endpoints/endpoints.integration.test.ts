/** Saved queries: who makes and sees them, what a caller may still choose, versions, receipts. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { ingestDocument } from "#server/documents/ingest.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";

setUpTestDatabase();

let owner: TestAccount;
let stranger: TestAccount;
let cookie: { cookie: string };
let other: { cookie: string };
let datasetId: string;

beforeAll(async () => {
  owner = await createTestAccount();
  stranger = await createTestAccount();
  cookie = { cookie: owner.cookie };
  other = { cookie: stranger.cookie };
});

beforeEach(async () => {
  datasetId = await addDataset("public");
});

async function addDataset(visibility: string): Promise<string> {
  const made = await rest("POST", "/datasets", cookie, { name: "Stones", visibility });
  const id = String(made.body.id);
  for (const name of ["Granite", "Marble", "Slate"]) {
    const { body } = await rest("POST", `/datasets/${id}/documents`, cookie, {
      title: name,
      text: `${name} is a rock that builders like.`,
    });
    await ingestDocument(String(body.id));
  }
  return id;
}

type Body = Record<string, unknown>;
const create = (input: Body, by = cookie) => rest("POST", "/mcp/endpoints", by, { datasetId, ...input });
const list = (by = cookie, dataset = datasetId) => rest("GET", `/mcp/endpoints?datasetId=${dataset}`, by);
const update = (id: unknown, input: Body) => rest("PATCH", `/mcp/endpoints/${id}`, cookie, input);
const publish = (id: unknown, version?: number) =>
  rest("POST", `/mcp/endpoints/${id}/publish`, cookie, version === undefined ? {} : { version });
const ask = (endpoint: string, more = "", by = cookie) =>
  rest("GET", `/mcp/query/${datasetId}/${endpoint}?query=rock${more}`, by);
const hitCount = ({ body }: { body: Body }) => z.array(z.unknown()).parse(body.hits).length;
const names = ({ body }: { body: Body }) =>
  z
    .array(z.object({ name: z.string() }))
    .parse(body.items)
    .map(({ name }) => name);

describe("making one", () => {
  it("a draft is its owner's alone until it is published", async () => {
    const made = await create({ name: "short", title: "Short answers", options: { topK: 1 } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ version: null, options: { topK: 1 }, unpublishedChanges: false });
    expect(names(await list())).toEqual(["short"]);
    expect(names(await list(other))).toEqual([]);
    expect((await ask("short")).status).toBe(404);
    expect((await publish(made.body.id)).body).toMatchObject({ version: 1 });
    expect(names(await list(other))).toEqual(["short"]);
    expect(hitCount(await ask("short", "", other))).toBe(1);
  });

  it.each([
    ["default", /default endpoint/],
    ["Upper", /small letters/],
    ["two words", /small letters/],
    ["-a", /small letters/],
    ["a".repeat(41), /name/],
    ["", /name/],
  ])("the name %j is refused", async (name, words) => {
    const { status, body } = await create({ name });
    expect(status).toBe(400);
    expect(body.detail).toMatch(words);
  });

  it("a name is taken once in a dataset, - and _ counting as one, and may be in another", async () => {
    expect((await create({ name: "release-notes" })).status).toBe(201);
    const again = await create({ name: "release_notes" });
    expect(again.status).toBe(409);
    expect(again.body.code).toBe("conflict");
    datasetId = await addDataset("private");
    expect((await create({ name: "release-notes" })).status).toBe(201);
  });

  it("options are a search's own, checked as there", async () => {
    const wrong = await create({ name: "wrong", options: { topK: 0 } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.detail).toContain("options.topK");
    expect((await create({ name: "wrong", options: { nothing: 1 } })).status).toBe(400);
    expect((await create({ name: "wrong", fixed: ["nothing"] })).status).toBe(400);
  });

  it("sent twice under one key it is one, and published once", async () => {
    const keyed = { ...cookie, "idempotency-key": `once-${datasetId}` };
    const input = { datasetId, name: "once", publish: true };
    const first = await rest("POST", "/mcp/endpoints", keyed, input);
    const second = await rest("POST", "/mcp/endpoints", keyed, input);
    expect(second.body).toEqual(first.body);
    expect(first.body).toMatchObject({ version: 1 });
  });

  it("at most a hundred, also at once", async () => {
    await query(
      `insert into endpoints (id, dataset_id, name, title, description, options, fixed)
       select 'ep_' || $1 || n, $1, 'e' || n, 'E', '', '{}', '{}' from generate_series(1, 98) as n`,
      [datasetId],
    );
    const statuses = await Promise.all(
      ["x1", "x2", "x3", "x4"].map(async (name) => (await create({ name })).status),
    );
    expect(statuses.toSorted()).toEqual([201, 201, 409, 409]);
  });
});

describe("who", () => {
  it("somebody else changes nothing, and is told what is told of an unknown one", async () => {
    const { body } = await create({ name: "mine", publish: true });
    const tries = async (id: unknown) => [
      await rest("GET", `/mcp/endpoints/${id}`, other),
      await rest("PATCH", `/mcp/endpoints/${id}`, other, { title: "Yours" }),
      await rest("POST", `/mcp/endpoints/${id}/publish`, other, {}),
      await rest("DELETE", `/mcp/endpoints/${id}`, other),
    ];
    const [theirs, nobodys] = [await tries(body.id), await tries("ep_nobodys00000")];
    expect(theirs.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(theirs.map(({ body }) => body)).toEqual(nobodys.map(({ body }) => body));
    expect((await create({ name: "theirs" }, other)).status).toBe(404);
    expect((await ask("mine")).status).toBe(200);
  });

  it("a private dataset's are as unknown as it is", async () => {
    datasetId = await addDataset("private");
    await create({ name: "hidden", publish: true });
    for (const reply of [await list(other), await ask("hidden", "", other), await ask("none", "", other)]) {
      expect(reply.status).toBe(404);
      expect(reply.body.detail).toBe("Dataset not found.");
    }
  });

  it("a key that was granted another dataset has none of this", async () => {
    const { body: made } = await create({ name: "mine", publish: true });
    const elsewhere = await addDataset("private");
    const { body } = await rest("POST", "/keys", cookie, {
      name: "elsewhere",
      scopes: ["mcp:tools", "mcp:create"],
      datasets: [elsewhere],
    });
    const key = { "x-api-key": String(body.key) };
    expect((await rest("GET", `/mcp/endpoints/${made.id}`, key)).status).toBe(404);
    expect((await rest("DELETE", `/mcp/endpoints/${made.id}`, key)).status).toBe(404);
    expect((await rest("GET", `/mcp/query/${datasetId}/mine?query=rock`, key)).status).toBe(404);
  });
});

describe("a search through one", () => {
  it("takes what is saved, and the caller's own before it", async () => {
    await create({ name: "short", options: { topK: 1 }, publish: true });
    expect(hitCount(await ask("default"))).toBe(3);
    expect(hitCount(await ask("short"))).toBe(1);
    expect(hitCount(await ask("short", "&topK=2"))).toBe(2);
  });

  it("what is fixed cannot be overridden, and the attempt costs nothing", async () => {
    await create({ name: "fixed", options: { topK: 1 }, fixed: ["topK"], publish: true });
    const refused = await ask("fixed", "&topK=2");
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain("topK");
    expect(refused.headers.get("x-credits-charged")).toBe("0");
    expect(hitCount(await ask("fixed"))).toBe(1);
  });

  it("an unknown one is told where the known are listed, and costs nothing", async () => {
    const reply = await ask("nowhere");
    expect(reply.status).toBe(404);
    expect(reply.body).toMatchObject({ detail: "Endpoint not found.", code: "not_found" });
    expect(reply.body.hint).toContain("list_endpoints");
    expect(reply.headers.get("x-credits-charged")).toBe("0");
  });

  it("in a batch each item by its own", async () => {
    await create({ name: "short", options: { topK: 1 }, publish: true });
    const { body } = await rest("POST", "/mcp/batch-query", cookie, {
      queries: [
        { datasetId, query: "rock" },
        { datasetId, query: "rock", endpoint: "short" },
        { datasetId, query: "rock", endpoint: "nowhere" },
      ],
    });
    const results = z
      .array(z.object({ hits: z.array(z.unknown()), error: z.object({ code: z.string() }).nullable() }))
      .parse(body.results);
    expect(results.map(({ hits, error }) => [hits.length, error?.code ?? null])).toEqual([
      [3, null],
      [1, null],
      [0, "not_found"],
    ]);
  });

  it("leaves its version on the receipt, also where it found nothing", async () => {
    const { body: made } = await create({ name: "short", options: { topK: 1 }, publish: true });
    const told = [{ endpointId: made.id, name: "short", version: 1 }];
    const { body } = await ask("short");
    expect((await rest("GET", `/receipts/${body.receiptId}`, cookie)).body.endpoints).toEqual(told);
    await rest("GET", `/mcp/query/${datasetId}/short?query=xylophone`, cookie);
    const { body: receipts } = await rest("GET", "/receipts?limit=1", cookie);
    expect(receipts.items).toMatchObject([{ outcome: "empty", endpoints: told }]);
    const plain = await ask("default");
    expect((await rest("GET", `/receipts/${plain.body.receiptId}`, cookie)).body.endpoints).toEqual([]);
  });
});

describe("versions", () => {
  it("a change is in force when it is published; an older one can be published again", async () => {
    const { body: made } = await create({ name: "sized", options: { topK: 1 }, publish: true });
    const changed = await update(made.id, { options: { topK: 2 }, description: "Two of them" });
    expect(changed.body).toMatchObject({
      version: 1,
      options: { topK: 1 },
      draft: { options: { topK: 2 } },
      unpublishedChanges: true,
    });
    expect(hitCount(await ask("sized"))).toBe(1);
    expect((await publish(made.id)).body).toMatchObject({ version: 2, unpublishedChanges: false });
    expect(hitCount(await ask("sized"))).toBe(2);
    const back = await publish(made.id, 1);
    expect(back.body).toMatchObject({ version: 1, options: { topK: 1 }, draft: { options: { topK: 2 } } });
    expect(hitCount(await ask("sized"))).toBe(1);
    const versions = z.array(z.looseObject({ version: z.int() })).parse(back.body.versions);
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
    expect((await publish(made.id)).body.version).toBe(3);
  });

  it("publishing what is published already makes no version; nor does one that never was", async () => {
    const { body: made } = await create({ name: "steady", publish: true });
    expect((await publish(made.id)).body.version).toBe(1);
    expect((await publish(made.id, 2)).status).toBe(404);
    const draft = await create({ name: "draft" });
    expect((await publish(draft.body.id, 1)).status).toBe(404);
  });

  it("published by several at once it is one version", async () => {
    const { body: made } = await create({ name: "rush" });
    const replies = await Promise.all([1, 2, 3, 4].map(() => publish(made.id)));
    expect(replies.map(({ body }) => body.version)).toEqual([1, 1, 1, 1]);
  });

  it("deleted, it is unknown; the name is free again", async () => {
    const { body: made } = await create({ name: "gone", publish: true });
    expect((await rest("DELETE", `/mcp/endpoints/${made.id}`, cookie)).status).toBe(204);
    expect((await ask("gone")).status).toBe(404);
    expect((await create({ name: "gone" })).status).toBe(201);
  });

  it("what a later release no longer knows is left out", async () => {
    const { body: made } = await create({ name: "old", options: { topK: 1 }, publish: true });
    await query(
      `update endpoint_versions set options = options || '{"former": true}', fixed = '{former}' where endpoint_id = $1`,
      [made.id],
    );
    expect(hitCount(await ask("old"))).toBe(1);
  });
});

it("the manifest tells of default and what is published, with what a caller may write", async () => {
  await create({ name: "short", title: "Short", options: { topK: 1 }, publish: true });
  await create({ name: "strict", options: { topK: 2 }, fixed: ["topK"], publish: true });
  await create({ name: "draft" });
  const { body } = await rest("GET", `/mcp/manifest/${datasetId}`);
  const found = z
    .array(
      z.object({
        name: z.string(),
        version: z.int().nullable(),
        url: z.string(),
        priceCredits: z.int(),
        parameters: z.object({
          required: z.array(z.string()),
          properties: z.record(z.string(), z.looseObject({})),
        }),
      }),
    )
    .parse(body.endpoints);
  expect(found.map(({ name, version }) => [name, version])).toEqual([
    ["default", null],
    ["short", 1],
    ["strict", 1],
  ]);
  expect(found.map(({ parameters }) => parameters.properties.topK?.default)).toEqual([10, 1, undefined]);
  expect(found[2]?.parameters.properties).not.toHaveProperty("topK");
  expect(found[1]).toMatchObject({ priceCredits: 10, parameters: { required: ["query"] } });
  expect(found[1]?.url).toContain(`/mcp/query/${datasetId}/short`);
});
