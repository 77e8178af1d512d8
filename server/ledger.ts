/**
 * Credits: hold, then capture or release, each one statement, with PostgreSQL as the only truth. A hold
 * debits the account and the credential's budgets, and checks the credential again; capture settles it
 * together with the receipt; release gives it back; what a crash leaves held expires and is released by
 * the reaper. A balance is always the sum of its entries and never negative; entries are chained by hash.
 */
import { query, queryWithin, type Transaction } from "#db/client.ts";
import { newId } from "./ids.ts";
import { log } from "./log.ts";
import { holdSeconds, longestHoldSeconds, type OperationId } from "./operations.ts";
import { type Principal, usableCredential } from "./principal.ts";
import { intoReceipts, keptQuery, type Receipt, type ReceiptHit } from "./receipt.ts";

export type BudgetPeriod = "day" | "month" | "total";

export type Hold = {
  readonly id: string;
  readonly amount: number;
  readonly balanceAfter: number;
  /** Least that a budget of the credential has left; null without budgets. */
  readonly budgetLeft: number | null;
};

export type HoldResult =
  | { readonly outcome: "held"; readonly hold: Hold }
  | { readonly outcome: "insufficient"; readonly available: number }
  | { readonly outcome: "overBudget"; readonly available: number; readonly period: BudgetPeriod }
  /** Credits of the account expire now: enter that, then hold again. */
  | { readonly outcome: "expiryDue" }
  /** The credential, its rights or its limits changed since it was identified. */
  | { readonly outcome: "credentialChanged" };

type HoldRow = {
  available: number;
  expiry_due: boolean;
  balance_after: number | null;
  budget_left: number | null;
  budget_period: BudgetPeriod | null;
};

/**
 * A hold need not be on disk when it is answered: the capture that follows it in the log is, and makes its
 * hold durable with it; a hold that a crash takes along was released. Selected, or it would not be run.
 */
const commitLater = "set_config('synchronous_commit', 'off', true)";

/**
 * CTEs that debit an account and the budgets of a credential, and enter it. Parameters: $2 credential,
 * $3 amount, $4 hold id, $5 operation, $6 seconds that the hold lives. What is written is computed from
 * the locked row: an update first tries what the statement's snapshot saw, and the constraint on the
 * balance would refuse that though credits came in since.
 */
function takeCredits(account: string, state: "held" | "captured"): string {
  return `acc as materialized (
      select a.id, a.balance, a.seq, a.head, coalesce(a.next_expiry_at <= now(), false) as expiry_due
      from credit_accounts a where a.id = ${account} for update
    ), budget as materialized (
      select b.period,
        b.amount - case when b.period_start < budget_period_start(b.period) then 0 else b.used end as remains
      from budgets b where b.credential_id = $2 and exists (select from acc) for update
    ), least as (
      select period, remains from budget order by remains, period limit 1
    ), debited as (
      update credit_accounts a set balance = acc.balance - $3::bigint, seq = acc.seq + 1,
        head = entry_hash(acc.head, a.id, acc.seq + 1, 'charge', -$3::bigint, acc.balance - $3::bigint, $5::text, $4::text, null, now())
      from acc where a.id = acc.id and acc.balance >= $3::bigint and not acc.expiry_due
        and not exists (select from least where remains < $3::bigint)
      returning a.id, a.balance, a.seq, a.head
    ), spent as (
      update budgets b set
        used = case when b.period_start < budget_period_start(b.period) then 0 else b.used end + $3::bigint,
        period_start = greatest(b.period_start, budget_period_start(b.period))
      where b.credential_id = $2 and exists (select from debited)
    ), held as (
      insert into holds (id, account_id, operation, credential_id, amount, captured, state, expires_at)
      select $4::text, id, $5::text, $2::text, $3::bigint, ${state === "held" ? "0" : "$3::bigint"}, '${state}',
        now() + make_interval(secs => $6::int) from debited
    ), entered as (
      insert into entries (account_id, seq, kind, delta, balance_after, reason, hold_id, hash)
      select id, seq, 'charge', -$3::bigint, balance, $5::text, $4::text, head from debited
    )
    select acc.balance as available, acc.expiry_due, debited.balance as balance_after,
      least.remains as budget_left, least.period as budget_period${state === "held" ? `, ${commitLater}` : ""}
    from acc left join debited on true left join least on true`;
}

