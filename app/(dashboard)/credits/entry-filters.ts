/** What the statement is narrowed to stands in the page's address, so that it can be kept and sent on. */
import type { entryKinds } from "#db/schema/ledger.ts";
import { placeName } from "../../_components/search-params.ts";
import { startOfDay } from "../receipts/filters.ts";

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
export type EntryFilters = Partial<Record<(typeof names)[number], string>>;

export function readEntryFilters(search: URLSearchParams): EntryFilters {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = search.get(name)?.trim().slice(0, 200);
      return value ? [[name, value] as const] : [];
    }),
  );
}

export function writeEntryFilters(search: URLSearchParams, filters: EntryFilters): string {
  const changed = new URLSearchParams(search);
  changed.delete(placeName);
  for (const name of names) {
    const value = filters[name]?.trim();
    if (value) changed.set(name, value);
    else changed.delete(name);
  }
  return changed.toString();
}

/** As the API takes them; what it would refuse is left out. */
export function toEntryInput({ text, kind, from, to }: EntryFilters) {
  const first = startOfDay(from, 0);
  const end = startOfDay(to, 1);
  return {
    ...(text ? { text } : {}),
    ...(isKind(kind) ? { kind } : {}),
    ...(first ? { from: first } : {}),
    ...(end ? { to: end } : {}),
  };
}

function isKind(kind: string | undefined): kind is Kind {
  return kind !== undefined && Object.hasOwn(kindWords, kind);
}
