/**
 * What payments do to balances. Facts about a payment are stored as they come, in any order and however
 * often; what follows from all of them together is written as numbered changes in the same statement, and
 * each change is entered in the ledger once, by an idempotency key of payment and number. A crash at any
 * point leaves changes that are due, which the next event or the sweep enters.
 */
import { query } from "#db/client.ts";
import { env } from "#env";
import { changeCredits } from "./grants.ts";
import { mailOwner } from "./mail.ts";
import { creditsText, priceText } from "./stripe.ts";

export type Paid = {
  /** Stripe's payment intent. */
  readonly paymentId: string;
  readonly accountId: string;
  readonly packId: string;
  readonly credits: number;
  readonly priceCents: number;
  readonly currency: string;
};

export type Settled = {
  readonly outcome: "applied" | "waiting" | "unknownAccount";
  readonly detail: string;
  readonly paymentId: string;
  readonly accountId: string | null;
};

export async function recordPaid(paid: Paid): Promise<Settled> {
  await query(
    `insert into payments as p (id, account_id, pack_id, credits, price_cents, currency, paid_at)
     values ($1, $2, $3, $4, $5, $6, now())
     on conflict (id) do update set account_id = excluded.account_id, pack_id = excluded.pack_id,
       credits = excluded.credits, price_cents = excluded.price_cents, currency = excluded.currency,
       paid_at = excluded.paid_at
     where p.paid_at is null`,
    [paid.paymentId, paid.accountId, paid.packId, paid.credits, paid.priceCents, paid.currency],
  );
  return settlePayment(paid.paymentId);
}

/** `refundedCents` is the sum of all refunds of the payment so far, as Stripe tells it. */
export async function recordRefund(paymentId: string, refundedCents: number): Promise<Settled> {
  await query(
    `insert into payments as p (id, refunded_cents) values ($1, $2)
     on conflict (id) do update set refunded_cents = greatest(p.refunded_cents, excluded.refunded_cents)`,
    [paymentId, refundedCents],
  );
  return settlePayment(paymentId);
}

/** Once won or lost, a dispute stays so: an event that tells of its opening has come late. */
export async function recordDispute(
  paymentId: string,
  dispute: "open" | "won" | "lost",
  disputedCents: number,
): Promise<Settled> {
  await query(
    `insert into payments as p (id, dispute, disputed_cents) values ($1, $2, $3)
     on conflict (id) do update set disputed_cents = greatest(p.disputed_cents, excluded.disputed_cents),
       dispute = case when p.dispute in ('won', 'lost') then p.dispute else excluded.dispute end`,
    [paymentId, dispute, disputedCents],
  );
  return settlePayment(paymentId);
}

/** Enters changes that a crash left. */
export async function settleDuePayments(): Promise<void> {
  const due = await query<{ id: string }>(
    `select distinct payment_id as id from payment_changes
     where state = 'due' and created_at < now() - interval '30 seconds' limit 100`,
  );
  for (const { id } of due) await settlePayment(id);
}

async function settlePayment(id: string): Promise<Settled> {
  await writeChanges(id);
  const due = await query<{ n: number; amount: number }>(
    "select n, amount from payment_changes where payment_id = $1 and state = 'due' order by n",
    [id],
  );
  for (const { n, amount } of due) await enterChange(id, n, amount);
  return standingOf(id);
}

/** The first change is the purchase; each further one brings what is withheld up to date. */
async function writeChanges(id: string): Promise<void> {
  await query(
    `with p as materialized (
       select * from payments where id = $1 and paid_at is not null for update
     ), wanted as (
       select id, changes, withheld, credits, case when price_cents > 0 then round(credits::numeric *
         least(price_cents, refunded_cents + case when dispute in ('open', 'lost') then disputed_cents else 0 end)
         / price_cents)::bigint else 0 end as target
       from p
     ), bought as (
       insert into payment_changes (payment_id, n, amount) select id, 1, credits from wanted where changes = 0
     ), moved as (
       insert into payment_changes (payment_id, n, amount)
       select id, greatest(changes, 1) + 1, withheld - target from wanted where withheld <> target
     )
     update payments set withheld = w.target,
       changes = greatest(w.changes, 1) + case when w.withheld <> w.target then 1 else 0 end
     from wanted w where payments.id = w.id and (w.changes = 0 or w.withheld <> w.target)`,
    [id],
  );
}