/**
 * Takes `amount` credits for a call. The account row is locked before its balance is read, so `available`
 * is never stale; the budgets' rows after it, in the same order as everywhere.
 */
export async function holdCredits(
  principal: Principal,
  operation: OperationId,
  amount: number,
): Promise<HoldResult> {
  const id = newId("hold");
  const [row] = await query<HoldRow>(
    `with usable as materialized (${usableCredential}),
     credential as (
       select account_id from usable
       where role is not distinct from $7::text and permissions is not distinct from $8::text
         and overrides is not distinct from $9::text and access is not distinct from $10::text
     ), ${takeCredits("(select account_id from credential)", "held")}`,
    [
      principal.kind,
      principal.credentialId,
      amount,
      id,
      operation,
      holdSeconds,
      principal.rights.role,
      principal.rights.permissions,
      principal.rights.overrides,
      principal.rights.access,
    ],
  );
  return outcomeOf(row, id, amount);
}

function outcomeOf(row: HoldRow | undefined, id: string, amount: number): HoldResult {
  if (!row) return { outcome: "credentialChanged" };
  const { available, balance_after, budget_left, budget_period } = row;
  if (balance_after !== null) {
    const budgetLeft = budget_left === null ? null : budget_left - amount;
    return { outcome: "held", hold: { id, amount, balanceAfter: balance_after, budgetLeft } };
  }
  if (row.expiry_due) return { outcome: "expiryDue" };
  if (available < amount || budget_left === null || budget_period === null) {
    return { outcome: "insufficient", available };
  }
  return { outcome: "overBudget", available: budget_left, period: budget_period };
}

export type WorkCharge = {
  readonly accountId: string;
  /** Who asked for the work, and whose budgets it counts against. */
  readonly credential: { readonly kind: string; readonly id: string };
  readonly operation: string;
  readonly amount: number;
  /** null: no document. */
  readonly read: ReceiptHit | null;
};

/**
 * Charges for work in the transaction that makes its result visible, so that both happen or neither, with
 * the receipt. Last in its transaction, since it locks the account until the end of it.
 */
export async function chargeWork(tx: Transaction, work: WorkCharge): Promise<HoldResult> {
  const id = newId("hold");
  const { accountId, credential, operation, amount, read } = work;
  const taken = [accountId, credential.id, amount, id, operation, 0];
  const [row] = await queryWithin<HoldRow>(tx, `with ${takeCredits("$1", "captured")}`, taken);
  const result = outcomeOf(row, id, amount);
  if (result.outcome !== "held") return result;
  await queryWithin(
    tx,
    `${intoReceipts} values ($1, $2, $3, $4, $5, null, $6::text::jsonb, '[]', 'answered', $7, 0)`,
    [
      newId("rcpt"),
      accountId,
      credential.kind,
      credential.id,
      operation,
      JSON.stringify(read ? [read] : []),
      amount,
    ],
  );
  return result;
}

/**
 * Gives `settled.rest` of a settled hold back to its account and to the budgets of the period it was taken
 * in, as a refund. Expects a CTE `settled (id, account_id, credential_id, operation, rest, created_at)`.
 */
const giveBack = `given_back as (
    update credit_accounts a set balance = a.balance + s.rest, seq = a.seq + 1,
      head = entry_hash(a.head, a.id, a.seq + 1, 'refund', s.rest, a.balance + s.rest, s.operation, s.id, null, now())
    from settled s where a.id = s.account_id and s.rest > 0
    returning a.id, a.balance, a.seq, a.head, s.rest, s.operation, s.id as hold_id, s.credential_id, s.created_at
  ), refunded as (
    insert into entries (account_id, seq, kind, delta, balance_after, reason, hold_id, hash)
    select id, seq, 'refund', rest, balance, operation, hold_id, head from given_back
  ), unspent as (
    update budgets b set used = greatest(0, b.used - g.rest)
    from given_back g where b.credential_id = g.credential_id and b.period_start <= g.created_at
      and b.period_start >= budget_period_start(b.period)
  )`;

/** The claim of an Idempotency-Key that the capture completes in the same statement. */
export type Completion = { readonly key: string; readonly claim: string; readonly answer: string };

/**
 * Settles a hold for `captured` credits (at most what is held; the rest goes back) and writes the receipt
 * in the same statement. Answers the balance, or null when the hold had expired: then nothing was charged
 * and the answer must not be given.
 */
