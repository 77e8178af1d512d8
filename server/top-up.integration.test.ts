/** Alerts once a crossing; automatic top-ups: one charge a crossing, a ceiling, and nothing charged twice. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { connection, query, replaceConnection } from "#db/client.ts";
import {
  afterBalanceChange,
  balanceWatchSettled,
  isLow,
  recheckBalance,
  sweepPayments,
} from "./balance-watch.ts";
import { handleStripeWebhook } from "./credits/webhook.ts";
import { changeCredits } from "./grants.ts";
import { verifyLedger } from "./ledger-verify.ts";
import { mailSettled } from "./mail.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { metadataOf, stripeEvent, stripeId, webhookRequest } from "./testing/stripe-server.ts";
import { topUp } from "./top-up.ts";

const { stripe, smtp } = await vi.hoisted(async () => {
  const { startStripeServer, webhookSecret } = await import("./testing/stripe-server.ts");
  const { startSmtpServer } = await import("./testing/smtp-server.ts");
  const servers = { stripe: await startStripeServer(), smtp: await startSmtpServer() };
  process.env.STRIPE_SECRET_KEY = "sk_test_local";
  process.env.STRIPE_WEBHOOK_SECRET = webhookSecret;
  process.env.STRIPE_API_URL = servers.stripe.url;
  process.env.SMTP_URL = servers.smtp.url;
  return servers;
});

setUpTestDatabase();
afterAll(async () => {
  await settled();
  await Promise.all([stripe.close(), smtp.close()]);
});
beforeEach(() => stripe.set("succeed"));

/** A second copy of the modules, which remembers nothing of the first: another process on the same database. */
let other: typeof import("./balance-watch.ts") & typeof import("./mail.ts");
beforeAll(async () => {
  vi.resetModules();
  other = { ...(await import("./balance-watch.ts")), ...(await import("./mail.ts")) };
});

async function settled(): Promise<void> {
  await Promise.all([balanceWatchSettled(), other.balanceWatchSettled()]);
  await Promise.all([mailSettled(), other.mailSettled()]);
}

/** As a capture does. */
async function spend(
  account: TestAccount,
  amount: number,
  changedBalance: typeof afterBalanceChange = afterBalanceChange,
): Promise<void> {
  const changed = await changeCredits({
    accountId: account.userId,
    kind: "adjustment",
    amount: -amount,
    reason: "test",
  });
  changedBalance(account.userId, changed?.balance ?? 0);
}

/** From two processes. */
const spendAtOnce = (account: TestAccount, times: number, amount: number) =>
  Promise.all(
    Array.from({ length: times }, (_, index) =>
      spend(account, amount, index % 2 === 0 ? afterBalanceChange : other.afterBalanceChange),
    ),
  );

const mailsTo = ({ email }: TestAccount, start: string) =>
  smtp.mails.filter(({ to, subject }) => to === email && subject.startsWith(start));

const chargesOf = ({ userId }: TestAccount) =>
  stripe.charges.filter((charge) => metadataOf(charge).accountId === userId);

const attemptsOf = ({ userId }: TestAccount) =>
  stripe.requests.filter(
    ({ path, body }) => path === "/v1/payment_intents" && metadataOf(body).accountId === userId,
  );

async function credits({ cookie }: TestAccount) {
  return (await rest("GET", "/credits", { cookie })).body;
}

