/**
 * What a changed balance sets off: the alert that credits run low, once each time the balance falls below
 * its threshold, and the automatic top-up. A call pays for a comparison with what this process remembers of
 * the account; only a crossing, or a memory older than a minute, asks the database, behind the call's back.
 */
import { LRUCache } from "lru-cache";
import { query } from "#db/client.ts";
import { env } from "#env";
import { log } from "./log.ts";
import { mailOwner } from "./mail.ts";
import { defaultLowThreshold } from "./operations.ts";
import { settleDuePayments } from "./payments.ts";
import { creditsText, paymentsEnabled } from "./stripe.ts";
import { takeOverTopUps, topUp, topUpReady } from "./top-up.ts";

type Watch = {
  readonly threshold: number;
  readonly low: boolean;
  /** Null while none may begin. */
  readonly topUpBelow: number | null;
  readonly readAt: number;
};

const freshMs = 60_000;
const watches = new LRUCache<string, Watch>({ max: 10_000 });
const looking = new Map<string, { again: boolean; done: Promise<void> }>();

/** After a capture, with the balance it left. Returns at once and never throws. */
export function afterBalanceChange(accountId: string, balance: number): void {
  const watch = watches.get(accountId);
  if (watch && Date.now() - watch.readAt < freshMs && !crosses(watch, balance)) return;
  recheckBalance(accountId);
}

/** Where a balance rose or settings changed. Returns at once and never throws. */
export function recheckBalance(accountId: string): void {
  const running = looking.get(accountId);
  if (running) running.again = true;
  else begin(accountId);
}

/** For X-Credits-Low, from memory: the default threshold counts until this process has read another. */
export function isLow(accountId: string, balance: number): boolean {
  return balance < (watches.get(accountId)?.threshold ?? defaultLowThreshold);
}

/** Waits for what balances set off: before the process ends. */
export async function balanceWatchSettled(): Promise<void> {
  while (looking.size > 0) await Promise.all([...looking.values()].map(({ done }) => done));
}

/** Every half minute or so: what a crash or an outage of Stripe left. */
export async function sweepPayments(): Promise<void> {
  await settleDuePayments();
  if (!paymentsEnabled()) return;
  for (const accountId of await takeOverTopUps()) recheckBalance(accountId);
}

function crosses({ threshold, low, topUpBelow }: Watch, balance: number): boolean {
  return balance < threshold !== low || (topUpBelow !== null && balance < topUpBelow);
}

function begin(accountId: string): void {
  const state = { again: false, done: Promise.resolve() };
  const work = async () => {
    do {
      state.again = false;
      await look(accountId);
    } while (state.again);
  };
  state.done = work()
    .catch((error: unknown) => log.warn({ accountId, err: error }, "balance not looked at"))
    .finally(() => {
      looking.delete(accountId);
      // What came between the last look and here.
      if (state.again) begin(accountId);
    });
  looking.set(accountId, state);
}

async function look(accountId: string): Promise<void> {
  const seen = await read(accountId);
  if (!seen) return;
  if (seen.crossed) await mailLow(accountId, seen.balance, seen.threshold);
  if (seen.topUpBelow === null || seen.balance >= seen.topUpBelow || !paymentsEnabled()) return;
  // While it runs no other call needs to ask.
  watches.set(accountId, { ...seen, topUpBelow: null });
  await topUp(accountId);
  await read(accountId);
}

type Seen = Watch & { readonly balance: number; readonly crossed: boolean };

/** One statement: whoever sets `low_since` tells the owner, in whatever process. */
async function read(accountId: string): Promise<Seen | null> {
  const [row] = await query<{ balance: number; threshold: number; crossed: boolean; below: number | null }>(
    `with state as (
       select a.id, a.balance, coalesce(s.low_threshold, $2::bigint) as threshold,
         case when ${topUpReady} then s.top_up_below end as below
       from credit_accounts a left join credit_settings s on s.account_id = a.id where a.id = $1
     ), fell as (
       insert into credit_settings as s (account_id, low_since)
       select id, now() from state where balance < threshold
       on conflict (account_id) do update set low_since = now() where s.low_since is null
       returning s.account_id
     ), rose as (
       update credit_settings s set low_since = null from state
       where s.account_id = state.id and state.balance >= state.threshold and s.low_since is not null
     )
     select balance, threshold, below, exists (select from fell) as crossed from state`,
    [accountId, defaultLowThreshold],
  );
  if (!row) {
    watches.delete(accountId);
    return null;
  }
  const { balance, threshold, below, crossed } = row;
  const watch = { threshold, low: balance < threshold, topUpBelow: below, readAt: Date.now() };
  watches.set(accountId, watch);
  return { ...watch, balance, crossed };
}

function mailLow(accountId: string, balance: number, threshold: number): Promise<void> {
  return mailOwner(accountId, {
    kind: "lowBalance",
    subject: `Your credits run low: ${balance.toLocaleString("en-US")} left`,
    text: [
      `Your balance is ${creditsText(balance)}, below your threshold of ${creditsText(threshold)}.`,
      "Calls that cost more than what is left are refused.",
      "",
      `Add credits or change the threshold: ${env.appUrl}/credits`,
    ].join("\n"),
  });
}
