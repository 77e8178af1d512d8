/** The ledger's invariants under any interleaving of holds, captures, releases, expiries and grants. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { connection, query } from "#db/client.ts";
import { changeCredits, expireCredits, expireDueCredits } from "./grants.ts";
import { captureHold, type Hold, holdCredits, reapHolds, releaseHold } from "./ledger.ts";
import { verifyLedger } from "./ledger-verify.ts";
import { signUpGrant } from "./operations.ts";
import type { Principal } from "./principal.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { balanceOf, createCaller, hold, receipt, setBudget } from "./testing/ledger-caller.ts";
import { fc } from "./testing/property.ts";

setUpTestDatabase();

const capture = (held: Hold, credits: number, caller: Principal) =>
  captureHold(held, credits, caller, "search.query", receipt());

/** A test may leave holds open for as long as it likes. */
async function faults() {
  return (await verifyLedger({ served: false })).faults;
}

describe("hold, capture, release", () => {
  it("captures with a receipt, and gives the rest back", async () => {
    const caller = await createCaller();
    const held = await hold(caller, 30);
    expect(await balanceOf(caller)).toBe(signUpGrant - 30);
    expect(await capture(held, 20, caller)).toBe(signUpGrant - 20);
    expect(await capture(held, 20, caller)).toBeNull();
    expect(await releaseHold(held.id)).toBeNull();
    expect(await faults()).toEqual([]);
  });

  it("captures nothing of a hold, and all of it is back", async () => {
    const caller = await createCaller();
    const held = await hold(caller, 1);
    expect(await capture(held, 0, caller)).toBe(signUpGrant);
    expect(await faults()).toEqual([]);
  });

  it("refuses more than there is, and says what there is", async () => {
    const caller = await createCaller();
    const result = await holdCredits(caller, "search.query", signUpGrant + 1);
    expect(result).toEqual({ outcome: "insufficient", available: signUpGrant });
  });

  it("holds nothing for a credential that was revoked, banned or changed since", async () => {
    const revoked = await createCaller();
    await query("delete from apikey where id = $1", [revoked.credentialId]);
    expect(await holdCredits(revoked, "search.query", 1)).toEqual({ outcome: "credentialChanged" });
    const banned = await createCaller();
    await query(`update "user" set banned = true where id = $1`, [banned.accountId]);
    expect(await holdCredits(banned, "search.query", 1)).toEqual({ outcome: "credentialChanged" });
    const narrowed = await createCaller();
    await query(`update apikey set permissions = '{"scope":[]}' where id = $1`, [narrowed.credentialId]);
    expect(await holdCredits(narrowed, "search.query", 1)).toEqual({ outcome: "credentialChanged" });
    expect(await balanceOf(revoked)).toBe(signUpGrant);
  });

  it("releases what expired, once", async () => {
    const caller = await createCaller();
    const held = await hold(caller, 30);
    await query("update holds set expires_at = now() - interval '1 second' where id = $1", [held.id]);
    await Promise.all([reapHolds(), reapHolds(), reapHolds()]);
    expect(await balanceOf(caller)).toBe(signUpGrant);
    expect(await capture(held, 30, caller)).toBeNull();
    expect(await faults()).toEqual([]);
  });

  it("captures nothing of a hold that expired, though it was not released yet", async () => {
    const caller = await createCaller();
    const held = await hold(caller, 30);
    await query("update holds set expires_at = now() - interval '1 second' where id = $1", [held.id]);
    expect(await capture(held, 30, caller)).toBeNull();
    await reapHolds();
    expect(await balanceOf(caller)).toBe(signUpGrant);
  });

  it("admits exactly what the balance covers, called all at once", async () => {
    const caller = await createCaller();
    const price = 100;
    const affordable = signUpGrant / price;
    const results = await Promise.all(
      Array.from({ length: affordable + 40 }, () => holdCredits(caller, "search.query", price)),
    );
    expect(results.filter(({ outcome }) => outcome === "held")).toHaveLength(affordable);
    for (const result of results)
      if (result.outcome === "insufficient") expect(result.available).toBeLessThan(price);
    expect(await balanceOf(caller)).toBe(0);
    expect(await faults()).toEqual([]);
  });
});

