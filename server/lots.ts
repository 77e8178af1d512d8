/**
 * Which credits of an account have expired, found by replaying its statement: every amount given is a lot,
 * charges take from the lot that expires first, and a released hold gives back to the lots it took from.
 * Pure; so the hot path keeps no count of lots.
 */

export type StatementEntry = {
  readonly seq: number;
  readonly delta: number;
  readonly balanceAfter: number;
  readonly holdId: string | null;
  readonly expiresAt: Date | null;
};

export type Lot = { readonly seq: number; readonly remaining: number; readonly expiresAt: Date };

type OpenLot = { readonly seq: number; readonly expiresAt: Date; remaining: number };

/**
 * `statement` is in the order of `seq` and ends at `balance`. Charges of which nothing came back may be left
 * out, since the balances tell their sum, and so may all before the first amount that expires.
 */
export function expiredLots(
  statement: readonly StatementEntry[],
  balance: number,
  now: Date,
): { lots: Lot[]; nextExpiryAt: Date | null } {
  const open = replay(statement, balance);
  const firstComing = open.findIndex(({ expiresAt }) => expiresAt > now);
  const lots = firstComing < 0 ? open : open.slice(0, firstComing);
  return { lots, nextExpiryAt: open[firstComing]?.expiresAt ?? null };
}

/** What is left of each lot that expires, in the order in which they do. */
function replay(statement: readonly StatementEntry[], balance: number): OpenLot[] {
  const dated: OpenLot[] = [];
  /** What never expires is spent last, and which of it does not matter. */
  let undated = 0;
  const takenBy = new Map<string, { lot: OpenLot | null; amount: number }[]>();
  let at: number | null = null;

  const add = (lot: OpenLot) => {
    const after = dated.findIndex((other) => isBefore(lot, other));
    dated.splice(after < 0 ? dated.length : after, 0, lot);
  };
  const take = (amount: number) => {
    const uses: { lot: OpenLot | null; amount: number }[] = [];
    let left = amount;
    for (let lot = dated[0]; lot && left > 0; lot = dated[0]) {
      const used = Math.min(lot.remaining, left);
      lot.remaining -= used;
      left -= used;
      uses.push({ lot, amount: used });
      if (lot.remaining === 0) dated.shift();
    }
    const rest = Math.min(undated, left);
    undated -= rest;
    if (rest > 0) uses.push({ lot: null, amount: rest });
    return uses;
  };
  const giveBack = (lot: OpenLot | null, amount: number) => {
    if (lot === null) {
      undated += amount;
      return;
    }
    if (lot.remaining === 0) add(lot);
    lot.remaining += amount;
  };

  for (const { seq, delta, balanceAfter, holdId, expiresAt } of statement) {
    const before = balanceAfter - delta;
    if (at === null) undated = before;
    else take(at - before);
    at = balanceAfter;
    if (delta < 0) {
      const uses = take(-delta);
      if (holdId !== null) takenBy.set(holdId, [...(takenBy.get(holdId) ?? []), ...uses]);
    } else if (holdId !== null) {
      const uses = takenBy.get(holdId) ?? [];
      let left = delta;
      while (left > 0) {
        const use = uses.pop();
        if (!use) break;
        const back = Math.min(use.amount, left);
        giveBack(use.lot, back);
        left -= back;
        if (use.amount > back) uses.push({ lot: use.lot, amount: use.amount - back });
      }
      // Taken before the statement begins, when nothing expired.
      undated += left;
    } else if (expiresAt === null) undated += delta;
    else if (delta > 0) add({ seq, remaining: delta, expiresAt });
  }
  if (at !== null) take(at - balance);
  return dated;
}

function isBefore(a: OpenLot, b: OpenLot): boolean {
  const apart = a.expiresAt.getTime() - b.expiresAt.getTime();
  return apart < 0 || (apart === 0 && a.seq < b.seq);
}
