/** Stripe's events in every order and number: each payment changes a balance as often as it should, once. */

import { afterAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { connection, query, replaceConnection } from "#db/client.ts";
import { balanceWatchSettled } from "../balance-watch.ts";
import { verifyLedger } from "../ledger-verify.ts";
import { mailSettled } from "../mail.ts";
import { signUpGrant } from "../operations.ts";
import { createTestAccount, rest, type TestAccount } from "../testing/accounts.ts";
import { setUpTestDatabase } from "../testing/database.ts";
import { fc } from "../testing/property.ts";
import {
  metadataOf,
  type StripeEvent,
  stripeEvent,
  stripeId,
  webhookRequest,
} from "../testing/stripe-server.ts";
import { handleStripeWebhook } from "./webhook.ts";

const { stripe, smtp } = await vi.hoisted(async () => {
  const { startStripeServer, webhookSecret } = await import("../testing/stripe-server.ts");
  const { startSmtpServer } = await import("../testing/smtp-server.ts");
  const servers = { stripe: await startStripeServer(), smtp: await startSmtpServer() };
  process.env.STRIPE_SECRET_KEY = "sk_test_local";
  process.env.STRIPE_WEBHOOK_SECRET = webhookSecret;
  process.env.STRIPE_API_URL = servers.stripe.url;
  process.env.SMTP_URL = servers.smtp.url;
  return servers;
});

setUpTestDatabase();
afterAll(async () => {
  await balanceWatchSettled();
  await mailSettled();
  await Promise.all([stripe.close(), smtp.close()]);
});
beforeEach(() => stripe.set("succeed"));

const price = 900;
const credits = 10_000;

type Purchase = { paymentId: string; accountId: string; session: Record<string, unknown> };

function purchaseOf(accountId: string, changes: Record<string, unknown> = {}): Purchase {
  const paymentId = stripeId("pi");
  return {
    paymentId,
    accountId,
    session: {
      id: stripeId("cs"),
      payment_status: "paid",
      payment_intent: paymentId,
      customer: stripeId("cus"),
      amount_total: price,
      currency: "usd",
      metadata: { accountId, packId: "pack_10k", credits: String(credits), paymentMethodSaved: "true" },
      ...changes,
    },
  };
}

const completed = ({ session }: Purchase) => stripeEvent("checkout.session.completed", session);
const refunded = ({ paymentId }: Purchase, cents: number) =>
  stripeEvent("charge.refunded", {
    id: "ch",
    payment_intent: paymentId,
    amount: price,
    amount_refunded: cents,
  });
const dispute = ({ paymentId }: Purchase, phase: "created" | "closed", status: string) =>
  stripeEvent(`charge.dispute.${phase}`, { id: "dp", payment_intent: paymentId, amount: price, status });

async function deliver(event: StripeEvent, options = {}): Promise<number> {
  return (await handleStripeWebhook(webhookRequest(event, options))).status;
}

async function balanceOf(accountId: string): Promise<number> {
  const [row] = await query<{ balance: number }>("select balance from credit_accounts where id = $1", [
    accountId,
  ]);
  return row?.balance ?? Number.NaN;
}

async function entriesOf(accountId: string) {
  return query<{ kind: string; delta: number }>(
    "select kind, delta from entries where account_id = $1 and seq > 1 order by seq",
    [accountId],
  );
}

async function eventRow(event: StripeEvent) {
  const [row] = await query<{ outcome: string; detail: string; deliveries: number }>(
    "select outcome, detail, deliveries from stripe_events where id = $1",
    [event.id],
  );
  return row;
}

const receiptsTo = ({ email }: TestAccount) =>
  smtp.mails.filter(({ to, subject }) => to === email && subject.startsWith("Receipt"));

describe("a purchase", () => {
  it("opens one page for a call that is sent again after a crash", async () => {
    const { cookie } = await createTestAccount();
    const key = crypto.randomUUID();
    const send = () =>
      rest("POST", "/credits/checkout", { cookie, "idempotency-key": key }, { packId: "pack_10k" });
    const first = await send();
    expect(first.status).toBe(201);
    await query(
      "update idempotency_keys set state = 'running', answer = null, claimed_until = now() - interval '1 second' where key = $1",
      [key],
    );
    expect(await send()).toMatchObject({ status: 201, body: first.body });
    const other = await rest("POST", "/credits/checkout", { cookie }, { packId: "pack_10k" });
    expect(other.body.url).not.toBe(first.body.url);
  });

  it("goes from the pack to Stripe's page, to the balance and a receipt", async () => {
    const account = await createTestAccount();
    const { cookie } = account;
    const offered = await rest("GET", "/credits/packs");
    expect(offered.body).toMatchObject({ canBuy: true });
    const bad = await rest("POST", "/credits/checkout", { cookie }, { packId: "pack_10k", credits: 9e9 });
    expect(bad.status).toBe(400);
    const opened = await rest("POST", "/credits/checkout", { cookie }, { packId: "pack_50k" });
    expect(opened.status).toBe(201);
    expect(opened.body.url).toMatch(/^https:\/\/checkout\.stripe\.test\//);
    const sent = stripe.requests.at(-1)?.body ?? {};
    expect(sent["line_items[0][price_data][unit_amount]"]).toBe("3900");
    expect(sent["payment_intent_data[setup_future_usage]"]).toBe("off_session");
    expect(sent.customer_email).toBe(account.email);

    const purchase = purchaseOf(account.userId, { metadata: metadataOf(sent), amount_total: 3900 });
    const event = completed(purchase);
    expect(await deliver(event)).toBe(200);
    expect(await balanceOf(account.userId)).toBe(signUpGrant + 50_000);
    expect(await entriesOf(account.userId)).toEqual([{ kind: "purchase", delta: 50_000 }]);
    await mailSettled();
    expect(receiptsTo(account)).toHaveLength(1);
    expect(receiptsTo(account)[0]?.text).toContain("50,000 credits for $39.00");
    const standing = await rest("GET", "/credits", { cookie });
    expect(standing.body).toMatchObject({ balance: 60_000, topUp: { paymentMethodSaved: true } });

    const customer = String(purchase.session.customer);
    stripe.saveCard(customer);
    await rest("POST", "/credits/checkout", { cookie }, { packId: "pack_10k", savePaymentMethod: false });
    expect(stripe.requests.at(-1)?.body).toMatchObject({ customer });
    expect(stripe.requests.at(-1)?.body).not.toHaveProperty("payment_intent_data[setup_future_usage]");
    stripe.forgetCustomer(customer);
    const anew = await rest("POST", "/credits/checkout", { cookie }, { packId: "pack_10k" });
    expect(anew.status).toBe(201);
    stripe.set("away");
    const away = await rest("POST", "/credits/checkout", { cookie }, { packId: "pack_10k" });
    expect(away.body.code).toBe("unavailable");
  });

  it("is applied once, delivered twice and twenty times at once, and by two kinds of event", async () => {
    const account = await createTestAccount();
    const purchase = purchaseOf(account.userId);
    const event = completed(purchase);
    const other = stripeEvent("payment_intent.succeeded", {
      id: purchase.paymentId,
      amount: price,
      currency: "usd",
      metadata: { accountId: account.userId, packId: "pack_10k", credits: String(credits) },
    });
    const statuses = await Promise.all(
      Array.from({ length: 20 }, (_, index) => deliver(index % 4 === 3 ? other : event)),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await deliver(event)).toBe(200);
    expect(await entriesOf(account.userId)).toEqual([{ kind: "purchase", delta: credits }]);
    expect(await eventRow(event)).toMatchObject({ outcome: "applied", deliveries: 16 });
    await mailSettled();
    expect(receiptsTo(account)).toHaveLength(1);
  });

  it("waits for a payment that takes days", async () => {
    const account = await createTestAccount();
    const purchase = purchaseOf(account.userId, { payment_status: "unpaid" });
    const event = completed(purchase);
    await deliver(event);
    expect(await eventRow(event)).toMatchObject({ outcome: "ignored" });
    expect(await balanceOf(account.userId)).toBe(signUpGrant);
    const paid = { ...purchase, session: { ...purchase.session, payment_status: "paid" } };
    await deliver(stripeEvent("checkout.session.async_payment_succeeded", paid.session));
    expect(await balanceOf(account.userId)).toBe(signUpGrant + credits);
  });

  it("is explained when the user is gone, known to nobody, or not of this shop", async () => {
    const account = await createTestAccount();
    await query('delete from "user" where id = $1', [account.userId]);
    const late = completed(purchaseOf(account.userId));
    const nobody = completed(purchaseOf("user_that_never_was"));
    const foreign = completed(purchaseOf(account.userId, { metadata: { order: "7" } }));
    const odd = stripeEvent("checkout.session.completed", { payment_status: 7 });
    for (const event of [late, nobody, foreign, odd, stripeEvent("invoice.paid", {})]) {
      expect(await deliver(event)).toBe(200);
    }
    expect(await eventRow(late)).toMatchObject({ outcome: "unknownAccount" });
    expect((await eventRow(late))?.detail).toContain("Refund the payment");
    expect(await eventRow(nobody)).toMatchObject({ outcome: "unknownAccount" });
    expect(await eventRow(foreign)).toMatchObject({ outcome: "ignored" });
    expect(await eventRow(odd)).toMatchObject({ outcome: "failed" });
  });

  it("mends what a crash left: recorded, not entered", async () => {
    const account = await createTestAccount();
    const purchase = purchaseOf(account.userId);
    const event = completed(purchase);
    await deliver(event);
    await query("update payment_changes set state = 'due' where payment_id = $1", [purchase.paymentId]);
    await query("update stripe_events set outcome = 'received' where id = $1", [event.id]);
    await deliver(event);
    expect(await entriesOf(account.userId)).toHaveLength(1);
    expect(await eventRow(event)).toMatchObject({ outcome: "applied", deliveries: 2 });
  });
});

describe("a signature", () => {
  it("that is wrong, missing or old is refused, and nothing is stored", async () => {
    const account = await createTestAccount();
    const event = completed(purchaseOf(account.userId));
    const old = Math.floor(Date.now() / 1000) - 301;
    expect(await deliver(event, { secret: "whsec_of_somebody_else" })).toBe(400);
    expect(await deliver(event, { timestamp: old })).toBe(400);
    const unsigned = webhookRequest(event);
    unsigned.headers.delete("stripe-signature");
    expect((await handleStripeWebhook(unsigned)).status).toBe(400);
    const altered = webhookRequest(event);
    const body = (await altered.text()).replace('"10000"', '"99999"');
    const forged = new Request(altered.url, { method: "POST", headers: altered.headers, body });
    expect((await handleStripeWebhook(forged)).status).toBe(400);
    expect(await eventRow(event)).toBeUndefined();
    expect(await balanceOf(account.userId)).toBe(signUpGrant);
  });

  it("is not asked for on a body that is too large, or by another method", async () => {
    const large = new Request("http://localhost/api/stripe/webhook", {
      method: "POST",
      body: "x".repeat(600_000),
    });
    expect((await handleStripeWebhook(large)).status).toBe(413);
    expect((await handleStripeWebhook(new Request("http://localhost/api/stripe/webhook"))).status).toBe(405);
  });
});

it("answers 503 while the database is away, so that Stripe sends it again", async () => {
  const account = await createTestAccount();
  const event = completed(purchaseOf(account.userId));
  const opened = await connection();
  const away = async () => {
    throw Object.assign(new Error("away"), { code: "ECONNREFUSED" });
  };
  replaceConnection({ ...opened, query: away });
  const status = await deliver(event);
  replaceConnection(opened);
  expect(status).toBe(503);
  expect(await deliver(event)).toBe(200);
  expect(await balanceOf(account.userId)).toBe(signUpGrant + credits);
});

describe("refunds", () => {
  it("take away the difference so far, repeated and out of order", async () => {
    const account = await createTestAccount();
    const purchase = purchaseOf(account.userId);
    await deliver(completed(purchase));
    await deliver(refunded(purchase, 300));
    expect(await balanceOf(account.userId)).toBe(signUpGrant + credits - 3_333);
    const events = [refunded(purchase, 600), refunded(purchase, 450), refunded(purchase, 600)];
    await Promise.all(events.flatMap((event) => [deliver(event), deliver(event)]));
    expect(await balanceOf(account.userId)).toBe(signUpGrant + credits - 6_667);
    await deliver(refunded(purchase, 900));
    await deliver(refunded(purchase, 300));
    expect(await balanceOf(account.userId)).toBe(signUpGrant);
    const taken = (await entriesOf(account.userId)).filter(({ kind }) => kind === "refund");
    expect(taken.reduce((sum, { delta }) => sum + delta, 0)).toBe(-credits);
  });

  it("told of before the payment are taken from it when it comes", async () => {
    const account = await createTestAccount();
    const purchase = purchaseOf(account.userId);
    const early = refunded(purchase, 450);
    expect(await deliver(early)).toBe(200);
    expect(await eventRow(early)).toMatchObject({ outcome: "waiting" });
    await deliver(completed(purchase));
    expect(await entriesOf(account.userId)).toEqual([
      { kind: "purchase", delta: credits },
      { kind: "refund", delta: -5_000 },
    ]);
  });

  it("take at most what is there, and the rest is recorded", async () => {
    const account = await createTestAccount();
    const purchase = purchaseOf(account.userId);
    await deliver(completed(purchase));
    await account.setBalance(4_000);
    const event = refunded(purchase, 900);
    await deliver(event);
    expect(await balanceOf(account.userId)).toBe(0);
    expect((await eventRow(event))?.detail).toContain("6,000 credits of them were already spent");
  });
});

describe("disputes", () => {
  it("take the credits while open, and give back what was taken when won", async () => {
    const account = await createTestAccount();
    const purchase = purchaseOf(account.userId);
    await deliver(completed(purchase));
    await account.setBalance(7_000);
    await deliver(dispute(purchase, "created", "warning_needs_response"));
    expect(await balanceOf(account.userId)).toBe(7_000);
    await deliver(dispute(purchase, "created", "needs_response"));
    expect(await balanceOf(account.userId)).toBe(0);
    await deliver(dispute(purchase, "closed", "won"));
    expect(await balanceOf(account.userId)).toBe(7_000);
    await deliver(dispute(purchase, "created", "needs_response"));
    expect(await balanceOf(account.userId)).toBe(7_000);
  });

  it("lost before they were told of, with a refund besides: never more than was bought", async () => {
    const account = await createTestAccount();
    const purchase = purchaseOf(account.userId);
    await deliver(dispute(purchase, "closed", "lost"));
    await deliver(refunded(purchase, 300));
    await deliver(completed(purchase));
    await deliver(dispute(purchase, "created", "needs_response"));
    expect(await balanceOf(account.userId)).toBe(signUpGrant);
  });
});

it("keeps every balance right whatever the order of a payment's events", async () => {
  const account = await createTestAccount();
  // So that no refund falls short.
  await account.setBalance(10_000_000);
  const order = fc.shuffledSubarray([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], { minLength: 10 });
  await fc.assert(
    fc.asyncProperty(order, fc.boolean(), async (indices, atOnce) => {
      const purchase = purchaseOf(account.userId);
      const events = [
        completed(purchase),
        refunded(purchase, 180),
        refunded(purchase, 450),
        dispute(purchase, "created", "needs_response"),
        dispute(purchase, "closed", "won"),
      ];
      const shuffled = indices.flatMap((index) => events[index] ?? []);
      const before = await balanceOf(account.userId);
      const statuses: number[] = [];
      if (atOnce) statuses.push(...(await Promise.all(shuffled.map((event) => deliver(event)))));
      else for (const event of shuffled) statuses.push(await deliver(event));
      expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
      expect(await balanceOf(account.userId)).toBe(before + 5_000);
    }),
    { numRuns: inject("store") === "postgres" ? 60 : 15 },
  );
}, 60_000);

it("left a ledger without a fault", async () => {
  expect((await verifyLedger()).faults).toEqual([]);
});
