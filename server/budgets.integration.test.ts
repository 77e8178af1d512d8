/** Budgets of a credential: exact when held at once from many processes, new in each period. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connection, openPostgres, query, replaceConnection } from "#db/client.ts";
import { captureHold, holdCredits, releaseHold } from "./ledger.ts";
import { verifyLedger } from "./ledger-verify.ts";
import { signUpGrant } from "./operations.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { balanceOf, createCaller, hold, receipt, setBudget, usedOf } from "./testing/ledger-caller.ts";

setUpTestDatabase();

/** As two processes: on PGlite there can be one alone. */
let pools: Connection[] = [];

beforeAll(async () => {
  const own = await connection();
  pools = "postgres" in own.driver ? [own, await openPostgres(own.driver.url, 20)] : [own];
});

afterAll(async () => {
  for (const pool of pools.slice(1)) await pool.close();
});

/** Starts `count` calls at once, in turn on each pool: the pool is chosen as a call starts. */
async function atOnce<Result>(count: number, call: () => Promise<Result>): Promise<Result[]> {
  const [own] = pools;
  const calls = Array.from({ length: count }, (_, index) => {
    const pool = pools[index % pools.length];
    if (pool) replaceConnection(pool);
    return call();
  });
  if (own) replaceConnection(own);
  return Promise.all(calls);
}

const faults = async () => (await verifyLedger()).faults;

const yesterday =
  "update budgets set period_start = period_start - interval '1 day' where credential_id = $1";

describe("a budget", () => {
  it("is not exceeded by one credit, called all at once", async () => {
    const caller = await createCaller();
    await setBudget(caller, "day", 1_005);
    await setBudget(caller, "month", 5_000);
    const results = await atOnce(200, () => holdCredits(caller, "search.query", 10));
    const held = results.flatMap((result) => (result.outcome === "held" ? [result.hold] : []));
    expect(held).toHaveLength(100);
    for (const result of results) {
      if (result.outcome === "held") continue;
      expect(result).toEqual({ outcome: "overBudget", available: 5, period: "day" });
    }
    expect(await usedOf(caller, "day")).toBe(1_000);
    expect(await usedOf(caller, "month")).toBe(1_000);
    expect(await balanceOf(caller)).toBe(signUpGrant - 1_000);
    expect(await faults()).toEqual([]);

    const [first, ...rest] = held;
    if (!first) throw new Error("none held");
    await captureHold(first, 4, caller, "search.query", receipt());
    await Promise.all(rest.slice(0, 49).map(({ id }) => releaseHold(id)));
    expect(await usedOf(caller, "day")).toBe(504);
    expect(await usedOf(caller, "month")).toBe(504);
    const again = await atOnce(200, () => holdCredits(caller, "search.query", 10));
    expect(again.filter(({ outcome }) => outcome === "held")).toHaveLength(50);
    expect(await faults()).toEqual([]);
  });

  it("binds together with the balance and the other budgets: the least counts", async () => {
    const caller = await createCaller();
    await setBudget(caller, "day", 500);
    await setBudget(caller, "total", 300);
    const results = await atOnce(60, () => holdCredits(caller, "search.query", 10));
    expect(results.filter(({ outcome }) => outcome === "held")).toHaveLength(30);
    expect(results.find(({ outcome }) => outcome !== "held")).toEqual({
      outcome: "overBudget",
      available: 0,
      period: "total",
    });
    expect(await faults()).toEqual([]);
  });

  it("begins anew with its period, exactly once among calls at once", async () => {
    const caller = await createCaller();
    await setBudget(caller, "day", 100);
    await setBudget(caller, "total", 1_000);
    await hold(caller, 100);
    expect(await holdCredits(caller, "search.query", 1)).toMatchObject({
      outcome: "overBudget",
      available: 0,
    });
    await query(`${yesterday} and period = 'day'`, [caller.credentialId]);
    await query("update holds set created_at = created_at - interval '1 day' where credential_id = $1", [
      caller.credentialId,
    ]);
    await query(
      "update budgets set period_start = '-infinity' where credential_id = $1 and period = 'total'",
      [caller.credentialId],
    );
    const results = await atOnce(60, () => holdCredits(caller, "search.query", 5));
    expect(results.filter(({ outcome }) => outcome === "held")).toHaveLength(20);
    expect(await usedOf(caller, "day")).toBe(100);
    expect(await usedOf(caller, "total")).toBe(200);
    expect(await faults()).toEqual([]);
  });

  it("gets back nothing of a hold from the period before", async () => {
    const caller = await createCaller();
    await setBudget(caller, "day", 100);
    const old = await hold(caller, 60);
    await query(yesterday, [caller.credentialId]);
    await query("update holds set created_at = created_at - interval '1 day' where id = $1", [old.id]);
    await releaseHold(old.id);
    await hold(caller, 100);
    expect(await holdCredits(caller, "search.query", 1)).toMatchObject({ outcome: "overBudget" });
    expect(await balanceOf(caller)).toBe(signUpGrant - 100);
    expect(await faults()).toEqual([]);
  });

  it("gets back nothing of a hold that was taken before it was set", async () => {
    const caller = await createCaller();
    const before = await hold(caller, 60);
    await setBudget(caller, "day", 100);
    await hold(caller, 100);
    await releaseHold(before.id);
    expect(await usedOf(caller, "day")).toBe(100);
    expect(await holdCredits(caller, "search.query", 1)).toMatchObject({ outcome: "overBudget" });
    expect(await faults()).toEqual([]);
  });

  it("keeps the running period when a call that began before midnight comes last", async () => {
    const caller = await createCaller();
    await setBudget(caller, "day", 100);
    // Seen from the call, whose clock stands still, the others' period has begun in the future.
    await query(
      "update budgets set used = 70, period_start = budget_period_start('day') + interval '1 day' where credential_id = $1",
      [caller.credentialId],
    );
    await hold(caller, 20);
    const [row] = await query<{ used: number; ahead: boolean }>(
      "select used::float8 as used, period_start > now() as ahead from budgets where credential_id = $1",
      [caller.credentialId],
    );
    expect(row).toEqual({ used: 90, ahead: true });
    await query("delete from budgets where credential_id = $1", [caller.credentialId]);
  });
});
