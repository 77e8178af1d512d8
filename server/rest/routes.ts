/** REST routes, compiled from the table once. Fixed segments win over parameters. */
import { type CatalogEntry, catalog } from "../catalog.ts";

type Route = { readonly entry: CatalogEntry; readonly segments: readonly string[] };

const routes: readonly Route[] = catalog
  .map((entry) => ({ entry, segments: segmentsOf(entry.row.rest.path) }))
  .sort((a, b) => parameterCount(a.segments) - parameterCount(b.segments));

export type Found =
  | { readonly found: "route"; readonly entry: CatalogEntry; readonly parameters: Record<string, string> }
  | { readonly found: "otherMethods"; readonly allow: readonly string[] }
  | { readonly found: "none" };

/** `path` without the prefix and without a trailing slash. */
export function findRoute(method: string, path: string, contentType: string | null): Found {
  const segments = segmentsOf(path);
  const matching = routes.flatMap((route) => {
    const parameters = match(route.segments, segments);
    return parameters ? [{ entry: route.entry, parameters }] : [];
  });
  const [best] = matching;
  if (!best) return { found: "none" };
  // A path of fixed segments hides one with parameters: only rows of the best path count.
  const here = matching.filter(({ entry }) => entry.row.rest.path === best.entry.row.rest.path);
  const mine = here.filter(({ entry }) => entry.row.rest.method === method);
  const multipart = contentType?.toLowerCase().startsWith("multipart/form-data") ?? false;
  const chosen =
    mine.find(({ entry }) => (entry.row.rest.consumes === "multipart/form-data") === multipart) ?? mine[0];
  if (chosen) return { found: "route", ...chosen };
  return { found: "otherMethods", allow: [...new Set(here.map(({ entry }) => entry.row.rest.method))] };
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    const name = parameterName(part);
    if (name === null && part !== segment) return null;
    if (name !== null) parameters[name] = decode(segment);
  }
  return parameters;
}

function parameterName(part: string): string | null {
  return part.startsWith("{") ? part.slice(1, -1) : null;
}

function parameterCount(segments: readonly string[]): number {
  return segments.filter((part) => parameterName(part) !== null).length;
}

function segmentsOf(path: string): string[] {
  return path.split("/").slice(1);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
