/**
 * Where a passage is found again: as an MCP resource, and in the dashboard, which opens the document there.
 * Both name the version of the text that the offsets point into, so that neither shows another passage.
 */
import { env } from "#env";

export type Passage = {
  readonly datasetId: string;
  readonly documentId: string;
  readonly version: number;
  /** Offsets into the document's text, UTF-16 code units, end exclusive. */
  readonly start: number;
  readonly end: number;
};

export function datasetUri(datasetId: string): string {
  return `fltr://datasets/${encodeURIComponent(datasetId)}`;
}

export function documentUri(datasetId: string, documentId: string): string {
  return `${datasetUri(datasetId)}/documents/${encodeURIComponent(documentId)}`;
}

export function passageUri({ datasetId, documentId, version, start, end }: Passage): string {
  return `${documentUri(datasetId, documentId)}?version=${version}&start=${start}&end=${end}`;
}

export function passageLink({ datasetId, documentId, version, start, end }: Passage): string {
  const place = { document: documentId, version, start, end };
  const query = new URLSearchParams(Object.entries(place).map(([name, value]) => [name, String(value)]));
  return `${env.appUrl}/datasets/${encodeURIComponent(datasetId)}?${query}`;
}