type PaymentRow = {
  account_id: string | null;
  credits: number | null;
  price_cents: number | null;
  currency: string | null;
  withheld: number;
  paid: boolean;
  disputed: boolean;
  no_account: boolean;
  /** Credits that were to be taken back and had been spent. */
  shortfall: number;
};

async function readPayment(id: string): Promise<PaymentRow | null> {
  const [row] = await query<PaymentRow>(
    `select account_id, credits, price_cents, currency, withheld, paid_at is not null as paid,
       dispute is not null as disputed,
       exists (select from payment_changes c where c.payment_id = p.id and c.state = 'noAccount') as no_account,
       (select coalesce(sum(c.delta - c.amount), 0)::bigint from payment_changes c
        where c.payment_id = p.id and c.state = 'done') as shortfall
     from payments p where id = $1`,
    [id],
  );
  return row ?? null;
}

/** Whoever enters it, the amount is the same: the changes before it have been entered. */
async function enterChange(paymentId: string, n: number, amount: number): Promise<void> {
  const payment = await readPayment(paymentId);
  if (!payment?.account_id) return;
  const accountId = payment.account_id;
  const changed = await changeCredits({
    accountId,
    kind: n === 1 ? "purchase" : amount < 0 ? "refund" : "adjustment",
    // What could not be taken back is not given back either.
    amount: amount > 0 ? Math.max(0, amount - payment.shortfall) : amount,
    reason: reasonOf(payment, n, amount),
    idempotencyKey: n === 1 ? `stripe:${paymentId}` : `stripe:${paymentId}:${n}`,
  });
  await query(
    "update payment_changes set state = $3, delta = $4 where payment_id = $1 and n = $2 and state = 'due'",
    [paymentId, n, changed ? "done" : "noAccount", changed?.delta ?? 0],
  );
  if (n === 1 && changed && !changed.duplicate) await mailReceipt(paymentId, payment, changed.balance);
}

function reasonOf({ disputed, credits }: PaymentRow, n: number, amount: number): string {
  if (n === 1) return `${creditsText(credits ?? 0)} bought`;
  if (amount > 0) return "Given back after a dispute";
  return disputed ? "Taken back: the payment is disputed" : "Taken back: the payment was refunded";
}

async function standingOf(paymentId: string): Promise<Settled> {
  const payment = await readPayment(paymentId);
  const told = { paymentId, accountId: payment?.account_id ?? null };
  if (!payment?.paid) {
    return { ...told, outcome: "waiting", detail: "Noted. That the payment was made has not been told yet." };
  }
  if (payment.no_account) {
    const detail = "No such account (any more): nothing was entered. Refund the payment in Stripe.";
    return { ...told, outcome: "unknownAccount", detail };
  }
  const words = [`${creditsText(payment.credits ?? 0)} bought`];
  if (payment.withheld > 0) words.push(`${creditsText(payment.withheld)} to be taken back`);
  if (payment.shortfall > 0) words.push(`${creditsText(payment.shortfall)} of them were already spent`);
  return { ...told, outcome: "applied", detail: `${words.join("; ")}.` };
}

async function mailReceipt(paymentId: string, payment: PaymentRow, balance: number): Promise<void> {
  if (!payment.account_id) return;
  const credits = creditsText(payment.credits ?? 0);
  await mailOwner(payment.account_id, {
    kind: "payments",
    subject: `Receipt: ${credits}`,
    text: [
      `Thank you. You bought ${credits} for ${priceText(payment.price_cents ?? 0, payment.currency ?? "usd")}.`,
      "",
      `Payment: ${paymentId}`,
      `Date: ${new Date().toISOString().slice(0, 10)}`,
      `Balance: ${creditsText(balance)}`,
      "",
      `Your statement: ${env.appUrl}/credits`,
    ].join("\n"),
  });
}