// What a statement that waits for a lock sees is older than what it then changes; PGlite never waits.
if (inject("store") === "postgres") {
  it("spends and takes away what came in while it waited for the account", async () => {
    const { driver } = await connection();
    if (!("postgres" in driver)) throw new Error("not on PostgreSQL");
    for (const wait of [hold, takeAway]) {
      const caller = await createCaller();
      const { accountId } = caller;
      await changeCredits({ accountId, kind: "adjustment", amount: 5 - signUpGrant, reason: "test" });
      let waiting: Promise<unknown> = Promise.resolve();
      await driver.postgres.begin(async (tx) => {
        await tx`
          with a as (
            update credit_accounts set balance = balance + 95, seq = seq + 1,
              head = entry_hash(head, id, seq + 1, 'grant', 95, balance + 95, 'test', null, null, now())
            where id = ${accountId} returning *
          )
          insert into entries (account_id, seq, kind, delta, balance_after, reason, hash)
          select id, seq, 'grant', 95, balance, 'test', head from a`;
        waiting = wait(caller, 100).catch((error: unknown) => error);
        await sleep(300);
      });
      expect(await waiting).not.toBeInstanceOf(Error);
      expect(await balanceOf(caller)).toBe(0);
    }
    expect(await faults()).toEqual([]);
  });
}

const takeAway = ({ accountId }: Principal, amount: number) =>
  changeCredits({ accountId, kind: "adjustment", amount: -amount, reason: "test" });

describe("a change of credits", () => {
  it("is entered once for its key, also when it is asked for many times at once", async () => {
    const caller = await createCaller();
    const change = {
      accountId: caller.accountId,
      kind: "purchase" as const,
      amount: 500,
      reason: "Pack",
      idempotencyKey: "payment 1",
    };
    // With the connections open, all of them begin before the first has ended.
    await Promise.all(Array.from({ length: 10 }, () => query("select pg_sleep(0.1)")));
    const changes = await Promise.all(Array.from({ length: 20 }, () => changeCredits(change)));
    expect(changes.filter((changed) => changed?.duplicate === false)).toHaveLength(1);
    for (const changed of changes) expect(changed).toMatchObject({ delta: 500, balance: signUpGrant + 500 });
    expect(await changeCredits(change)).toEqual({ delta: 500, balance: signUpGrant + 500, duplicate: true });
    expect(await faults()).toEqual([]);
  });

  it("that found nothing to take takes nothing later either", async () => {
    const caller = await createCaller();
    const { accountId } = caller;
    const takeBack = {
      accountId,
      kind: "refund" as const,
      amount: -500,
      reason: "Pack returned",
      idempotencyKey: "refund 1",
    };
    await changeCredits({ accountId, kind: "adjustment", amount: -signUpGrant, reason: "test" });
    expect(await changeCredits(takeBack)).toEqual({ delta: 0, balance: 0, duplicate: false });
    await changeCredits({ accountId, kind: "grant", amount: 700, reason: "test" });
    expect(await changeCredits(takeBack)).toEqual({ delta: 0, balance: 700, duplicate: true });
    expect(await faults()).toEqual([]);
  });

  it("takes away at most what is there", async () => {
    const { accountId } = await createCaller();
    const taken = await changeCredits({
      accountId,
      kind: "adjustment",
      amount: -2 * signUpGrant,
      reason: "test",
    });
    expect(taken).toEqual({ delta: -signUpGrant, balance: 0, duplicate: false });
  });

  it("enters what expired before it spends, and what a release gives back later", async () => {
    const caller = await createCaller();
    const { accountId } = caller;
    await changeCredits({ accountId, kind: "adjustment", amount: -signUpGrant, reason: "test" });
    const expiresAt = new Date(Date.now() + 300);
    await changeCredits({ accountId, kind: "grant", amount: 100, reason: "test", expiresAt });
    const held = await hold(caller, 40);
    await query("select pg_sleep(0.4)");
    expect(await holdCredits(caller, "search.query", 10)).toEqual({ outcome: "expiryDue" });
    await expireCredits(accountId);
    expect(await holdCredits(caller, "search.query", 10)).toEqual({ outcome: "insufficient", available: 0 });
    await releaseHold(held.id);
    await query("update credit_accounts set next_expiry_at = now() where id = $1", [accountId]);
    await expireDueCredits();
    expect(await balanceOf(caller)).toBe(0);
    expect(await faults()).toEqual([]);
  });
});

