/** Credits that expire on accounts with long statements: found exactly, without reading all of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { query } from "#db/client.ts";
import { changeCredits, expireCredits } from "./grants.ts";
import { signUpGrant } from "./operations.ts";
import { createTestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

setUpTestDatabase();

/** A sound statement of `calls` calls, each tenth given back by the entry after it; chained like any other. */
async function callOften(accountId: string, calls: number): Promise<void> {
  await query(
    `with recursive acc as (select id, seq, balance, head from credit_accounts where id = $1),
     added as (
       select 0 as n, seq, balance, head, 0::bigint as delta, ''::text as kind, ''::text as hold from acc
       union all
       select n + 1, seq + 1, balance + next.delta, entry_hash(head, $1, seq + 1, next.kind, next.delta,
         balance + next.delta, 'search.query', next.hold, null, now()), next.delta, next.kind, next.hold
       from added, lateral (select
         case when n % 10 = 9 then 10::bigint else -10 end as delta,
         case when n % 10 = 9 then 'refund' else 'charge' end as kind,
         $1 || '-' || (seq + case when n % 10 = 9 then 0 else 1 end) as hold) next
       where n < $2::int
     ), entered as (
       insert into entries (account_id, seq, kind, delta, balance_after, reason, hold_id, hash)
       select $1, seq, kind, delta, balance, 'search.query', hold, head from added where n > 0
     )
     update credit_accounts a set seq = l.seq, balance = l.balance, head = l.head
     from added l where a.id = $1 and l.n = $2::int`,
    [accountId, calls],
  );
}

it("a long statement loses exactly what is left of the lot that expired", async () => {
  const { userId } = await createTestAccount();
  const give = (amount: number, expiresAt?: Date) =>
    changeCredits({
      accountId: userId,
      kind: "grant",
      amount,
      reason: "test",
      ...(expiresAt ? { expiresAt } : {}),
    });
  await callOften(userId, 1_000);
  const expiresAt = new Date(Date.now() + 1_000);
  await give(50_000, expiresAt);
  await callOften(userId, 1_000);
  await give(1_000);
  await give(5_000, new Date(Date.now() + 3_600_000));
  await callOften(userId, 4_000);
  await sleep(Math.max(0, expiresAt.getTime() - Date.now() + 50));
  await expireCredits(userId);
  const rows = await query<{ kind: string; delta: number | string; balance_after: number | string }>(
    "select kind, delta, balance_after from entries where account_id = $1 order by seq desc limit 2",
    [userId],
  );
  // Ten entries of calls cost 80.
  const left = 50_000 - 500 * 80;
  const balance = signUpGrant - 100 * 80 + 1_000 + 5_000;
  expect(rows.map(({ kind, delta, balance_after }) => [kind, Number(delta), Number(balance_after)])).toEqual([
    ["expiry", -left, balance],
    ["refund", 10, balance + left],
  ]);
  await expireCredits(userId);
  expect(
    await query("select 1 from entries where account_id = $1 and kind = 'expiry'", [userId]),
  ).toHaveLength(1);
});
