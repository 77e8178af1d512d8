/**
 * Which credits of an account have expired, found by replaying its statement: every amount given is a lot,
 * charges take from the lot that expires first, and a released hold gives back to the lots it took from.
 * Pure; so the hot path keeps no count of lots.
 */

export type StatementEntry = {
  readonly seq: number;
  readonly kind: string;
  readonly delta: number;
  readonly holdId: string | null;
  readonly expiresAt: Date | null;
};

export type Lot = { readonly seq: number; readonly remaining: number; readonly expiresAt: Date };

type OpenLot = { seq: number; remaining: number; expiresAt: Date | null };

/** `statement` is whole and in the order of `seq`. */
export function expiredLots(
  statement: readonly StatementEntry[],
  now: Date,
): { lots: Lot[]; nextExpiryAt: Date | null } {
  const dated = replay(statement).flatMap(({ seq, remaining, expiresAt }) =>
    expiresAt && remaining > 0 ? [{ seq, remaining, expiresAt }] : [],
  );
  const lots = dated.filter(({ expiresAt }) => expiresAt <= now);
  const coming = dated.filter(({ expiresAt }) => expiresAt > now);
  const nextExpiryAt = coming.reduce<Date | null>(
    (first, { expiresAt }) => (first && first <= expiresAt ? first : expiresAt),
    null,
  );
  return { lots, nextExpiryAt };
}

function replay(statement: readonly StatementEntry[]): OpenLot[] {
  const lots: OpenLot[] = [];
  const takenBy = new Map<string, { lot: OpenLot; amount: number }[]>();
  for (const { seq, kind, delta, holdId, expiresAt } of statement) {
    if (delta >= 0 && holdId === null) {
      lots.push({ seq, remaining: delta, expiresAt });
      continue;
    }
    const taken = holdId === null ? [] : (takenBy.get(holdId) ?? []);
    if (delta < 0) {
      const from = kind === "expiry" ? lots.filter((lot) => lot.expiresAt !== null) : lots;
      taken.push(...take(from, -delta));
      if (holdId !== null) takenBy.set(holdId, taken);
      continue;
    }
    let left = delta;
    while (left > 0) {
      const use = taken.pop();
      if (!use) break;
      const back = Math.min(use.amount, left);
      use.lot.remaining += back;
      left -= back;
      if (use.amount > back) taken.push({ lot: use.lot, amount: use.amount - back });
    }
  }
  return lots;
}

/** First what expires first, then what was given first. */
function take(lots: readonly OpenLot[], amount: number): { lot: OpenLot; amount: number }[] {
  const never = Number.POSITIVE_INFINITY;
  const inOrder = [...lots]
    .filter(({ remaining }) => remaining > 0)
    .sort((a, b) => (a.expiresAt?.getTime() ?? never) - (b.expiresAt?.getTime() ?? never) || a.seq - b.seq);
  const uses: { lot: OpenLot; amount: number }[] = [];
  let left = amount;
  for (const lot of inOrder) {
    if (left === 0) break;
    const used = Math.min(lot.remaining, left);
    lot.remaining -= used;
    left -= used;
    uses.push({ lot, amount: used });
  }
  return uses;
}
