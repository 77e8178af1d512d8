import { type AddressFilters, periodOf, readAddress, writeAddress } from "../address-filters.ts";

export const filterNames = ["text", "by", "dataset", "document", "from", "to", "outcome"] as const;
export type Filters = AddressFilters<(typeof filterNames)[number]>;

export function readFilters(search: URLSearchParams): Filters {
  return readAddress(search, filterNames);
}

export function writeFilters(search: URLSearchParams, filters: Filters): string {
  return writeAddress(search, filterNames, filters);
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

/** As the API takes them. */
export function toInput({ text, by, dataset, document, from, to, outcome }: Filters): Input {
  return {
    ...(text ? { text } : {}),
    ...(by ? { credentialId: by.slice(0, 100) } : {}),
    ...(dataset ? { datasetId: dataset.slice(0, 100) } : {}),
    ...(document ? { documentId: document.slice(0, 100) } : {}),
    ...periodOf({ from, to }),
    ...(outcome === "answered" || outcome === "empty" ? { outcome } : {}),
  };
}
