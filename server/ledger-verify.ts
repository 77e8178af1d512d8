/**
 * The ledger's proof: every invariant as one SQL statement over all rows, so that each is judged on one
 * snapshot while calls go on, and the hash chain computed anew. Finds rows that were changed, added or
 * removed by other means than the ledger's own statements; a history rewritten whole, hashes and head
 * included, cannot be told from a true one.
 */
import { query } from "#db/client.ts";

type Fault = {
  /** Which invariant. */
  readonly check: string;
  /** The row: account and entry, hold, budget, … */
  readonly place: string;
  readonly detail: string;
};

export type Verification = {
  readonly faults: readonly Fault[];
  /** True when a check found more than it tells. */
  readonly more: boolean;
  readonly counted: {
    readonly accounts: number;
    readonly entries: number;
    readonly holds: number;
    readonly receipts: number;
    readonly credits: number;
    readonly held: number;
  };
};

const toldPerCheck = 100;

/** The reaper comes every few seconds, what expires is entered every minute. */
const graceSeconds = 180;

/**
 * Each selects `place` and `detail` of the rows that are wrong. One snapshot a check: it must not compare
 * what two statements read.
 */
const checks: Readonly<Record<string, string>> = {
  chain: `
    with e as (
      select *, lag(hash, 1, '') over w as hash_before, lag(balance_after, 1, 0::bigint) over w as balance_before,
        lag(seq, 1, 0::bigint) over w as seq_before
      from entries window w as (partition by account_id order by seq)
    ), judged as (
      select account_id, seq, concat_ws('; ',
        case when seq <> seq_before + 1 then 'entries are missing after ' || seq_before end,
        case when balance_after <> balance_before + delta
          then 'balance_after is ' || balance_after || ', not ' || (balance_before + delta) end,
        case when hash <> entry_hash(hash_before, account_id, seq, kind, delta, balance_after, reason, hold_id, expires_at, created_at)
          then 'its hash is not that of this row after the one before' end) as detail
      from e
    )
    select 'account ' || account_id || ', entry ' || seq as place, detail from judged where detail <> ''`,
  account: `
    with t as (
      select account_id, sum(delta) as total, count(*) as n, max(seq) as last from entries group by account_id
    ), judged as (
      select a.id, concat_ws('; ',
        case when a.balance <> coalesce(t.total, 0)
          then 'balance is ' || a.balance || ', the sum of its entries ' || coalesce(t.total, 0) end,
        case when a.balance <> coalesce(l.balance_after, 0)
          then 'balance is ' || a.balance || ', after the last entry ' || coalesce(l.balance_after, 0) end,
        case when a.seq <> coalesce(t.n, 0) or a.seq <> coalesce(t.last, 0)
          then 'seq is ' || a.seq || ', of ' || coalesce(t.n, 0) || ' entries the last is ' || coalesce(t.last, 0) end,
        case when a.head <> coalesce(l.hash, '') then 'head is not the hash of the last entry' end) as detail
      from credit_accounts a left join t on t.account_id = a.id
        left join entries l on l.account_id = a.id and l.seq = t.last
    )
    select 'account ' || id as place, detail from judged where detail <> ''`,
  kind: `
    select 'account ' || account_id || ', entry ' || seq as place,
      'a ' || kind || ' of ' || delta || coalesce(' for hold ' || hold_id, ' without a hold') as detail
    from entries
    where (kind = 'charge' and (delta > 0 or hold_id is null)) or (kind = 'expiry' and delta > 0)
      or (kind = 'refund' and hold_id is not null and delta < 0)
      or (kind in ('grant', 'purchase') and delta < 0)`,
  hold: `
    with e as (
      select account_id, hold_id, sum(delta) as total from entries where hold_id is not null group by account_id, hold_id
    ), judged as (
      select coalesce(h.id, e.hold_id) as id, coalesce(h.account_id, e.account_id) as account_id, concat_ws('; ',
        case when h.id is null then 'entries name a hold that is not there' end,
        case when h.state <> 'captured' and h.captured <> 0 then h.state || ' with ' || h.captured || ' captured' end,
        case when -coalesce(e.total, 0) <> case h.state when 'held' then h.amount when 'captured' then h.captured else 0 end
          then h.state || ' with ' || h.captured || ' of ' || h.amount || ' captured, but its entries sum to ' || coalesce(e.total, 0)
        end) as detail
      from holds h full join e on e.hold_id = h.id and e.account_id = h.account_id
    )
    select 'account ' || account_id || ', hold ' || id as place, detail from judged where detail <> ''`,
  // Receipts are kept for a time; those of an account whose owner sets it, from the oldest that is left. A
  // capture is later than its hold, so a receipt within that time may have a hold from before it.
  receipt: `
    with kept as (
      select a.id as account_id, case when s.account_id is null then now() - interval '400 days' else coalesce(
          greatest(now() - make_interval(days => s.keep_days), (select min(created_at) from receipts r where r.account_id = a.id)),
          now()) end as since
      from credit_accounts a left join receipt_settings s on s.account_id = a.id where a.closed_at is null
    ), h as (
      select account_id, credential_id, operation, captured as credits, count(*) as n,
        count(*) filter (where created_at >= since) as recent
      from holds join kept using (account_id) where state = 'captured' and captured > 0 group by 1, 2, 3, 4
    ), r as (
      select account_id, credential_id, operation, credits_charged as credits, count(*) as n
      from receipts join kept using (account_id) where credits_charged > 0 and created_at >= since group by 1, 2, 3, 4
    )
    select 'account ' || account_id || ', credential ' || credential_id as place,
      coalesce(h.n, 0) || ' captures and ' || coalesce(r.n, 0) || ' receipts of ' || credits || ' for ' || operation as detail
    from h full join r using (account_id, credential_id, operation, credits)
    where coalesce(r.n, 0) not between coalesce(h.recent, 0) and coalesce(h.n, 0)`,
  // A hold that waited for its account while the period turned counts in the new one though it began in the
  // old: such are allowed for, and none may be missing.
  budget: `
    with spent as (
      select b.credential_id, b.period, b.used,
        coalesce(sum(s.amount) filter (where h.created_at >= b.period_start), 0) as least,
        coalesce(sum(h.amount) filter (where h.created_at < b.period_start), 0) as waited
      from budgets b left join holds h on h.credential_id = b.credential_id
          and h.created_at >= b.period_start - interval '1 minute'
        left join lateral (
          select case h.state when 'held' then h.amount when 'captured' then h.captured else 0 end as amount
        ) s on true
      where b.period_start >= budget_period_start(b.period)
      group by b.credential_id, b.period, b.used
    )
    select 'credential ' || credential_id || ', budget a ' || period as place,
      'used is ' || used || ', its holds sum to ' || least as detail
    from spent where used not between least and least + waited`,
  idempotency: `
    select 'account ' || account_id || ', key ' || left(key, 40) as place,
      state || case when answer is null then ' without an answer' else ' with an answer' end as detail
    from idempotency_keys where (state = 'done') <> (answer is not null)`,
};

