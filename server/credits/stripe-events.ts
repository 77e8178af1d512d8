/**
 * What each of Stripe's events means here. Their objects are parsed, since their shape follows the version
 * that the webhook was set up with; https://docs.stripe.com/api/events/types names them.
 */
import type { Stripe } from "stripe";
import { z } from "zod";
import { query } from "#db/client.ts";
import type { eventOutcomes } from "#db/schema/billing.ts";
import { recheckBalance } from "../balance-watch.ts";
import { recordDispute, recordPaid, recordRefund, type Settled } from "../payments.ts";
import { completeTopUp, failTopUp } from "../top-up.ts";

export type Told = {
  readonly outcome: (typeof eventOutcomes)[number];
  readonly detail: string;
  readonly paymentId: string | null;
  readonly accountId: string | null;
};

/** An id, or the object in its place where the webhook expands it. */
const reference = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

/** What buying.ts and top-up.ts write. */
const purchaseSchema = z.object({
  accountId: z.string().min(1),
  packId: z.string().min(1),
  credits: z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number),
  paymentMethodSaved: z.string().optional(),
  topUpId: z.string().optional(),
});

const metadata = z.record(z.string(), z.string()).nullish();

const sessionSchema = z.object({
  payment_status: z.string(),
  payment_intent: reference.nullable(),
  customer: reference.nullish(),
  amount_total: z.int().nullable(),
  currency: z.string().nullable(),
  metadata,
});

const intentSchema = z.object({
  id: z.string(),
  amount: z.int(),
  currency: z.string(),
  metadata,
  last_payment_error: z.object({ decline_code: z.string().nullish(), code: z.string().nullish() }).nullish(),
});

const chargeSchema = z.object({ payment_intent: reference.nullable(), amount_refunded: z.int() });

const disputeSchema = z.object({ payment_intent: reference.nullish(), amount: z.int(), status: z.string() });

const handlers: Record<string, (object: unknown) => Promise<Told>> = {
  "checkout.session.completed": checkoutCompleted,
  "checkout.session.async_payment_succeeded": checkoutCompleted,
  "checkout.session.async_payment_failed": async () => ignored("The payment did not go through."),
  "payment_intent.succeeded": paymentSucceeded,
  "payment_intent.payment_failed": paymentFailed,
  "charge.refunded": chargeRefunded,
  "charge.dispute.created": disputed,
  "charge.dispute.closed": disputed,
  "refund.failed": async () =>
    ignored("A refund failed at Stripe. Credits that it took back stay taken: an admin may give them again."),
};

/** Throws only where the database is away. */
export async function applyEvent(event: Stripe.Event): Promise<Told> {
  const handler = Object.hasOwn(handlers, event.type) ? handlers[event.type] : undefined;
  if (!handler) return ignored("Events of this type mean nothing here.");
  try {
    return await handler(event.data.object);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return {
      ...ignored("The event has another shape than expected. Send it again after an update."),
      outcome: "failed",
    };
  }
}

function ignored(detail: string): Told {
  return { outcome: "ignored", detail, paymentId: null, accountId: null };
}

async function checkoutCompleted(object: unknown): Promise<Told> {
  const session = sessionSchema.parse(object);
  const purchase = purchaseSchema.safeParse(session.metadata);
  if (!purchase.success) return ignored("Not a purchase of credits.");
  const { accountId, packId, credits, paymentMethodSaved } = purchase.data;
  const paymentId = session.payment_intent;
  if (paymentMethodSaved === "true" && session.customer) await keepCustomer(accountId, session.customer);
  if (session.payment_status !== "paid") {
    return {
      outcome: "ignored",
      detail: "Completed but not paid yet: another event will tell.",
      paymentId,
      accountId,
    };
  }
  if (paymentId === null) return { ...ignored("Paid without a payment."), accountId };
  const { amount_total: priceCents, currency } = session;
  return settled(
    await recordPaid({
      paymentId,
      accountId,
      packId,
      credits,
      priceCents: priceCents ?? 0,
      currency: currency ?? "usd",
    }),
  );
}

/** Of a top-up, and of a checkout too: whichever comes first is applied. */
async function paymentSucceeded(object: unknown): Promise<Told> {
  const intent = intentSchema.parse(object);
  const purchase = purchaseSchema.safeParse(intent.metadata);
  if (!purchase.success) return ignored("Not a purchase of credits.");
  const { accountId, packId, credits, topUpId } = purchase.data;
  const { id: paymentId, amount: priceCents, currency } = intent;
  const told = settled(await recordPaid({ paymentId, accountId, packId, credits, priceCents, currency }));
  if (topUpId !== undefined) await completeTopUp(topUpId);
  return told;
}

async function paymentFailed(object: unknown): Promise<Told> {
  const intent = intentSchema.parse(object);
  const topUpId = intent.metadata?.topUpId;
  if (topUpId === undefined) return ignored("A payment was tried and declined; nothing was bought.");
  const error = intent.last_payment_error;
  await failTopUp(
    topUpId,
    `The payment failed (${error?.decline_code ?? error?.code ?? "no reason given"}).`,
  );
  return {
    outcome: "applied",
    detail: "The automatic top-up failed and is paused.",
    paymentId: intent.id,
    accountId: intent.metadata?.accountId ?? null,
  };
}

async function chargeRefunded(object: unknown): Promise<Told> {
  const { payment_intent: paymentId, amount_refunded } = chargeSchema.parse(object);
  if (paymentId === null) return ignored("Not a purchase of credits.");
  return settled(await recordRefund(paymentId, amount_refunded));
}

/** An inquiry (`warning_…`) moves no money. */
async function disputed(object: unknown): Promise<Told> {
  const { payment_intent: paymentId, amount, status } = disputeSchema.parse(object);
  if (!paymentId) return ignored("Not a purchase of credits.");
  if (status.startsWith("warning")) return { ...ignored("An inquiry: no money was taken."), paymentId };
  const state = status === "won" || status === "lost" ? status : "open";
  return settled(await recordDispute(paymentId, state, amount));
}

function settled(told: Settled): Told {
  if (told.accountId !== null && told.outcome === "applied") recheckBalance(told.accountId);
  return told;
}

/** Nothing where the account is gone. */
async function keepCustomer(accountId: string, customerId: string): Promise<void> {
  await query(
    `insert into credit_settings (account_id, stripe_customer_id)
     select id, $2 from credit_accounts where id = $1
     on conflict (account_id) do update set stripe_customer_id = excluded.stripe_customer_id`,
    [accountId, customerId],
  );
}
