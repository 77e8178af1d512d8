/** The replay against an oracle that knows each single credit: which lot it came from and who holds it. */

import { describe, expect, it } from "vitest";
import { expiredLots, type StatementEntry } from "./lots.ts";
import { fc } from "./testing/property.ts";

const at = (minute: number) => new Date(minute * 60_000);
type Entry = Omit<StatementEntry, "balanceAfter">;
const given = (seq: number, delta: number, minute: number | null): Entry => ({
  seq,
  delta,
  holdId: null,
  expiresAt: minute === null ? null : at(minute),
});
const ofHold = (seq: number, delta: number, holdId: string): Entry => ({
  seq,
  delta,
  holdId,
  expiresAt: null,
});

function withBalances(entries: readonly Entry[]): { statement: StatementEntry[]; balance: number } {
  let balance = 0;
  const statement = entries.map((entry) => {
    balance += entry.delta;
    return { ...entry, balanceAfter: balance };
  });
  return { statement, balance };
}

function expired(entries: readonly Entry[], now: Date) {
  const { statement, balance } = withBalances(entries);
  return expiredLots(statement, balance, now);
}

/** As the statement is read from the database: from the first lot that expires, without plain charges. */
function condensed(entries: readonly Entry[], now: Date) {
  const { statement, balance } = withBalances(entries);
  const first = statement.findIndex(({ expiresAt }) => expiresAt !== null);
  const givenBack = new Set(statement.filter(({ delta }) => delta > 0).map(({ holdId }) => holdId));
  const read = statement
    .slice(Math.max(0, first))
    .filter(({ holdId }) => holdId === null || givenBack.has(holdId));
  return expiredLots(read, balance, now);
}

describe("expiredLots", () => {
  it("spends first what expires first, and last what never does", () => {
    const statement = [given(1, 100, null), given(2, 100, 20), given(3, 100, 10), ofHold(4, -150, "a")];
    expect(expired(statement, at(30))).toEqual({
      lots: [{ seq: 2, remaining: 50, expiresAt: at(20) }],
      nextExpiryAt: null,
    });
    expect(expired(statement, at(5))).toEqual({ lots: [], nextExpiryAt: at(20) });
  });

  it("gives back to the lots a hold took from, latest first", () => {
    const statement = [given(1, 100, 10), given(2, 100, 20), ofHold(3, -150, "a"), ofHold(4, 120, "a")];
    expect(expired(statement, at(30)).lots).toEqual([
      { seq: 1, remaining: 70, expiresAt: at(10) },
      { seq: 2, remaining: 100, expiresAt: at(20) },
    ]);
  });

  it("expires at the moment named, not before", () => {
    const statement = [given(1, 100, 10)];
    expect(expired(statement, new Date(at(10).getTime() - 1)).lots).toEqual([]);
    expect(expired(statement, at(10)).lots).toHaveLength(1);
  });
});

/** One credit each. `lot` and `expires` stay with it wherever it goes. */
type Credit = { lot: number; expires: number };

/** An account of single credits: a hold carries those that it took, in the order it took them. */
class Oracle {
  readonly statement: Entry[] = [];
  private here: Credit[] = [];
  private readonly held = new Map<string, Credit[]>();

  private enter(delta: number, holdId: string | null = null, expiresAt: Date | null = null) {
    this.statement.push({ seq: this.statement.length + 1, delta, holdId, expiresAt });
  }

  give(amount: number, minute: number | null) {
    this.enter(amount, null, minute === null ? null : at(minute));
    const expires = minute ?? Number.POSITIVE_INFINITY;
    for (let n = 0; n < amount; n++) this.here.push({ lot: this.statement.length, expires });
  }

  private take(amount: number): Credit[] {
    this.here.sort((a, b) => a.expires - b.expires || a.lot - b.lot);
    return this.here.splice(0, amount);
  }

  takeAway(amount: number) {
    this.enter(-this.take(amount).length);
  }

  hold(amount: number) {
    if (this.here.length < amount) return;
    const id = `hold ${this.statement.length}`;
    this.held.set(id, this.take(amount));
    this.enter(-amount, id);
  }

  /** Ends a hold; a share of it, out of 4, is captured. */
  end(pick: number, share: number) {
    const ids = [...this.held.keys()];
    const id = ids[pick % Math.max(1, ids.length)];
    const credits = id === undefined ? undefined : this.held.get(id);
    if (id === undefined || !credits) return;
    this.held.delete(id);
    const rest = credits.slice(Math.floor((credits.length * share) / 4));
    if (rest.length === 0) return;
    this.here.push(...rest);
    this.enter(rest.length, id);
  }

  left(minute: number): Record<number, number> {
    const left: Record<number, number> = {};
    for (const { lot, expires } of this.here) if (expires <= minute) left[lot] = (left[lot] ?? 0) + 1;
    return left;
  }

  next(minute: number): Date | null {
    const coming = this.here.map(({ expires }) => expires).filter((e) => e > minute && Number.isFinite(e));
    return coming.length === 0 ? null : at(Math.min(...coming));
  }

  expire(minute: number) {
    for (const [lot, amount] of Object.entries(this.left(minute))) {
      this.enter(-amount);
      this.here = this.here.filter((credit) => credit.lot !== Number(lot));
    }
  }
}

const size = fc.integer({ min: 1, max: 30 });
const act = fc.oneof(
  fc.record({ act: fc.constant("give" as const), amount: size, lasts: fc.option(fc.nat({ max: 12 })) }),
  fc.record({ act: fc.constantFrom("hold", "takeAway"), amount: size }),
  fc.record({ act: fc.constant("end" as const), pick: fc.nat(), share: fc.nat({ max: 4 }) }),
  fc.record({ act: fc.constant("expire" as const) }),
);

it("agrees with the oracle at every step", () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 60 }), (acts) => {
      const oracle = new Oracle();
      for (const [minute, one] of acts.entries()) {
        if ("lasts" in one) oracle.give(one.amount, one.lasts === null ? null : minute + one.lasts);
        else if ("share" in one) oracle.end(one.pick, one.share);
        else if (one.act === "expire") oracle.expire(minute);
        else if (one.act === "hold") oracle.hold(one.amount);
        else oracle.takeAway(one.amount);
        const { lots, nextExpiryAt } = expired(oracle.statement, at(minute));
        expect(Object.fromEntries(lots.map(({ seq, remaining }) => [seq, remaining]))).toEqual(
          oracle.left(minute),
        );
        expect(nextExpiryAt).toEqual(oracle.next(minute));
        expect(condensed(oracle.statement, at(minute))).toEqual({ lots, nextExpiryAt });
      }
    }),
    { numRuns: 1_000 },
  );
});
