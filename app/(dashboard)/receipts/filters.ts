import { placeName } from "../../_components/search-params.ts";

/** What the list is narrowed to stands in the page's address, so that it can be kept and sent on. */
export const filterNames = ["text", "by", "dataset", "document", "from", "to", "outcome"] as const;
export type Filters = Partial<Record<(typeof filterNames)[number], string>>;

export function readFilters(search: URLSearchParams): Filters {
  const entries = filterNames.flatMap((name) => {
    const value = search.get(name)?.trim().slice(0, 200);
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** The address's search for them, with what else stands there left alone. */
export function writeFilters(search: URLSearchParams, filters: Filters): string {
  const changed = new URLSearchParams(search);
  changed.delete(placeName);
  for (const name of filterNames) {
    const value = filters[name]?.trim();
    if (value) changed.set(name, value);
    else changed.delete(name);
  }
  return changed.toString();
}

type Input = {
  text?: string;
  credentialId?: string;
  datasetId?: string;
  documentId?: string;
  from?: string;
  to?: string;
  outcome?: "answered" | "empty";
};

/** As the API takes them. Days are those of the viewer's zone; the last one is included. */
export function toInput({ text, by, dataset, document, from, to, outcome }: Filters): Input {
  const first = startOfDay(from, 0);
  const end = startOfDay(to, 1);
  return {
    ...(text ? { text } : {}),
    ...(by ? { credentialId: by.slice(0, 100) } : {}),
    ...(dataset ? { datasetId: dataset.slice(0, 100) } : {}),
    ...(document ? { documentId: document.slice(0, 100) } : {}),
    ...(first ? { from: first } : {}),
    ...(end ? { to: end } : {}),
    ...(outcome === "answered" || outcome === "empty" ? { outcome } : {}),
  };
}

/** Of a day in the viewer's zone; null where it is none. */
export function startOfDay(day: string | undefined, later: number): string | null {
  const parts = day
    ?.match(/^(\d{4})-(\d\d)-(\d\d)$/)
    ?.slice(1)
    .map(Number);
  if (!parts) return null;
  const [year = 0, month = 1, date = 1] = parts;
  return new Date(year, month - 1, date + later).toISOString();
}