export async function captureHold(
  hold: Hold,
  captured: number,
  principal: Principal,
  operation: OperationId,
  receipt: Receipt,
  completion: Completion | null = null,
): Promise<number | null> {
  const [row] = await query<{ settled: boolean; balance: number | null }>(
    `with settled as (
       update holds set state = 'captured', captured = $2::bigint
       where id = $1 and state = 'held' and expires_at > now()
       returning id, account_id, credential_id, operation, amount - captured as rest, created_at
     ), ${giveBack}, written as (
       ${intoReceipts}
       select $3::text, account_id, $4::text, $5::text, $6::text, ${keptQuery("settled.account_id", "$7")}, $8::text::jsonb,
         $13::text::jsonb, 'answered', $2::bigint, $9::int from settled
     ), completed as (
       update idempotency_keys k set state = 'done', answer = $12::text
       from settled where k.account_id = settled.account_id and k.key = $10::text and k.claim = $11::text
     )
     select exists (select from settled) as settled, (select balance from given_back) as balance`,
    [
      hold.id,
      captured,
      receipt.id,
      principal.kind,
      principal.credentialId,
      operation,
      receipt.query,
      JSON.stringify(receipt.hits),
      receipt.durationMs,
      completion?.key ?? null,
      completion?.claim ?? null,
      completion?.answer ?? null,
      JSON.stringify(receipt.endpoints),
    ],
  );
  if (!row?.settled) return null;
  return row.balance ?? hold.balanceAfter;
}

/**
 * Lets a hold live `seconds` from now, but no longer than `longestHoldSeconds` after it was taken. Answers
 * for how many seconds it lives now, or null when it is no longer held: then it cannot be captured.
 */
export async function extendHold(holdId: string, seconds: number): Promise<number | null> {
  const [row] = await query<{ left: number }>(
    `update holds set expires_at = least(now() + make_interval(secs => $2::int), created_at + make_interval(secs => $3::int))
     where id = $1 and state = 'held' and expires_at > now()
     returning extract(epoch from expires_at - now())::float8 as left`,
    [holdId, seconds, longestHoldSeconds],
  );
  return row?.left ?? null;
}

/** Whether a capture was carried out whose answer was lost with its connection. */
export async function isCharged(receiptId: string): Promise<boolean> {
  return (await query("select from receipts where id = $1", [receiptId])).length > 0;
}

/** Gives a hold back whole. Answers the balance, or null when it was settled already. */
export async function releaseHold(
  holdId: string,
  state: "released" | "expired" = "released",
): Promise<number | null> {
  const [row] = await query<{ balance: number }>(
    `with ${released("$2::text")}, ${giveBack} select balance from given_back`,
    [holdId, state],
  );
  return row?.balance ?? null;
}

/** Gives the hold of a search that found nothing back, with a receipt of what was asked. */
export async function releaseEmpty(
  holdId: string,
  credentialKind: string,
  receipt: Receipt,
): Promise<number | null> {
  const [row] = await query<{ balance: number }>(
    `with ${released("'released'")}, ${giveBack}, written as (
       ${intoReceipts}
       select $2::text, account_id, $3::text, credential_id, operation, ${keptQuery("settled.account_id", "$4")}, '[]',
         $6::text::jsonb, 'empty', 0, $5::int from settled
     )
     select balance from given_back`,
    [
      holdId,
      receipt.id,
      credentialKind,
      receipt.query,
      receipt.durationMs,
      JSON.stringify(receipt.endpoints),
    ],
  );
  return row?.balance ?? null;
}

/** The CTE that `giveBack` expects, for a hold ($1) of which nothing is captured. */
function released(state: string): string {
  return `settled as (
    update holds set state = ${state} where id = $1 and state = 'held'
    returning id, account_id, credential_id, operation, amount as rest, created_at
  )`;
}

/** Releases expired holds; several processes may do so at once. Answers how many. */
export async function reapHolds(): Promise<number> {
  const expired = await query<{ id: string }>(
    "select id from holds where state = 'held' and expires_at < now() order by expires_at limit 500",
  );
  let reaped = 0;
  for (const { id } of expired) if ((await releaseHold(id, "expired")) !== null) reaped++;
  if (reaped > 0) log.warn({ reaped }, "holds expired and were released");
  return reaped;
}