describe("low balance alerts", () => {
  it("are sent once each time the balance falls below the threshold", async () => {
    const account = await createTestAccount();
    await account.setBalance(1_100);
    await spendAtOnce(account, 30, 10);
    await settled();
    expect(mailsTo(account, "Your credits run low")).toHaveLength(1);
    expect(await credits(account)).toMatchObject({ balance: 800, low: true, threshold: 1_000 });
    expect(isLow(account.userId, 800)).toBe(true);
    await spendAtOnce(account, 5, 10);
    await settled();
    expect(mailsTo(account, "Your credits run low")).toHaveLength(1);

    await account.setBalance(5_000);
    recheckBalance(account.userId);
    await settled();
    await spend(account, 4_500);
    await settled();
    expect(mailsTo(account, "Your credits run low")).toHaveLength(2);
  });

  it("go by the owner's threshold, and 0 means never", async () => {
    const account = await createTestAccount();
    const { cookie } = account;
    const changed = await rest("PATCH", "/credits/settings", { cookie }, { threshold: 9_990 });
    expect(changed.body).toMatchObject({ threshold: 9_990, topUp: { enabled: false } });
    await spend(account, 11);
    await settled();
    expect(mailsTo(account, "Your credits run low: 9,989 left")).toHaveLength(1);
    await rest("PATCH", "/credits/settings", { cookie }, { threshold: 0 });
    await account.setBalance(3);
    await spend(account, 3);
    await settled();
    expect(mailsTo(account, "Your credits run low")).toHaveLength(1);
    expect(await credits(account)).toMatchObject({ balance: 0, low: false, threshold: 0 });
  });

  it("cost a call nothing but a comparison until a balance crosses", async () => {
    const account = await createTestAccount();
    afterBalanceChange(account.userId, 10_000);
    await settled();
    const opened = await connection();
    let asked = 0;
    replaceConnection({
      ...opened,
      query: (text, parameters) => {
        // Mail that waits is looked for meanwhile.
        if (text.includes("credit_")) asked += 1;
        return opened.query(text, parameters);
      },
    });
    for (let balance = 9_999; balance >= 1_000; balance--) afterBalanceChange(account.userId, balance);
    await settled();
    expect(asked).toBe(0);
    afterBalanceChange(account.userId, 999);
    await settled();
    expect(asked).toBeGreaterThan(0);
    replaceConnection(opened);
  });
});

/** An account with a saved card that buys 10,000 credits below 1,000. */
async function toppedUp(maxPerMonth = 5): Promise<TestAccount> {
  const account = await createTestAccount();
  const { cookie } = account;
  const topUp = { enabled: true, below: 1_000, packId: "pack_10k", maxPerMonth };
  const early = await rest("PATCH", "/credits/settings", { cookie }, { topUp });
  expect(early.status).toBe(409);
  const customer = stripeId("cus");
  stripe.saveCard(customer);
  const session = {
    payment_status: "paid",
    payment_intent: stripeId("pi"),
    customer,
    amount_total: 900,
    currency: "usd",
    metadata: {
      accountId: account.userId,
      packId: "pack_10k",
      credits: "10000",
      paymentMethodSaved: "true",
    },
  };
  await handleStripeWebhook(webhookRequest(stripeEvent("checkout.session.completed", session)));
  const set = await rest("PATCH", "/credits/settings", { cookie }, { topUp });
  expect(set.body).toMatchObject({ topUp: { ...topUp, pausedReason: null, usedThisMonth: 0 } });
  await settled();
  return account;
}

