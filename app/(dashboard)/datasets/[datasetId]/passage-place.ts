/** The place that a citation's link names: a range of one version of a document. */
export type PassagePlace = { documentId: string; version: number; start: number; end: number };

type Given = Record<string, string | string[] | undefined>;

/** Null when the address names no passage. */
export function placeOf({ document, version, start, end }: Given): PassagePlace | null {
  if (typeof document !== "string") return null;
  const [v, from, to] = [version, start, end].map((value) =>
    typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : null,
  );
  if (v == null || from == null || to == null || v < 1 || to <= from) return null;
  return { documentId: document, version: v, start: from, end: to };
}
