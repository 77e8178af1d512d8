/**
 * Opaque ids: a prefix that tells the kind, milliseconds in base 36 so that new rows land together in an
 * index, then 80 random bits.
 */
import { randomUUID } from "node:crypto";

export function newId(prefix: string): string {
  // Node keeps random numbers in store for this alone; 80 of its bits are random from first to last.
  const uuid = randomUUID();
  const random = BigInt(`0x${uuid.slice(0, 8)}${uuid.slice(24)}`)
    .toString(36)
    .padStart(16, "0");
  return firstIdOf(prefix, Date.now()) + random;
}

/** Ids made at that moment or later sort behind it; for finding rows by time in an index over ids. */
export function firstIdOf(prefix: string, milliseconds: number): string {
  return `${prefix}_${milliseconds.toString(36).padStart(9, "0")}`;
}
