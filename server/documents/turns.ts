/**
 * Turns in the job queue: accounts are served in rotation, one document each, however many any of them has
 * sent and whenever. A document's turn is decided when it is queued (start-time fair queueing): after the
 * account's last one, but not before what is served now, so that nobody saves turns up.
 */
import { queryWithin, type Transaction } from "#db/client.ts";

/**
 * Takes `count` turns in a row for an account and answers the first. Low ones come first. Accounts that queue
 * at once do not wait for each other; two uploads of one do, until the first is stored.
 */
export async function takeTurns(
  tx: Transaction,
  input: { queue: string; account: string; count: number },
): Promise<number> {
  const [row] = await queryWithin<{ last: number }>(
    tx,
    `with served as (
       select coalesce(
         (select -priority from pgboss.job
          where name = $1 and state < 'active' and not blocked and start_after <= now()
          order by priority desc, created_on limit 1) - 1,
         (select max(turn) from ingestion_turns),
         0) as turn
     )
     insert into ingestion_turns (account, turn) select $2::text, turn + $3::int from served
     on conflict (account) do update
       set turn = greatest(ingestion_turns.turn, excluded.turn - $3::int) + $3::int
     returning turn as last`,
    [input.queue, input.account, input.count],
  );
  if (!row) throw new Error("No turn was taken.");
  return row.last - input.count + 1;
}
