import type { entryKinds } from "#db/schema/ledger.ts";
import { type AddressFilters, periodOf, readAddress, writeAddress } from "../address-filters.ts";

export const kindWords: Record<(typeof entryKinds)[number], string> = {
  grant: "Granted",
  purchase: "Bought",
  charge: "Charged",
  refund: "Given back",
  expiry: "Expired",
  adjustment: "Adjusted",
};
type Kind = keyof typeof kindWords;

const names = ["text", "kind", "from", "to"] as const;
export type EntryFilters = AddressFilters<(typeof names)[number]>;

export function readEntryFilters(search: URLSearchParams): EntryFilters {
  return readAddress(search, names);
}

export function writeEntryFilters(search: URLSearchParams, filters: EntryFilters): string {
  return writeAddress(search, names, filters);
}

/** As the API takes them; what it would refuse is left out. */
export function toEntryInput({ text, kind, from, to }: EntryFilters) {
  return {
    ...(text ? { text } : {}),
    ...(isKind(kind) ? { kind } : {}),
    ...periodOf({ from, to }),
  };
}

function isKind(kind: string | undefined): kind is Kind {
  return kind !== undefined && Object.hasOwn(kindWords, kind);
}
