/** What a list is narrowed to stands in its page's address, so that it can be kept and sent on. */
import { placeName } from "../_components/search-params.ts";

export type AddressFilters<Name extends string> = Partial<Record<Name, string>>;

export function readAddress<Name extends string>(
  search: URLSearchParams,
  names: readonly Name[],
): AddressFilters<Name> {
  const given = new Map<Name, string>();
  for (const name of names) {
    const value = search.get(name)?.trim().slice(0, 200);
    if (value) given.set(name, value);
  }
  return Object.fromEntries(given) as AddressFilters<Name>;
}

/** The address's search for them, with what else stands there left alone; the list begins at its start. */
export function writeAddress<Name extends string>(
  search: URLSearchParams,
  names: readonly Name[],
  filters: AddressFilters<Name>,
): string {
  const changed = new URLSearchParams(search);
  changed.delete(placeName);
  for (const name of names) {
    const value = filters[name]?.trim();
    if (value) changed.set(name, value);
    else changed.delete(name);
  }
  return changed.toString();
}

/** Days of the viewer's zone, as `2026-11-27`, the last one included. */
export type Days = { readonly from: string | undefined; readonly to: string | undefined };

/** As the API takes them; what is no day is left out. */
export function periodOf({ from, to }: Days): { from?: string; to?: string } {
  const first = startOfDay(from, 0);
  const end = startOfDay(to, 1);
  return { ...(first ? { from: first } : {}), ...(end ? { to: end } : {}) };
}

function startOfDay(day: string | undefined, later: number): string | null {
  const parts = day
    ?.match(/^(\d{4})-(\d\d)-(\d\d)$/)
    ?.slice(1)
    .map(Number);
  if (!parts) return null;
  const [year = 0, month = 1, date = 1] = parts;
  return new Date(year, month - 1, date + later).toISOString();
}
