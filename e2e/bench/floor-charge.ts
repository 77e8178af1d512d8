/**
 * What a charge costs by hand: the key looked up, the account debited, the entry written, one statement. No
 * hold, no budget, no chain of hashes, no receipt. Money of its own: the product's ledger must still add up.
 */

export const floorTables = [
  `create table floor_accounts as select id, 1000000000::bigint as balance, 0::bigint as seq from credit_accounts`,
  `alter table floor_accounts add primary key (id)`,
  `create table floor_entries (
     account_id text not null, seq bigint not null, delta bigint not null, balance_after bigint not null,
     call text not null, created_at timestamptz not null default now(), primary key (account_id, seq)
   )`,
] as const;

/** $1 the key's hash, $2 credits, $3 the call. No row: no such key, or too little money. */
export const floorCharge = `
  with acc as materialized (
    select a.id, a.balance, a.seq from apikey k join floor_accounts a on a.id = k.reference_id
    where k.key = $1 and k.enabled for update of a
  ), debited as (
    update floor_accounts a set balance = a.balance - $2::bigint, seq = a.seq + 1
    from acc where a.id = acc.id and acc.balance >= $2::bigint returning a.id, a.balance, a.seq
  ), entered as (
    insert into floor_entries (account_id, seq, delta, balance_after, call)
    select id, seq, -$2::bigint, balance, $3::text from debited
  )
  select id, balance from debited`;

/** The floor's path where it charges and searches nothing. */
export const withoutSearch = "/without-search";
