/**
 * Opaque ids: a prefix that tells the kind, milliseconds in base 36 so that new rows land together in an
 * index, then 80 random bits.
 */
import { randomBytes } from "node:crypto";

export function newId(prefix: string): string {
  const random = BigInt(`0x${randomBytes(10).toString("hex")}`)
    .toString(36)
    .padStart(16, "0");
  return firstIdOf(prefix, Date.now()) + random;
}

/** Ids made at that moment or later sort behind it; for finding rows by time in an index over ids. */
export function firstIdOf(prefix: string, milliseconds: number): string {
  return `${prefix}_${milliseconds.toString(36).padStart(9, "0")}`;
}
