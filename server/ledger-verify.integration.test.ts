/** What was changed behind the ledger's back is found, each time in the row where it happened. */
import { describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { changeCredits } from "./grants.ts";
import { captureHold, releaseHold } from "./ledger.ts";
import { verifyLedger } from "./ledger-verify.ts";
import type { Principal } from "./principal.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { createCaller, hold, receipt, setBudget } from "./testing/ledger-caller.ts";

setUpTestDatabase();

/** Entry 1 the first grant, 2 and 3 a captured hold with its rest, 4 and 5 a released one, 6 a purchase, 7 held. */
async function account(): Promise<Principal> {
  const caller = await createCaller();
  await setBudget(caller, "month", 1_000);
  await captureHold(await hold(caller, 30), 20, caller, "search.query", receipt());
  await releaseHold((await hold(caller, 40)).id);
  await changeCredits({
    accountId: caller.accountId,
    kind: "purchase",
    amount: 500,
    reason: "Pack",
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  await hold(caller, 10);
  return caller;
}

async function faultsOf({ accountId, credentialId }: Principal): Promise<string[]> {
  const { faults } = await verifyLedger();
  return faults
    .filter(({ place }) => place.includes(accountId) || place.includes(credentialId))
    .map(
      ({ check, place, detail }) =>
        `${check}: ${place.replace(/(account|credential) \w+(, )?/g, "")}: ${detail}`,
    );
}

const unhashed = "its hash is not that of this row after the one before";

describe("verifyLedger", () => {
  it("finds nothing wrong with what the ledger wrote, and counts it", async () => {
    const caller = await account();
    expect(await faultsOf(caller)).toEqual([]);
    const { counted, faults, more } = await verifyLedger();
    expect({ faults, more }).toEqual({ faults: [], more: false });
    expect(counted).toEqual({ accounts: 1, entries: 7, holds: 3, receipts: 1, credits: 10_470, held: 10 });
  });

  const tampered: [what: string, statement: string, found: string[]][] = [
    [
      "a changed delta",
      "update entries set delta = delta + 1 where account_id = $1 and seq = 6",
      [
        "account: : balance is 10470, the sum of its entries 10471",
        `chain: entry 6: balance_after is 10480, not 10481; ${unhashed}`,
      ],
    ],
    [
      "a deleted entry",
      "delete from entries where account_id = $1 and seq = 6",
      [
        "account: : balance is 10470, the sum of its entries 9970; seq is 7, of 6 entries the last is 7",
        `chain: entry 7: entries are missing after 5; balance_after is 10470, not 9970; ${unhashed}`,
      ],
    ],
    [
      "a deleted last entry",
      "delete from entries where account_id = $1 and seq = 7",
      [
        "account: : balance is 10470, the sum of its entries 10480; balance is 10470, after the last entry 10480; seq is 7, of 6 entries the last is 6; head is not the hash of the last entry",
        "hold: hold ?: held with 0 of 10 captured, but its entries sum to 0",
      ],
    ],
    [
      "a changed reason",
      "update entries set reason = 'Gift' where account_id = $1 and seq = 6",
      [`chain: entry 6: ${unhashed}`],
    ],
    [
      "a changed time",
      "update entries set created_at = created_at - interval '1 microsecond' where account_id = $1 and seq = 5",
      [`chain: entry 5: ${unhashed}`],
    ],
    [
      "credits that were to expire and no longer do",
      "update entries set expires_at = null where account_id = $1 and seq = 6",
      [`chain: entry 6: ${unhashed}`],
    ],
    [
      "a changed balance",
      "update credit_accounts set balance = balance + 1 where id = $1",
      [
        "account: : balance is 10471, the sum of its entries 10470; balance is 10471, after the last entry 10470",
      ],
    ],
    [
      "an added entry",
      `insert into entries (account_id, seq, kind, delta, balance_after, reason, hash)
       select id, seq + 1, 'grant', 5, balance + 5, 'Gift', head from credit_accounts where id = $1`,
      [
        "account: : balance is 10470, the sum of its entries 10475; balance is 10470, after the last entry 10475; seq is 7, of 8 entries the last is 8",
        `chain: entry 8: ${unhashed}`,
      ],
    ],
    [
      "an added entry with a balance to it",
      `with given as (
         update credit_accounts set balance = balance + 5, seq = seq + 1 where id = $1 returning id, seq, balance
       )
       insert into entries (account_id, seq, kind, delta, balance_after, reason, hash)
       select id, seq, 'grant', 5, balance, 'Gift', 'made up' from given`,
      ["account: : head is not the hash of the last entry", `chain: entry 8: ${unhashed}`],
    ],
    [
      "two entries that changed places",
      "update entries set seq = case seq when 4 then 5 else 4 end + 100 where account_id = $1 and seq in (4, 5)",
      [
        "account: : balance is 10470, after the last entry 9940; seq is 7, of 7 entries the last is 105; head is not the hash of the last entry",
        `chain: entry 104: entries are missing after 7; balance_after is 9980, not 10510; ${unhashed}`,
        `chain: entry 105: ${unhashed}`,
        `chain: entry 6: entries are missing after 3; ${unhashed}`,
      ],
    ],
    [
      "a changed capture",
      "update holds set captured = 10 where account_id = $1 and state = 'captured'",
      [
        "hold: hold ?: captured with 10 of 30 captured, but its entries sum to -20",
        "receipt: : 0 captures and 1 receipts of 20 for search.query",
        "receipt: : 1 captures and 0 receipts of 10 for search.query",
        "budget: budget a month: used is 30, its holds sum to 20",
      ],
    ],
    [
      "a hold that is gone",
      "delete from holds where account_id = $1 and state = 'released'",
      ["hold: hold ?: entries name a hold that is not there"],
    ],
    [
      "a receipt that is gone",
      "delete from receipts where account_id = $1",
      ["receipt: : 1 captures and 0 receipts of 20 for search.query"],
    ],
    [
      "a budget given room",
      "update budgets set used = 0 where account_id = $1",
      ["budget: budget a month: used is 0, its holds sum to 30"],
    ],
    [
      "a hold long expired and not released",
      "update holds set expires_at = now() - interval '1 hour' where account_id = $1 and state = 'held'",
      ["overdue: hold ?: 10 credits still held, expired at ?"],
    ],
    [
      "an answer that is gone",
      `insert into idempotency_keys (account_id, key, fingerprint, state, claim, claimed_until, expires_at)
       values ($1, 'retry-1', '', 'done', '', now(), now() + interval '1 day')`,
      ["idempotency: key retry-1: done without an answer"],
    ],
  ];

  it.each(tampered)("finds %s", async (_what, statement, found) => {
    const caller = await account();
    await query(statement, [caller.accountId]);
    const faults = (await faultsOf(caller)).map((line) =>
      line.replace(/hold hold_\w+/, "hold ?").replace(/expired at .*/, "expired at ?"),
    );
    expect(faults.sort()).toEqual([...found].sort());
  });
});
