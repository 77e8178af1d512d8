/** Golden questions: kept by their owner, asked, scored, compared with the run before; told when they get worse. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { env } from "#env";
import { ingestDocument } from "#server/documents/ingest.ts";
import { mailSettled } from "#server/mail.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { weighAnswers } from "./golden-guard.ts";
import { watchGoldenQuestions } from "./golden-watch.ts";

setUpTestDatabase();

let owner: TestAccount;
let cookie: { cookie: string };
let base: string;
let granite: string;
let marble: string;

type Body = Record<string, unknown>;

beforeAll(async () => {
  owner = await createTestAccount();
  cookie = { cookie: owner.cookie };
});

beforeEach(async () => {
  const { body } = await rest("POST", "/datasets", cookie, { name: "Stones", visibility: "public" });
  base = `/datasets/${body.id}`;
  granite = await add({ title: "Granite", externalId: "granite.md", text: "Granite is coarse." });
  marble = await add({ title: "Marble", text: "Marble is soft and white." });
});

async function add(document: Body): Promise<string> {
  const { body } = await rest("POST", `${base}/documents`, cookie, document);
  await ingestDocument(String(body.id));
  return String(body.id);
}

const keep = (input: Body, by = cookie) => rest("POST", `${base}/golden`, by, input);
const evaluate = (input: Body = {}) => rest("POST", `${base}/golden/evaluate`, cookie, input);
const runs = async () =>
  z.array(z.looseObject({})).parse((await rest("GET", `${base}/golden/runs`, cookie)).body.items);

describe("questions", () => {
  it("are kept, listed, changed and deleted", async () => {
    const made = await keep({ question: "what is coarse", documentIds: [granite] });
    expect(made.status).toBe(201);
    const path = `${base}/golden/${made.body.id}`;
    const changed = await rest("PATCH", path, cookie, { externalIds: ["granite.md"], documentIds: [] });
    expect(changed.body).toMatchObject({
      question: "what is coarse",
      documentIds: [],
      externalIds: ["granite.md"],
    });
    expect((await rest("GET", `${base}/golden`, cookie)).body.items).toEqual([changed.body]);
    expect((await rest("DELETE", path, cookie)).status).toBe(204);
    expect((await rest("DELETE", path, cookie)).status).toBe(404);
  });

  it("expect something, and documents of this dataset", async () => {
    const nothing = await keep({ question: "what" });
    expect([nothing.status, nothing.body.detail]).toEqual([400, expect.stringContaining("documentIds")]);
    const elsewhere = await keep({ question: "what", documentIds: ["doc_elsewhere"] });
    expect([elsewhere.status, elsewhere.body.detail]).toEqual([
      400,
      expect.stringContaining("doc_elsewhere"),
    ]);
    const made = await keep({ question: "what", documentIds: [granite] });
    const emptied = await rest("PATCH", `${base}/golden/${made.body.id}`, cookie, { documentIds: [] });
    expect(emptied.status).toBe(400);
  });

  it("are nobody else's, though the dataset is public", async () => {
    const { body } = await keep({ question: "what is coarse", documentIds: [granite] });
    const other = { cookie: (await createTestAccount()).cookie };
    const replies = [
      await keep({ question: "mine", documentIds: [granite] }, other),
      await rest("GET", `${base}/golden`, other),
      await rest("PATCH", `${base}/golden/${body.id}`, other, { question: "mine" }),
      await rest("POST", `${base}/golden/evaluate`, other, {}),
      await rest("PATCH", `${base}/golden/settings`, other, { onWorse: "warn" }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  });
});

describe("a run", () => {
  it("scores each question and all of them, and costs nothing", async () => {
    await keep({ question: "coarse", externalIds: ["granite.md"] });
    await keep({ question: "soft white", documentIds: [granite] });
    await keep({ question: "granite marble", documentIds: [granite, marble] });
    const { status, body, headers } = await evaluate({ k: 5 });
    expect(status).toBe(200);
    expect(headers.get("x-credits-charged")).toBeNull();
    expect(body).toMatchObject({ questionCount: 3, k: 5, endpoint: "default", change: null, cause: "owner" });
    expect(body.recall).toBeCloseTo(2 / 3);
    const results = z.array(z.looseObject({ question: z.string() })).parse(body.results);
    const of = (question: string) => results.find((result) => result.question === question);
    expect(of("coarse")).toMatchObject({
      recall: 1,
      mrr: 1,
      expected: [{ id: "granite.md", title: "Granite", rank: 1 }],
    });
    expect(of("soft white")).toMatchObject({
      recall: 0,
      mrr: 0,
      expected: [{ id: granite, title: "Granite", rank: null }],
    });
    expect(of("granite marble")).toMatchObject({ recall: 1, ndcg: 1 });
    expect((await rest("GET", "/credits", cookie)).body.balance).toBe(10_000);
    expect((await rest("GET", `${base}/golden/runs/${body.id}`, cookie)).body).toEqual(body);
  });

  it("is compared with the one before it, over what both asked", async () => {
    await keep({ question: "coarse", documentIds: [granite] });
    const { body: second } = await keep({ question: "soft", documentIds: [granite] });
    await evaluate();
    await keep({ question: "white", documentIds: [granite] });
    await rest("PATCH", `${base}/golden/${second.id}`, cookie, { documentIds: [marble] });
    await rest("DELETE", `${base}/documents/${granite}`, cookie);
    const { body } = await evaluate();
    expect(body.change).toEqual({ recall: -1, ndcg: -1, mrr: -1 });
    expect(body.results).toMatchObject([
      { question: "coarse", recall: 0, before: { recall: 1 } },
      { question: "soft", recall: 1, before: null },
      { question: "white", before: null },
    ]);
    expect((await evaluate()).body.change).toEqual({ recall: 0, ndcg: 0, mrr: 0 });
    expect((await evaluate({ k: 3 })).body.change).toBeNull();
  });

  it("goes by an endpoint's options", async () => {
    await keep({ question: "coarse", documentIds: [granite] });
    const datasetId = base.split("/").at(-1);
    await rest("POST", "/mcp/endpoints", cookie, {
      datasetId,
      name: "wide",
      options: { topK: 1 },
      publish: true,
    });
    expect((await evaluate({ endpoint: "wide" })).body).toMatchObject({
      endpoint: "wide",
      endpointVersion: 1,
    });
    expect((await evaluate({ endpoint: "none" })).status).toBe(404);
  });

  it("without questions is refused; fifty are kept", async () => {
    expect((await evaluate()).status).toBe(409);
    await keep({ question: "coarse", documentIds: [granite] });
    const datasetId = base.split("/").at(-1);
    await query(
      `insert into golden_runs (id, dataset_id, cause, endpoint, k, recall, ndcg, mrr, results)
       select 'run_0000000000' || to_char(n, 'FM00'), $1, 'owner', 'default', 10, 0, 0, 0, '[]' from generate_series(1, 60) as n`,
      [datasetId],
    );
    await evaluate();
    const kept = await runs();
    expect(kept).toHaveLength(50);
    expect(kept[0]).toMatchObject({ questionCount: 1, change: null });
  });
});

describe("documents that change", () => {
  const warn = () => rest("PATCH", `${base}/golden/settings`, cookie, { onWorse: "warn" });
  const worse = async () => {
    await mailSettled();
    const folder = join(env.DATA_DIR, "outbox");
    const mails = await Promise.all(
      (await readdir(folder).catch(() => [])).map((name) => readFile(join(folder, name), "utf8")),
    );
    return mails.filter((mail) => mail.includes(owner.email) && /got.worse/.test(mail)).length;
  };

  it("are judged where their owner wants it, once each time, and what is worse is told", async () => {
    await keep({ question: "coarse", documentIds: [granite] });
    await watchGoldenQuestions();
    expect(await runs()).toHaveLength(0);
    await warn();
    await watchGoldenQuestions();
    await watchGoldenQuestions();
    expect(await runs()).toMatchObject([{ cause: "documents", recall: 1, change: null }]);
    await add({ title: "Slate", text: "Slate splits." });
    await watchGoldenQuestions();
    expect(await worse()).toBe(0);
    await rest("DELETE", `${base}/documents/${granite}`, cookie);
    await Promise.all([watchGoldenQuestions(), watchGoldenQuestions()]);
    expect(await runs()).toHaveLength(3);
    expect(await worse()).toBe(1);
    const { body } = await rest("GET", "/audit?event=golden.worse", cookie);
    expect(body.items).toMatchObject([{ actorKind: "system", detail: { change: { recall: -1 } } }]);
    await watchGoldenQuestions();
    expect(await worse()).toBe(1);
  });

  it("are not judged while one is being read", async () => {
    await keep({ question: "coarse", documentIds: [granite] });
    await warn();
    const { body } = await rest("POST", `${base}/documents`, cookie, {
      title: "Tuff",
      text: "Tuff is light.",
    });
    await watchGoldenQuestions();
    expect(await runs()).toHaveLength(0);
    await ingestDocument(String(body.id));
    await watchGoldenQuestions();
    expect(await runs()).toHaveLength(1);
  });

  it("keep their earlier text where its owner wants that and a new one makes answers worse", async () => {
    await keep({ question: "coarse", documentIds: [granite] });
    const set = (onWorse: string) => rest("PATCH", `${base}/golden/settings`, cookie, { onWorse });
    const send = async (text: string) => {
      await rest("POST", `${base}/documents`, cookie, { title: "Granite", externalId: "granite.md", text });
      await ingestDocument(granite, weighAnswers);
      return (await rest("GET", `${base}/documents/${granite}`, cookie)).body;
    };
    await set("block");
    const { balance } = (await rest("GET", "/credits", cookie)).body;
    const refused = await send(`Nothing is known. ${"Nothing at all. ".repeat(1_000)}`);
    expect(refused).toMatchObject({
      state: "failed",
      retryable: true,
      version: 1,
      text: "Granite is coarse.",
    });
    expect(refused.reason).toContain('nDCG 1.00 to 0.00, recall 1.00 to 0.00, as "coarse"');
    expect((await evaluate()).body).toMatchObject({ recall: 1 });
    expect((await rest("GET", "/credits", cookie)).body.balance).toBe(balance);
    expect(await send("Granite is coarse and hard.")).toMatchObject({ state: "ready", version: 2 });
    expect(await send("Nothing.")).toMatchObject({ state: "failed" });
    await set("warn");
    await rest("POST", `${base}/documents/${granite}/retry`, cookie);
    await ingestDocument(granite, weighAnswers);
    const taken = (await rest("GET", `${base}/documents/${granite}`, cookie)).body;
    expect(taken).toMatchObject({ state: "ready", version: 3, text: "Nothing." });
  });
});
