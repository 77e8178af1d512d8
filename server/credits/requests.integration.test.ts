/** Without Stripe: users ask, admins grant or decline, once. */
import { readdir, readFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { mailSettled } from "../mail.ts";
import { createTestAccount, rest, type TestAccount } from "../testing/accounts.ts";
import { setUpTestDatabase } from "../testing/database.ts";
import { stripeEvent, webhookRequest } from "../testing/stripe-server.ts";
import { handleStripeWebhook } from "./webhook.ts";

const folder = await vi.hoisted(async () => {
  const { mkdtemp } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  process.env.DATA_DIR = await mkdtemp(`${tmpdir()}/fltr-requests-`);
  return process.env.DATA_DIR;
});

setUpTestDatabase();
afterAll(async () => {
  await mailSettled();
  await rm(folder, { recursive: true, force: true });
});

let admin: TestAccount;
beforeAll(async () => {
  admin = await createTestAccount();
});

async function ask(account: TestAccount): Promise<string> {
  const asked = await rest("POST", "/credits/requests", { cookie: account.cookie }, { amount: 700 });
  expect(asked.status).toBe(201);
  return String(asked.body.id);
}

it("nothing can be bought, and the webhook is not there", async () => {
  const { cookie } = await createTestAccount();
  expect((await rest("GET", "/credits/packs")).body.canBuy).toBe(false);
  const bought = await rest("POST", "/credits/checkout", { cookie }, { packId: "pack_10k" });
  expect(bought.status).toBe(409);
  const topUp = { enabled: true, below: 10, packId: "pack_10k" };
  expect((await rest("PATCH", "/credits/settings", { cookie }, { topUp })).status).toBe(409);
  expect((await handleStripeWebhook(webhookRequest(stripeEvent("invoice.paid", {})))).status).toBe(404);
});

it("a request is granted once, whoever grants it how often", async () => {
  const account = await createTestAccount();
  const requestId = await ask(account);
  const again = await rest("POST", "/credits/requests", { cookie: account.cookie }, { amount: 1 });
  expect(again.body.code).toBe("conflict");
  const asked = await rest("GET", "/credits", { cookie: account.cookie });
  expect(asked.body.openRequest).toEqual({ id: requestId, amount: 700, createdAt: expect.any(String) });
  const open = await rest("GET", "/admin/credit-requests?state=open", { cookie: admin.cookie });
  expect(open.body.items).toContainEqual(
    expect.objectContaining({ id: requestId, email: account.email, amount: 700, state: "open" }),
  );

  const other = await createTestAccount();
  const grant = (userId: string) =>
    rest(
      "POST",
      `/admin/users/${userId}/credits`,
      { cookie: admin.cookie },
      {
        amount: 700,
        reason: "for the course",
        requestId,
      },
    );
  expect((await grant(other.userId)).status).toBe(404);
  const statuses = (await Promise.all([1, 2, 3, 4, 5].map(() => grant(account.userId)))).map(
    ({ status }) => status,
  );
  expect(statuses.sort()).toEqual([201, 409, 409, 409, 409]);
  const entries = async (query: string) => {
    const { body } = await rest("GET", `/credits/entries?${query}`, { cookie: account.cookie });
    return body.items;
  };
  expect(await entries("text=THE course&kind=grant")).toMatchObject([{ delta: 700 }]);
  expect(await entries("text=%25")).toEqual([]);
  expect(await entries("kind=charge")).toEqual([]);
  expect(await entries(`to=${new Date(Date.now() - 3_600_000).toISOString()}`)).toEqual([]);
  expect(await entries(`from=${new Date(Date.now() - 3_600_000).toISOString()}`)).toHaveLength(2);
  const standing = await rest("GET", "/credits", { cookie: account.cookie });
  expect(standing.body).toMatchObject({ balance: 10_700, openRequest: null });
  await ask(account);
});

it("a declined request cannot be granted", async () => {
  const account = await createTestAccount();
  const requestId = await ask(account);
  const decline = () =>
    rest(
      "POST",
      `/admin/credit-requests/${requestId}/decline`,
      { cookie: admin.cookie },
      { note: "Not now." },
    );
  expect((await decline()).body).toEqual({ id: requestId, state: "declined" });
  expect((await decline()).status).toBe(409);
  const granted = await rest(
    "POST",
    `/admin/users/${account.userId}/credits`,
    { cookie: admin.cookie },
    { amount: 1, reason: "x", requestId },
  );
  expect(granted.status).toBe(409);
});

it("mails that are not wanted do not come", async () => {
  const account = await createTestAccount();
  const mails = async () => {
    await mailSettled();
    const texts = await Promise.all(
      (await readdir(`${folder}/outbox`)).map((name) => readFile(`${folder}/outbox/${name}`, "utf8")),
    );
    return texts.filter((text) => text.includes(account.email) && text.includes("was declined")).length;
  };
  const decline = async () => {
    const requestId = await ask(account);
    await rest("POST", `/admin/credit-requests/${requestId}/decline`, { cookie: admin.cookie }, {});
  };
  const { cookie } = account;
  const all = { lowBalance: true, creditRequests: true, payments: true, answers: true };
  expect((await rest("GET", "/account/mails", { cookie })).body).toEqual(all);
  const less = await rest("PATCH", "/account/mails", { cookie }, { creditRequests: false });
  expect(less.body).toEqual({ ...all, creditRequests: false });
  await decline();
  expect(await mails()).toBe(0);
  expect((await rest("PATCH", "/account/mails", { cookie }, { creditRequests: true })).body).toEqual(all);
  await decline();
  expect(await mails()).toBe(1);
});

it("an admin sees the limits that are set for an account", async () => {
  const account = await createTestAccount();
  const { cookie } = admin;
  const set = (points: number | null) =>
    rest(
      "PATCH",
      `/admin/users/${account.userId}/limits`,
      { cookie },
      { name: "account", points, reason: "x" },
    );
  const listed = async () => {
    const { body } = await rest("GET", `/admin/users?search=${account.email}`, { cookie });
    return body.items;
  };
  expect(await listed()).toMatchObject([{ id: account.userId, overrides: {} }]);
  expect((await set(4_000)).body.overrides).toEqual({ account: 4_000 });
  expect(await listed()).toMatchObject([{ overrides: { account: 4_000 } }]);
  await set(null);
  expect(await listed()).toMatchObject([{ overrides: {} }]);
});