describe("automatic top-up", () => {
  it("charges once when fifty calls at once cross the line", async () => {
    const account = await toppedUp();
    stripe.set("succeed", { delayMs: 30 });
    await account.setBalance(1_400);
    await spendAtOnce(account, 50, 20);
    await settled();
    expect(chargesOf(account)).toHaveLength(1);
    expect(chargesOf(account)[0]).toMatchObject({ amount: "900", off_session: "true", confirm: "true" });
    expect(await credits(account)).toMatchObject({ balance: 10_400, topUp: { usedThisMonth: 1 } });
    expect(mailsTo(account, "Receipt")).toHaveLength(2);
  });

  it("charges once when many processes begin it at once", async () => {
    const account = await toppedUp();
    await account.setBalance(500);
    await Promise.all(Array.from({ length: 30 }, () => topUp(account.userId)));
    expect(chargesOf(account)).toHaveLength(1);
    expect(await credits(account)).toMatchObject({ balance: 10_500 });
  });

  it("stops at its ceiling", async () => {
    const account = await toppedUp(2);
    for (let round = 0; round < 4; round++) {
      await account.setBalance(1_010);
      await spendAtOnce(account, 3, 20);
      await settled();
      recheckBalance(account.userId);
      await settled();
    }
    expect(chargesOf(account)).toHaveLength(2);
    expect(await credits(account)).toMatchObject({ balance: 950, topUp: { usedThisMonth: 2 } });
  });

  it("is paused by a declined card, told once, and goes on when enabled again", async () => {
    const account = await toppedUp();
    stripe.set("decline");
    await account.setBalance(1_010);
    await spendAtOnce(account, 10, 20);
    await settled();
    recheckBalance(account.userId);
    await settled();
    expect(attemptsOf(account)).toHaveLength(1);
    expect(mailsTo(account, "Your automatic top-up is paused")).toHaveLength(1);
    expect(await credits(account)).toMatchObject({
      balance: 810,
      topUp: { pausedReason: "The card was declined (insufficient_funds).", usedThisMonth: 0 },
    });
    stripe.set("succeed");
    await rest("PATCH", "/credits/settings", { cookie: account.cookie }, { topUp: { enabled: true } });
    await settled();
    expect(chargesOf(account)).toHaveLength(1);
    expect(await credits(account)).toMatchObject({ balance: 10_810, topUp: { pausedReason: null } });
  });

  it("that Stripe charged while the answer was lost is charged and entered once", async () => {
    const account = await toppedUp();
    stripe.set("charge and hang up");
    await account.setBalance(1_010);
    await spend(account, 20);
    await settled();
    expect(chargesOf(account)).toHaveLength(1);
    expect(await credits(account)).toMatchObject({ balance: 990, topUp: { pausedReason: null } });
    stripe.set("succeed");
    await query("update top_ups set claimed_until = now() - interval '1 second' where account_id = $1", [
      account.userId,
    ]);
    await Promise.all([sweepPayments(), sweepPayments(), sweepPayments()]);
    await settled();
    expect(chargesOf(account)).toHaveLength(1);
    expect(await credits(account)).toMatchObject({ balance: 10_990 });
  });

  it("waits out Stripe's absence", async () => {
    const account = await toppedUp();
    stripe.set("away");
    await account.setBalance(1_010);
    await spend(account, 20);
    await settled();
    expect(await credits(account)).toMatchObject({ balance: 990, topUp: { pausedReason: null } });
    stripe.set("succeed");
    await query("update top_ups set claimed_until = now() - interval '1 second' where account_id = $1", [
      account.userId,
    ]);
    await sweepPayments();
    await settled();
    expect(await credits(account)).toMatchObject({ balance: 10_990 });
    expect(chargesOf(account)).toHaveLength(1);
  });

  it("that takes days is entered, or fails, by an event", async () => {
    const account = await toppedUp();
    stripe.set("processing");
    await account.setBalance(1_010);
    await spend(account, 20);
    await settled();
    await topUp(account.userId);
    expect(attemptsOf(account)).toHaveLength(1);
    const sent = attemptsOf(account)[0]?.body ?? {};
    const intent = { id: stripeId("pi"), amount: 900, currency: "usd", metadata: metadataOf(sent) };
    const event = stripeEvent("payment_intent.succeeded", intent);
    for (let times = 0; times < 3; times++) await handleStripeWebhook(webhookRequest(event));
    await settled();
    expect(await credits(account)).toMatchObject({ balance: 10_990 });

    await account.setBalance(1_010);
    await spend(account, 20);
    await settled();
    const second = attemptsOf(account)[1]?.body ?? {};
    const failed = stripeEvent("payment_intent.payment_failed", {
      ...intent,
      metadata: metadataOf(second),
      last_payment_error: { code: "debit_not_authorized" },
    });
    await handleStripeWebhook(webhookRequest(failed));
    await handleStripeWebhook(webhookRequest(failed));
    await settled();
    expect(mailsTo(account, "Your automatic top-up is paused")).toHaveLength(1);
    expect(await credits(account)).toMatchObject({
      topUp: { pausedReason: "The payment failed (debit_not_authorized)." },
    });
  });
});

it("left a ledger without a fault", async () => {
  expect((await verifyLedger()).faults).toEqual([]);
});
