/** A process that dies between the effect of a free call and its stored answer: the retry finds the effect. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { createDocuments } from "./documents/create.ts";
import { ApiError } from "./errors.ts";
import { createIdempotency } from "./idempotency.ts";
import { verifyLedger } from "./ledger-verify.ts";
import { mailSettled } from "./mail.ts";
import { signUpGrant } from "./operations.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

const folder = await vi.hoisted(async () => {
  const { mkdtemp } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  process.env.DATA_DIR = await mkdtemp(`${tmpdir()}/fltr-resume-`);
  return process.env.DATA_DIR;
});

setUpTestDatabase();

let admin: TestAccount;
let me: TestAccount;
let other: TestAccount;

beforeAll(async () => {
  admin = await createTestAccount();
  me = await createTestAccount();
  other = await createTestAccount();
});
afterAll(async () => {
  await mailSettled();
  await rm(folder, { recursive: true, force: true });
});

/** Leaves of the call what a process leaves that was killed after its effect, its claim run out since. */
async function forgetAnswer(key: string): Promise<void> {
  const rows = await query(
    `update idempotency_keys set state = 'running', answer = null, claim = 'gone',
       claimed_until = now() - interval '1 second'
     where key = $1 returning key`,
    [key],
  );
  expect(rows).toHaveLength(1);
}

const callerWith = (account: TestAccount) => ({ cookie: account.cookie, "idempotency-key": randomUUID() });

async function sendTwice(account: TestAccount, method: string, path: string, body?: unknown) {
  const headers = callerWith(account);
  const send = () => rest(method, path, headers, body);
  const first = await send();
  await forgetAnswer(headers["idempotency-key"]);
  const retry = await send();
  expect(await send()).toMatchObject({ status: retry.status, body: retry.body });
  return { first, retry };
}

const rowsOf = async (table: "datasets" | "credit_requests" | "documents", of: string, id: string) =>
  (await query(`select id from ${table} where ${of} = $1`, [id])).length;

async function balanceOf({ userId }: TestAccount): Promise<number> {
  const [row] = await query<{ balance: number }>("select balance from credit_accounts where id = $1", [
    userId,
  ]);
  return Number(row?.balance);
}

describe("a call that is sent again after a crash", () => {
  it("creates a dataset once", async () => {
    const before = await rowsOf("datasets", "owner_id", me.userId);
    const { first, retry } = await sendTwice(me, "POST", "/datasets", { name: "Once" });
    expect(first.status).toBe(201);
    expect(retry).toMatchObject({ status: 201, body: first.body });
    expect(await rowsOf("datasets", "owner_id", me.userId)).toBe(before + 1);
  });

  it("adds a document once", async () => {
    const dataset = await rest("POST", "/datasets", { cookie: me.cookie }, { name: "Papers" });
    const datasetId = String(dataset.body.id);
    const body = { title: "Basalt", text: "Basalt is dark." };
    const { first, retry } = await sendTwice(me, "POST", `/datasets/${datasetId}/documents`, body);
    expect([first.status, retry.status, retry.body.id]).toEqual([201, 201, first.body.id]);
    expect(await rowsOf("documents", "dataset_id", datasetId)).toBe(1);
  });

  it("grants credits once", async () => {
    const path = `/admin/users/${other.userId}/credits`;
    const { first, retry } = await sendTwice(admin, "POST", path, { amount: 700, reason: "welcome" });
    expect(first).toMatchObject({ status: 201, body: { balance: signUpGrant + 700 } });
    expect(retry).toMatchObject({ status: 201, body: first.body });
    expect(await balanceOf(other)).toBe(signUpGrant + 700);
    await rest("POST", path, callerWith(admin), { amount: 700, reason: "welcome" });
    expect(await balanceOf(other)).toBe(signUpGrant + 1400);
  });

  it("asks for credits once, and grants what was asked for once", async () => {
    const asked = await sendTwice(me, "POST", "/credits/requests", { amount: 500 });
    expect(asked.first.status).toBe(201);
    expect(asked.retry).toMatchObject({ status: 201, body: asked.first.body });
    expect(await rowsOf("credit_requests", "account_id", me.userId)).toBe(1);
    const anew = await rest("POST", "/credits/requests", callerWith(me), { amount: 500 });
    expect(anew.body.code).toBe("conflict");

    const grant = { amount: 500, reason: "as asked", requestId: String(asked.first.body.id) };
    const path = `/admin/users/${me.userId}/credits`;
    const granted = await sendTwice(admin, "POST", path, grant);
    expect(granted.first.status).toBe(201);
    expect(granted.retry).toMatchObject({ status: 201, body: granted.first.body });
    expect(await balanceOf(me)).toBe(signUpGrant + 500);
    expect((await rest("POST", path, callerWith(admin), grant)).status).toBe(409);
  });

  it("declines a request once", async () => {
    const asked = await rest("POST", "/credits/requests", { cookie: other.cookie }, { amount: 5 });
    const path = `/admin/credit-requests/${String(asked.body.id)}/decline`;
    const { first, retry } = await sendTwice(admin, "POST", path, {});
    expect(first).toMatchObject({ status: 200, body: { state: "declined" } });
    expect(retry).toMatchObject({ status: 200, body: first.body });
    expect((await rest("POST", path, callerWith(admin), {})).status).toBe(409);
  });
});

