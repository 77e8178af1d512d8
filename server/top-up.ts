/**
 * Automatic top-ups: a pack bought with the saved payment method when the balance is below a line, at most
 * so often in a month. One runs at a time an account: it is claimed under a lock on the account's settings,
 * and its id is Stripe's idempotency key, so that a process that takes it over after a crash does not charge
 * twice. A failure is told by mail and pauses it until the owner enables it again.
 */
import { sql } from "drizzle-orm";
import type { Stripe } from "stripe";
import { database, query } from "#db/client.ts";
import { env } from "#env";
import { newId } from "./ids.ts";
import { log } from "./log.ts";
import { mailOwner } from "./mail.ts";
import { recordPaid } from "./payments.ts";
import { creditsText, findPack, stripe } from "./stripe.ts";

/** Longer than all tries of one request to Stripe. */
const claimSeconds = 120;
/** Stripe forgets an idempotency key after 24 hours; later the same request could charge again. */
const retryHours = 23;

/** SQL over `credit_settings s`, but for the balance: a top-up may begin. */
export const topUpReady = `s.top_up_enabled and s.top_up_paused_reason is null and s.stripe_customer_id is not null
  and not exists (select from top_ups t where t.account_id = s.account_id and t.state in ('running', 'processing'))
  and (select count(*) from top_ups t where t.account_id = s.account_id and t.state <> 'failed'
    and t.created_at >= budget_period_start('month')) < s.top_up_max_per_month`;

type TopUp = {
  id: string;
  account_id: string;
  pack_id: string;
  credits: number;
  price_cents: number;
  currency: string;
  customer_id: string;
  payment_method_id: string | null;
  stale: boolean;
};

const columns = `id, account_id, pack_id, credits, price_cents, currency, customer_id, payment_method_id,
  created_at < now() - make_interval(hours => ${retryHours}) as stale`;

/** Begins one if it is due, and waits for Stripe's answer. */
export async function topUp(accountId: string): Promise<void> {
  const claimed = await claim(accountId);
  if (claimed) await run(claimed);
}

/** Takes over what a crash or an outage left. Answers whose. */
export async function takeOverTopUps(): Promise<string[]> {
  const left = await query<TopUp>(
    `update top_ups set claimed_until = now() + make_interval(secs => ${claimSeconds})
     where id in (select id from top_ups where state = 'running' and claimed_until < now() limit 20 for update skip locked)
     returning ${columns}`,
  );
  for (const one of left) {
    if (one.stale) await failTopUp(one.id, "Stripe could not be reached for a day.");
    else await run(one);
  }
  return left.map(({ account_id }) => account_id);
}

export async function completeTopUp(id: string): Promise<void> {
  await query("update top_ups set state = 'succeeded', reason = null where id = $1", [id]);
}

/** Only one that is under way. */
export async function failTopUp(id: string, reason: string): Promise<void> {
  const [paused] = await query<{ account_id: string }>(
    `with failed as (
       update top_ups set state = 'failed', reason = $2 where id = $1 and state in ('running', 'processing')
       returning account_id
     )
     update credit_settings s set top_up_paused_reason = $2 from failed where s.account_id = failed.account_id
     returning s.account_id`,
    [id, reason],
  );
  if (paused) await mailPaused(paused.account_id, reason);
}

async function claim(accountId: string): Promise<TopUp | null> {
  const [settings] = await query<{ pack_id: string | null }>(
    "select top_up_pack_id as pack_id from credit_settings where account_id = $1",
    [accountId],
  );
  const pack = findPack(settings?.pack_id ?? null);
  if (!settings || !pack) return null;
  const id = newId("topup");
  const db = await database();
  await db.transaction(async (tx) => {
    // The statement after the lock sees all that whoever held it did: credits entered, a top-up begun.
    await tx.execute(sql`select from credit_settings where account_id = ${accountId} for update`);
    await tx.execute(sql`
      insert into top_ups (id, account_id, pack_id, credits, price_cents, currency, state, customer_id, claimed_until)
      select ${id}, a.id, ${pack.id}, ${pack.credits}::bigint, ${pack.priceCents}::bigint, ${pack.currency}, 'running',
        s.stripe_customer_id, now() + make_interval(secs => ${sql.raw(String(claimSeconds))})
      from credit_settings s join credit_accounts a on a.id = s.account_id
      where s.account_id = ${accountId} and s.top_up_pack_id = ${pack.id} and a.balance < s.top_up_below
        and ${sql.raw(topUpReady)}`);
  });
  const [claimed] = await query<TopUp>(`select ${columns} from top_ups where id = $1`, [id]);
  return claimed ?? null;
}

async function run(one: TopUp): Promise<void> {
  const client = await stripe();
  let intent: Stripe.PaymentIntent;
  try {
    const paymentMethod = one.payment_method_id ?? (await choosePaymentMethod(client, one));
    if (paymentMethod === null) {
      await failTopUp(one.id, "There is no saved payment method.");
      return;
    }
    intent = await client.paymentIntents.create(
      {
        amount: one.price_cents,
        currency: one.currency,
        customer: one.customer_id,
        payment_method: paymentMethod,
        off_session: true,
        confirm: true,
        description: `${creditsText(one.credits)} (automatic top-up)`,
        metadata: {
          accountId: one.account_id,
          packId: one.pack_id,
          credits: String(one.credits),
          topUpId: one.id,
        },
      },
      { idempotencyKey: one.id },
    );
  } catch (error) {
    const reason = finalReason(client, error);
    if (reason !== null) await failTopUp(one.id, reason);
    else log.warn({ topUpId: one.id, error: nameOf(error) }, "top-up will be tried again");
    return;
  }
  if (intent.status === "succeeded") {
    await recordPaid({
      paymentId: intent.id,
      accountId: one.account_id,
      packId: one.pack_id,
      credits: one.credits,
      priceCents: one.price_cents,
      currency: one.currency,
    });
    await completeTopUp(one.id);
  } else if (intent.status === "processing") {
    // Bank debits take days: an event tells how it ended.
    await query("update top_ups set state = 'processing' where id = $1 and state = 'running'", [one.id]);
  } else await failTopUp(one.id, "The payment needs your confirmation.");
}

async function choosePaymentMethod(client: Stripe, one: TopUp): Promise<string | null> {
  const { data } = await client.customers.listPaymentMethods(one.customer_id, { limit: 1 });
  const chosen = data[0]?.id ?? null;
  if (chosen !== null) {
    await query("update top_ups set payment_method_id = $2 where id = $1", [one.id, chosen]);
  }
  return chosen;
}

/** Null where nobody knows whether it was charged, or Stripe was away: it is tried again with the same key. */
function finalReason(client: Stripe, error: unknown): string | null {
  const { errors } = client;
  if (error instanceof errors.StripeCardError) {
    return `The card was declined (${error.decline_code ?? error.code ?? "no reason given"}).`;
  }
  const refused =
    error instanceof errors.StripeInvalidRequestError ||
    error instanceof errors.StripeIdempotencyError ||
    error instanceof errors.StripePermissionError;
  if (refused) log.error({ error: nameOf(error) }, "Stripe refused a top-up");
  return refused ? "Stripe refused the payment." : null;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}

function mailPaused(accountId: string, reason: string): Promise<void> {
  return mailOwner(accountId, {
    kind: "payments",
    subject: "Your automatic top-up is paused",
    text: [
      `Your account was to be topped up, but it failed. ${reason}`,
      "",
      "It will not be tried again by itself. To go on, buy credits with a payment method that works, then",
      "enable the automatic top-up again:",
      `${env.appUrl}/credits`,
    ].join("\n"),
  });
}