const amount = fc.integer({ min: 1, max: 3_000 });
const pick = fc.nat();
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant("hold" as const), amount }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constantFrom("capture", "partial", "release", "expire", "reap", "twice", "both"),
      pick,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constantFrom("grant", "expiring", "takeAway"),
      amount,
      key: fc.option(fc.integer({ min: 0, max: 30 })),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom("enterExpired", "turnPeriods") }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

describe("under random interleavings", () => {
  it("keeps every invariant", async () => {
    const caller = await createCaller();
    const { accountId } = caller;
    await setBudget(caller, "day", 6_000);
    await setBudget(caller, "month", 20_000);
    await setBudget(caller, "total", 60_000);
    await query("update budgets set period_start = '-infinity' where period = 'total'");
    const open: Hold[] = [];

    async function settle(act: string, held: Hold): Promise<void> {
      const half = Math.floor(held.amount / 2);
      if (act === "capture") await capture(held, held.amount, caller);
      if (act === "partial") await capture(held, half, caller);
      if (act === "release") await releaseHold(held.id);
      if (act === "expire") await releaseHold(held.id, "expired");
      if (act === "twice") await Promise.all([releaseHold(held.id), releaseHold(held.id)]);
      if (act === "both") await Promise.all([capture(held, half, caller), releaseHold(held.id)]);
      if (act !== "reap") return;
      await query("update holds set expires_at = now() - interval '1 second' where id = $1", [held.id]);
      await Promise.all([reapHolds(), reapHolds()]);
    }

    async function change(act: string, size: number, key: number | null, times: number): Promise<void> {
      await Promise.all(
        Array.from({ length: times }, () =>
          changeCredits({
            accountId,
            amount: act === "takeAway" ? -size : size,
            kind: act === "takeAway" ? "adjustment" : "grant",
            reason: act,
            ...(act === "expiring" ? { expiresAt: new Date(Date.now() + (size % 40)) } : {}),
            ...(key === null ? {} : { idempotencyKey: `change ${key}` }),
          }),
        ),
      );
    }

    async function take(step: Step): Promise<void> {
      if ("times" in step) return change(step.act, step.amount, step.key, step.times);
      if ("pick" in step) {
        const held = open[step.pick % Math.max(1, open.length)];
        if (held) await settle(step.act, held);
        return;
      }
      if ("amount" in step) {
        const result = await holdCredits(caller, "search.query", step.amount);
        if (result.outcome === "held") open.push(result.hold);
        if (result.outcome === "insufficient" || result.outcome === "overBudget")
          expect(result.available).toBeLessThan(step.amount);
        return;
      }
      if (step.act === "enterExpired") await Promise.all([expireCredits(accountId), expireDueCredits()]);
    }

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
        async (rounds) => {
          for (const round of rounds) {
            await Promise.all(round.map(take));
            if (round.some(({ act }) => act === "turnPeriods")) await turnPeriods(caller);
            expect(await faults()).toEqual([]);
            expect(await query("select * from budgets where used > amount")).toEqual([]);
          }
        },
      ),
      { numRuns: inject("store") === "postgres" ? 80 : 40 },
    );
    for (const { id } of open) await releaseHold(id);
    await query("update credit_accounts set next_expiry_at = now() where id = $1", [accountId]);
    await expireDueCredits();
    expect(await faults()).toEqual([]);
  }, 240_000);
});

/** As if the holds so far had been taken in the periods before. */
async function turnPeriods({ credentialId }: Principal): Promise<void> {
  await query(
    `with budget as (
       update budgets set period_start = period_start - interval '40 days' where credential_id = $1 and period <> 'total'
     )
     update holds set created_at = created_at - interval '40 days' where credential_id = $1`,
    [credentialId],
  );
}
