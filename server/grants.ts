/**
 * Credits given, taken back and expiring: everything that changes a balance but a call. Each change is one
 * entry, made once for its idempotency key however often it is asked for. What expires first is spent
 * first; what is left of it then becomes an expiry entry.
 */
import { eq, sql } from "drizzle-orm";
import { database, query, queryWithin, type Transaction } from "#db/client.ts";
import { creditAccounts } from "#db/schema/ledger.ts";
import { expiredLots, type StatementEntry } from "./lots.ts";
import { holdSeconds } from "./operations.ts";

export type Change = {
  readonly accountId: string;
  readonly kind: "grant" | "purchase" | "refund" | "expiry" | "adjustment";
  /** Whole credits. Negative takes away, at most what is there. */
  readonly amount: number;
  /** Words for the account's owner. */
  readonly reason: string;
  readonly idempotencyKey?: string;
  /** Only of credits given. */
  readonly expiresAt?: Date;
};

export type Changed = {
  readonly balance: number;
  /** What was entered: less than asked for when taking away more than there was. */
  readonly delta: number;
  /** The same idempotency key came before: nothing was entered now. */
  readonly duplicate: boolean;
};

/** Null when there is no such account. */
export async function changeCredits(change: Change): Promise<Changed | null> {
  try {
    return await enter(change);
  } catch (error) {
    // Two with one key at once: the later one could not see the entry it ran into, and now it can.
    if (!isDuplicate(error)) throw error;
    return enter(change);
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}

/** As `changeCredits`, with what causes it in one transaction. */
export function changeCreditsWithin(tx: Transaction, change: Change): Promise<Changed | null> {
  return enter(change, tx);
}

async function enter(change: Change, tx?: Transaction): Promise<Changed | null> {
  const { accountId, kind, amount, reason, idempotencyKey = null, expiresAt = null } = change;
  const run = <Row>(text: string, values: readonly unknown[]) =>
    tx ? queryWithin<Row>(tx, text, values) : query<Row>(text, values);
  const [row] = await run<Changed>(
    `with acc as materialized (
       select id, balance, seq, head from credit_accounts where id = $1 and closed_at is null for update
     ), before as materialized (
       select e.delta from entries e, acc where e.account_id = acc.id and e.idempotency_key = $5::text
     ), wanted as (
       select acc.*, greatest($3::bigint, -balance) as delta from acc where not exists (select from before)
     ), changed as (
       update credit_accounts a set balance = w.balance + w.delta, seq = w.seq + 1,
         head = entry_hash(w.head, a.id, w.seq + 1, $2::text, w.delta, w.balance + w.delta, $4::text, null, $6::timestamptz, now()),
         next_expiry_at = least(a.next_expiry_at, $6::timestamptz)
       from wanted w where a.id = w.id and (w.delta <> 0 or $5::text is not null)
       returning a.id, a.balance, a.seq, a.head, w.delta
     ), entered as (
       insert into entries (account_id, seq, kind, delta, balance_after, reason, idempotency_key, expires_at, hash)
       select id, seq, $2::text, delta, balance, $4::text, $5::text, $6::timestamptz, head from changed
     )
     select coalesce(changed.balance, acc.balance) as balance,
       coalesce(changed.delta, before.delta, 0) as delta, before.delta is not null as duplicate
     from acc left join changed on true left join before on true`,
    [accountId, kind, amount, reason, idempotencyKey, expiresAt?.toISOString() ?? null],
  );
  return row ?? null;
}

/**
 * Of a statement what its expired lots depend on: nothing before the first lot that expires, and no charge
 * of which nothing came back. That is a small part of what a busy account has.
 */
const readStatement = `
  select seq, delta, balance_after, hold_id, expires_at from entries
  where account_id = $1
    and seq >= (select min(seq) from entries where account_id = $1 and expires_at is not null)
    and (hold_id is null or hold_id in
      (select hold_id from entries where account_id = $1 and delta > 0 and hold_id is not null))
  order by seq`;

type StatementRow = {
  seq: string | number;
  delta: string | number;
  balance_after: string | number;
  hold_id: string | null;
  expires_at: string | Date | null;
};

async function statementOf(tx: Transaction, accountId: string): Promise<StatementEntry[]> {
  const rows = await queryWithin<StatementRow>(tx, readStatement, [accountId]);
  return rows.map(({ seq, delta, balance_after, hold_id, expires_at }) => ({
    seq: Number(seq),
    delta: Number(delta),
    balanceAfter: Number(balance_after),
    holdId: hold_id,
    expiresAt: expires_at === null ? null : new Date(expires_at),
  }));
}

/**
 * Enters what has expired of an account's credits, in one transaction under the account's lock. While a
 * hold is open it looks again soon, since a release may give back credits that have expired.
 */
export async function expireCredits(accountId: string): Promise<void> {
  const db = await database();
  await db.transaction(async (tx) => {
    const mine = eq(creditAccounts.id, accountId);
    const [account] = await tx
      .select({ balance: creditAccounts.balance })
      .from(creditAccounts)
      .where(mine)
      .for("update");
    if (!account) return;
    const { lots, nextExpiryAt } = expiredLots(await statementOf(tx, accountId), account.balance, new Date());
    for (const { seq, remaining } of lots) {
      const reason = `Credits of entry ${seq} expired`;
      await tx
        .update(creditAccounts)
        .set({
          balance: sql`balance - ${remaining}::bigint`,
          seq: sql`seq + 1`,
          head: sql`entry_hash(head, id, seq + 1, 'expiry', -${remaining}::bigint, balance - ${remaining}::bigint, ${reason}, null, null, now())`,
        })
        .where(mine);
      await tx.execute(
        sql`insert into entries (account_id, seq, kind, delta, balance_after, reason, hash)
          select id, seq, 'expiry', -${remaining}::bigint, balance, ${reason}, head from credit_accounts where id = ${accountId}`,
      );
    }
    const openHolds = sql`exists (select from holds where account_id = ${accountId} and state = 'held')`;
    const next = nextExpiryAt?.toISOString() ?? null;
    await tx
      .update(creditAccounts)
      .set({
        nextExpiryAt: sql`case when ${openHolds} then least(${next}::timestamptz, now() + make_interval(secs => ${holdSeconds}::int)) else ${next}::timestamptz end`,
      })
      .where(mine);
  });
}

/** Enters what has expired anywhere. Answers how many accounts were looked at. */
export async function expireDueCredits(): Promise<number> {
  const due = await query<{ id: string }>(
    "select id from credit_accounts where next_expiry_at <= now() order by next_expiry_at limit 200",
  );
  for (const { id } of due) await expireCredits(id);
  return due.length;
}