/** What only a running server keeps: it releases what expired. */
const servedChecks: Readonly<Record<string, string>> = {
  overdue: `
    select 'account ' || account_id || ', hold ' || id as place,
      amount || ' credits still held, expired at ' || expires_at as detail
    from holds where state = 'held' and expires_at < now() - make_interval(secs => ${graceSeconds})
    union all
    select 'account ' || id, 'credits that expired at ' || next_expiry_at || ' are not entered'
    from credit_accounts where next_expiry_at < now() - make_interval(secs => ${graceSeconds})`,
};

/** @param served false where no server runs that could release what expired: such holds are no fault then */
export async function verifyLedger({ served = true } = {}): Promise<Verification> {
  const faults: Fault[] = [];
  let more = false;
  for (const [check, statement] of Object.entries(served ? { ...checks, ...servedChecks } : checks)) {
    const rows = await query<{ place: string; detail: string }>(
      `select place, detail from (${statement}) as wrong order by place limit ${toldPerCheck + 1}`,
    );
    more ||= rows.length > toldPerCheck;
    faults.push(...rows.slice(0, toldPerCheck).map(({ place, detail }) => ({ check, place, detail })));
  }
  return { faults, more, counted: await count() };
}

async function count(): Promise<Verification["counted"]> {
  const [counted] = await query<Verification["counted"]>(
    `select (select count(*) from credit_accounts)::float8 as accounts, (select count(*) from entries)::float8 as entries,
       (select count(*) from holds)::float8 as holds, (select count(*) from receipts)::float8 as receipts,
       (select coalesce(sum(balance), 0) from credit_accounts)::float8 as credits,
       (select coalesce(sum(amount), 0) from holds where state = 'held')::float8 as held`,
  );
  if (!counted) throw new Error("The ledger could not be counted.");
  return counted;
}
