/** A source in words for its owner. */
import { count } from "../../../_components/format.ts";

export type Source = {
  id: string;
  datasetId: string;
  kind: "page" | "sitemap" | "archive";
  url: string;
  everyHours: number | null;
  state: "queued" | "reading" | "ready" | "failed";
  reason: string | null;
  counts: Counts;
  readAt: string | null;
  nextReadAt: string | null;
};

type Counts = {
  pages: number;
  waiting: number;
  added: number;
  changed: number;
  unchanged: number;
  failed: number;
  gone: number;
};

export const kindWords = { page: "Page", sitemap: "Sitemap", archive: "Archive" } as const;

/** "31 pages: 2 changed, 29 unchanged"; of an archive the files. */
export function countsWords(kind: Source["kind"], counts: Counts, busy: boolean): string {
  const { pages, waiting, added, changed, unchanged, failed, gone } = counts;
  const parts = [
    busy && waiting > 0 && `${waiting} to go`,
    added > 0 && `${added} new`,
    changed > 0 && `${changed} changed`,
    unchanged > 0 && `${unchanged} unchanged`,
    failed > 0 && `${failed} failed`,
    gone > 0 && `${gone} gone`,
  ].filter((part) => part !== false);
  return `${count(pages, kind === "archive" ? "file" : "page")}: ${parts.join(", ")}`;
}
