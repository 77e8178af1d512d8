/** The ledger's invariants under any interleaving of holds, captures, releases, expiries and grants. */
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { query } from "#db/client.ts";
import { changeCredits } from "./grants.ts";
import { newId } from "./ids.ts";
import { captureHold, type Hold, holdCredits, reapHolds, releaseHold } from "./ledger.ts";
import { signUpGrant } from "./operations.ts";
import { identify, type Principal } from "./principal.ts";
import { createTestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

setUpTestDatabase();

async function caller(): Promise<Principal & { key: string }> {
  const account = await createTestAccount();
  const { key } = await account.createKey();
  const { principal } = await identify(new Headers({ "x-api-key": key }), {
    sessions: false,
    remember: false,
  });
  if (!principal) throw new Error("the key is not accepted");
  return { ...principal, key };
}

const receipt = () => ({
  id: newId("rcpt"),
  query: "granite",
  hits: [{ documentId: "d", chunkId: "1", rank: 1, score: 1 }],
  durationMs: 3,
});

async function held(principal: Principal, amount: number): Promise<Hold> {
  const result = await holdCredits(principal, "search.query", amount);
  if (result.outcome !== "held") throw new Error(result.outcome);
  return result.hold;
}

async function balanceOf(accountId: string): Promise<number> {
  const [row] = await query<{ balance: number }>("select balance from credit_accounts where id = $1", [
    accountId,
  ]);
  return row?.balance ?? Number.NaN;
}

/** Rows that break an invariant of one account; none is right. */
function broken(accountId: string): Promise<unknown[]> {
  return query(
    `with e as (
       select *, lag(balance_after, 1, 0::bigint) over (order by seq) as before, row_number() over (order by seq) as n
       from entries where account_id = $1
     )
     select 'chain' as what, seq::text as at from e where balance_after <> before + delta or n <> seq
     union all
     select 'sum', id from credit_accounts a where id = $1
       and (balance <> (select sum(delta) from e) or seq <> (select count(*) from e))
     union all
     select 'hold', h.id from holds h where account_id = $1 and -(select sum(delta) from e where hold_id = h.id) <>
       case state when 'held' then amount when 'captured' then captured else 0 end
     union all
     select 'receipts', $1 where (select coalesce(sum(credits_charged), 0) from receipts where account_id = $1)
       <> (select coalesce(sum(captured), 0) from holds where account_id = $1)`,
    [accountId],
  );
}

describe("hold, capture, release", () => {
  it("captures with a receipt, and gives the rest back", async () => {
    const principal = await caller();
    const hold = await held(principal, 30);
    expect(await balanceOf(principal.accountId)).toBe(signUpGrant - 30);
    expect(await captureHold(hold, 20, principal, "search.query", receipt())).toBe(signUpGrant - 20);
    expect(await captureHold(hold, 20, principal, "search.query", receipt())).toBeNull();
    expect(await releaseHold(hold.id)).toBeNull();
    expect(await broken(principal.accountId)).toEqual([]);
  });

  it("refuses more than there is, and says what there is", async () => {
    const principal = await caller();
    const result = await holdCredits(principal, "search.query", signUpGrant + 1);
    expect(result).toEqual({ outcome: "insufficient", available: signUpGrant });
  });

  it("holds nothing for a credential that was revoked, banned or changed since", async () => {
    const revoked = await caller();
    await query("delete from apikey where id = $1", [revoked.credentialId]);
    expect(await holdCredits(revoked, "search.query", 1)).toEqual({ outcome: "credentialChanged" });
    const banned = await caller();
    await query(`update "user" set banned = true where id = $1`, [banned.accountId]);
    expect(await holdCredits(banned, "search.query", 1)).toEqual({ outcome: "credentialChanged" });
    const narrowed = await caller();
    await query(`update apikey set permissions = '{"scope":[]}' where id = $1`, [narrowed.credentialId]);
    expect(await holdCredits(narrowed, "search.query", 1)).toEqual({ outcome: "credentialChanged" });
    expect(await balanceOf(revoked.accountId)).toBe(signUpGrant);
  });

  it("releases what expired, once", async () => {
    const principal = await caller();
    const hold = await held(principal, 30);
    await query("update holds set expires_at = now() - interval '1 second' where id = $1", [hold.id]);
    await Promise.all([reapHolds(), reapHolds(), reapHolds()]);
    expect(await balanceOf(principal.accountId)).toBe(signUpGrant);
    expect(await captureHold(hold, 30, principal, "search.query", receipt())).toBeNull();
    expect(await broken(principal.accountId)).toEqual([]);
  });

  it("admits exactly what the balance covers, called all at once", async () => {
    const principal = await caller();
    const price = 100;
    const affordable = signUpGrant / price;
    const results = await Promise.all(
      Array.from({ length: affordable + 40 }, () => holdCredits(principal, "search.query", price)),
    );
    expect(results.filter(({ outcome }) => outcome === "held")).toHaveLength(affordable);
    for (const result of results)
      if (result.outcome === "insufficient") expect(result.available).toBeLessThan(price);
    expect(await balanceOf(principal.accountId)).toBe(0);
    expect(await broken(principal.accountId)).toEqual([]);
  });

  it("keeps every invariant under random interleavings", async () => {
    const principal = await caller();
    const open: Hold[] = [];
    const step = fc.record({
      act: fc.constantFrom("hold", "capture", "partial", "release", "expire", "twice", "grant"),
      amount: fc.integer({ min: 1, max: 3_000 }),
      pick: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        async (rounds) => {
          for (const round of rounds) {
            await Promise.all(
              round.map(async ({ act, amount, pick }) => {
                if (act === "hold") {
                  const result = await holdCredits(principal, "search.query", amount);
                  if (result.outcome === "held") open.push(result.hold);
                  else if (result.outcome === "insufficient") expect(result.available).toBeLessThan(amount);
                  return;
                }
                if (act === "grant") {
                  await changeCredits({
                    accountId: principal.accountId,
                    amount,
                    kind: "grant",
                    reason: "test",
                  });
                  return;
                }
                const hold = open[pick % Math.max(1, open.length)];
                if (!hold) return;
                if (act === "capture")
                  await captureHold(hold, hold.amount, principal, "search.query", receipt());
                if (act === "partial")
                  await captureHold(hold, Math.floor(hold.amount / 2), principal, "search.query", receipt());
                if (act === "release") await releaseHold(hold.id);
                if (act === "expire") await releaseHold(hold.id, "expired");
                if (act === "twice") await Promise.all([releaseHold(hold.id), releaseHold(hold.id)]);
              }),
            );
            expect(await broken(principal.accountId)).toEqual([]);
          }
        },
      ),
      { numRuns: inject("store") === "postgres" ? 60 : 30 },
    );
  }, 120_000);
});
