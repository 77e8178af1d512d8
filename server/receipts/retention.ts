/**
 * Removes receipts that are too old, a month's partition at once where it can and otherwise one by one into
 * the sums of usage_days, and the replaced texts that no receipt points into; makes the partitions of this month and the next. Any number of processes may do so.
 */
import { database, query, queryWithin } from "#db/client.ts";
import { firstIdOf } from "../ids.ts";
import { log } from "../log.ts";
import { datasetOf } from "../receipt.ts";
import { longestKeepDays } from "./settings.ts";

const batchSize = 1_000;
/** Making or dropping a partition waits for every writer. Less than the time after which a deadlock is sought, which might end a capture. */
const lockTimeoutMs = 500;
/** A call that read a text before it was replaced has written its receipt by then. */
const versionGrace = "1 hour";

export async function sweepReceipts(): Promise<void> {
  await turnPartitions();
  await deleteOld();
  await deleteUnreadVersions();
}

async function turnPartitions(): Promise<void> {
  for (const months of [0, 1]) {
    // Rows that came before their partition stay in receipts_rest: the partition could not be made beside them.
    await alone(
      `with month as (
         select date_trunc('month', now() at time zone 'UTC') + make_interval(months => ${months}) as first_day
       )
       select add_receipts_partition(first_day at time zone 'UTC') from month
       where not exists (
         select from receipts_rest where created_at >= first_day at time zone 'UTC'
           and created_at < (first_day + interval '1 month') at time zone 'UTC')`,
    );
  }
  const old = await query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'receipts'::regclass and c.relname ~ '^receipts_[0-9]{4}_[0-9]{2}$'
       and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC'
         < now() - make_interval(days => ${longestKeepDays})`,
  );
  for (const { name } of old) {
    await alone(`drop table if exists ${name}`);
    log.info({ partition: name }, "old receipts dropped");
  }
}

/** One process at a time, and not at the price of calls that wait. */
async function alone(statement: string): Promise<void> {
  const db = await database();
  await db.transaction(async (tx) => {
    await queryWithin(tx, `set local lock_timeout = ${lockTimeoutMs}`, []);
    await queryWithin(tx, "select pg_advisory_xact_lock(hashtextextended('receipts', 0))", []);
    await queryWithin(tx, statement, []);
  });
}

async function deleteOld(): Promise<void> {
  const shorter = await query<{ account_id: string; keep_days: number }>(
    "select account_id, keep_days from receipt_settings where keep_days < $1::int",
    [longestKeepDays],
  );
  for (const { account_id, keep_days } of shorter) {
    await deleteBefore(keep_days, "account_id = $3 and id < $4", [account_id, firstIdAfter(keep_days)]);
  }
  await deleteBefore(longestKeepDays, "tableoid = 'receipts_rest'::regclass", []);
}

async function deleteBefore(days: number, where: string, parameters: readonly string[]): Promise<void> {
  for (let deleted = batchSize; deleted === batchSize; ) {
    const gone = await query(
      `with gone as (
         delete from receipts where (id, created_at) in (
           select id, created_at from receipts
           where created_at < now() - make_interval(days => $1::int) and ${where} limit $2::int
         ) returning *
       ), added as (
         insert into usage_days as u (account_id, day, credential_kind, credential_id, operation, dataset_id, calls, empty_calls, credits_charged)
         select account_id, (created_at at time zone 'UTC')::date, credential_kind, credential_id, operation, ${datasetOf("gone")},
           count(*), count(*) filter (where outcome = 'empty'), sum(credits_charged)
         from gone group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
         on conflict (account_id, day, credential_kind, credential_id, operation, dataset_id) do update set
           calls = u.calls + excluded.calls, empty_calls = u.empty_calls + excluded.empty_calls,
           credits_charged = u.credits_charged + excluded.credits_charged
       )
       select id from gone`,
      [days, batchSize, ...parameters],
    );
    deleted = gone.length;
  }
}

/** Ids begin with the time they were made, about that of their row: so the index finds the old ones. */
function firstIdAfter(days: number): string {
  return firstIdOf("rcpt", Date.now() - days * 24 * 3600 * 1000 + 60_000);
}

async function deleteUnreadVersions(): Promise<void> {
  await query(
    `with due as materialized (
       select document_id, version from document_versions
       where created_at < now() - interval '${versionGrace}'
     ), needed as materialized (
       select distinct h."documentId" as document_id, h.version
       from receipts cross join lateral jsonb_to_recordset(hits) as h("documentId" text, version int)
       where exists (select from due)
     )
     delete from document_versions v using due
     where v.document_id = due.document_id and v.version = due.version
       and not exists (select from needed n where n.document_id = due.document_id and n.version = due.version)`,
  );
}
