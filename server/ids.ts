/**
 * Opaque ids: a prefix that tells the kind, milliseconds in base 36 so that new rows land together in an
 * index, then 80 random bits.
 */
import { randomBytes } from "node:crypto";

export function newId(prefix: string): string {
  const random = BigInt(`0x${randomBytes(10).toString("hex")}`)
    .toString(36)
    .padStart(16, "0");
  return `${prefix}_${Date.now().toString(36).padStart(9, "0")}${random}`;
}