describe("documents of a call", () => {
  it("are found again by their ids, also when what is read has changed since", async () => {
    const dataset = await rest("POST", "/datasets", { cookie: me.cookie }, { name: "Pages" });
    const datasetId = String(dataset.body.id);
    const run = randomUUID().slice(0, 8);
    const send = (text: string) =>
      createDocuments({
        datasetId,
        items: ["One", "Two"].map((title) => ({
          title,
          content: new TextEncoder().encode(`${title}. ${text}`),
        })),
        idFor: (place) => `doc_${run}${place}`,
      });
    const first = await send("As it was.");
    const again = await send("As it is now.");
    expect(again.map(({ id, title, duplicate }) => ({ id, title, duplicate }))).toEqual([
      { id: `doc_${run}0`, title: "One", duplicate: false },
      { id: `doc_${run}1`, title: "Two", duplicate: false },
    ]);
    expect(again.map(({ contentHash }) => contentHash)).toEqual(first.map(({ contentHash }) => contentHash));
    expect(await rowsOf("documents", "dataset_id", datasetId)).toBe(2);
  });
});

describe("ids of a call", () => {
  const call = {
    signal: new AbortController().signal,
    answer: { creditsCharged: null, creditsRemaining: null, receiptId: null },
  };

  /** What one run of a call makes, and whether it knows of an earlier one. */
  async function run(key: string | null, fail?: Error) {
    const idempotency = createIdempotency(new Headers(key === null ? {} : { "idempotency-key": key }));
    idempotency.bind(me.userId);
    let made: unknown;
    const ended = idempotency.once(
      "datasets.create",
      async () => ({ name: "x" }),
      async (readInput) => {
        await readInput();
        made = { ids: [idempotency.idFor("ds"), idempotency.idFor("ds", 1)], resumed: idempotency.resumed() };
        if (fail) throw fail;
        return "done";
      },
      call,
    );
    await ended.catch((error: unknown) => expect(error).toBe(fail));
    return made;
  }

  it("are those of the run before when nobody knows how that ended", async () => {
    const key = randomUUID();
    const first = await run(key, new Error("the connection broke"));
    const second = await run(key, new Error("again"));
    expect(first).toMatchObject({ resumed: false });
    expect(second).toEqual({ ...Object(first), resumed: true });
    const [a, b] = Object(first).ids;
    expect(a).toMatch(/^ds_[0-9a-z]{25}$/);
    expect(b).not.toBe(a);
  });

  it("are new after a refusal, under another key, and without one", async () => {
    const key = randomUUID();
    const runs = [
      await run(key, new ApiError("conflict", "no")),
      await run(key, new ApiError("unavailable", "not now")),
      await run(key),
      await run(randomUUID()),
      await run(null),
      await run(null),
    ];
    expect(new Set(runs.map((made) => Object(made).ids[0])).size).toBe(runs.length);
    expect(runs.map((made) => Object(made).resumed)).toEqual(runs.map(() => false));
  });
});

describe("an answer that cannot be opened any more", () => {
  it("is a 409 that says so, and nothing is done or charged again", async () => {
    const headers = callerWith(me);
    const key = headers["idempotency-key"];
    const body = { name: "Sealed" };
    expect((await rest("POST", "/datasets", headers, body)).status).toBe(201);
    const before = await rowsOf("datasets", "owner_id", me.userId);
    const [row] = await query<{ answer: string }>("select answer from idempotency_keys where key = $1", [
      key,
    ]);
    // Sealed under another secret: the tag does not fit.
    const sealed = Buffer.from(row?.answer ?? "", "base64url")
      .reverse()
      .toString("base64url");
    for (const answer of [sealed, "", "not sealed"]) {
      await query("update idempotency_keys set answer = $2 where key = $1", [key, answer]);
      const retry = await rest("POST", "/datasets", headers, body);
      expect([retry.status, retry.body.code]).toEqual([409, "conflict"]);
      expect(retry.body.detail).toContain("can no longer be read");
    }
    expect(await rowsOf("datasets", "owner_id", me.userId)).toBe(before);
  });
});

it("leaves a ledger that is right", async () => {
  expect((await verifyLedger()).faults).toEqual([]);
});
