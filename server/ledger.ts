/**
 * Credits: hold, then capture or release, each one statement, with PostgreSQL as the only truth. A hold
 * debits the account and checks the credential again; capture settles it together with the receipt;
 * release gives it back; what a crash leaves held expires and is released by the reaper. A balance is
 * always the sum of its entries and never negative.
 */
import { query } from "#db/client.ts";
import { newId } from "./ids.ts";
import { log } from "./log.ts";
import { holdSeconds, type OperationId } from "./operations.ts";
import { type Principal, usableCredential } from "./principal.ts";

export type Hold = { readonly id: string; readonly amount: number; readonly balanceAfter: number };

export type HoldResult =
  | { readonly outcome: "held"; readonly hold: Hold }
  | { readonly outcome: "insufficient"; readonly available: number }
  /** The credential, its role or its scopes changed since it was identified. */
  | { readonly outcome: "credentialChanged" };

/**
 * Takes `amount` credits for a call. The account row is locked before its balance is read, so `available`
 * is never stale; rights other than those the caller was authorized with hold nothing.
 */
export async function holdCredits(
  principal: Principal,
  operation: OperationId,
  amount: number,
): Promise<HoldResult> {
  const id = newId("hold");
  const [row] = await query<{ available: number; balance_after: number | null }>(
    `with usable as materialized (${usableCredential}),
     credential as (
       select account_id from usable
       where role is not distinct from $7::text and permissions is not distinct from $8::text
     ), acc as materialized (
       select a.id, a.balance from credit_accounts a
       where a.id = (select account_id from credential) for update
     ), debited as (
       update credit_accounts a set balance = a.balance - $3::bigint, seq = a.seq + 1
       from acc where a.id = acc.id and acc.balance >= $3::bigint
       returning a.id, a.balance, a.seq
     ), held as (
       insert into holds (id, account_id, operation, credential_id, amount, state, expires_at)
       select $4::text, id, $5::text, $2::text, $3::bigint, 'held', now() + make_interval(secs => $6::int) from debited
     ), entered as (
       insert into entries (account_id, seq, kind, delta, balance_after, reason, hold_id)
       select id, seq, 'charge', -$3::bigint, balance, $5::text, $4::text from debited
     )
     select acc.balance as available, debited.balance as balance_after from acc left join debited on true`,
    [
      principal.kind,
      principal.credentialId,
      amount,
      id,
      operation,
      holdSeconds,
      principal.rights.role,
      principal.rights.permissions,
    ],
  );
  if (!row) return { outcome: "credentialChanged" };
  if (row.balance_after === null) return { outcome: "insufficient", available: row.available };
  return { outcome: "held", hold: { id, amount, balanceAfter: row.balance_after } };
}

export type ReceiptHit = {
  readonly documentId: string;
  readonly chunkId: string;
  readonly rank: number;
  readonly score: number;
};

export type Receipt = {
  readonly id: string;
  readonly query: string | null;
  readonly hits: readonly ReceiptHit[];
  readonly durationMs: number;
};

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
): Promise<number | null> {
  const rest = hold.amount - captured;
  const [row] = await query<{ settled: boolean; balance: number | null }>(
    `with settled as (
       update holds set state = 'captured', captured = $2::bigint where id = $1 and state = 'held'
       returning account_id
     ), given_back as (
       update credit_accounts a set balance = a.balance + $3::bigint, seq = a.seq + 1
       from settled where a.id = settled.account_id and $3::bigint > 0
       returning a.id, a.balance, a.seq
     ), refunded as (
       insert into entries (account_id, seq, kind, delta, balance_after, reason, hold_id)
       select id, seq, 'refund', $3::bigint, balance, $4::text, $1 from given_back
     ), written as (
       insert into receipts (id, account_id, credential_kind, credential_id, operation, query, hits, credits_charged, duration_ms)
       select $5::text, account_id, $6::text, $7::text, $4::text, $8::text, $9::text::jsonb, $2::bigint, $10::int from settled
     )
     select exists (select from settled) as settled, (select balance from given_back) as balance`,
    [
      hold.id,
      captured,
      rest,
      operation,
      receipt.id,
      principal.kind,
      principal.credentialId,
      receipt.query,
      JSON.stringify(receipt.hits),
      receipt.durationMs,
    ],
  );
  if (!row?.settled) return null;
  return row.balance ?? hold.balanceAfter;
}

/** Gives a hold back whole. Answers the balance, or null when it was settled already. */
export async function releaseHold(
  holdId: string,
  state: "released" | "expired" = "released",
): Promise<number | null> {
  const [row] = await query<{ balance: number }>(
    `with settled as (
       update holds set state = $2 where id = $1 and state = 'held' returning account_id, amount, operation
     ), given_back as (
       update credit_accounts a set balance = a.balance + s.amount, seq = a.seq + 1
       from settled s where a.id = s.account_id
       returning a.id, a.balance, a.seq, s.amount, s.operation
     ), refunded as (
       insert into entries (account_id, seq, kind, delta, balance_after, reason, hold_id)
       select id, seq, 'refund', amount, balance, operation, $1 from given_back
     )
     select balance from given_back`,
    [holdId, state],
  );
  return row?.balance ?? null;
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

export type GrantInput = {
  readonly accountId: string;
  /** Whole credits, more than 0. */
  readonly amount: number;
  readonly kind: "grant" | "purchase" | "adjustment";
  readonly reason: string;
};

/** Adds credits. Answers the balance, or null when there is no such account. */
export async function addCredits(input: GrantInput): Promise<number | null> {
  const [row] = await query<{ balance: number }>(
    `with credited as (
       update credit_accounts set balance = balance + $2::bigint, seq = seq + 1 where id = $1
       returning id, balance, seq
     ), entered as (
       insert into entries (account_id, seq, kind, delta, balance_after, reason)
       select id, seq, $3::text, $2::bigint, balance, $4::text from credited
     )
     select balance from credited`,
    [input.accountId, input.amount, input.kind, input.reason],
  );
  return row?.balance ?? null;
}
