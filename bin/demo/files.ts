/** The documents of a folder: found, read in batches that the server takes at once, and a query to try. */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { DemoFailure } from "./api.ts";

const mediaTypes: Record<string, string> = {
  ".md": "text/markdown",
  ".markdown": "text/markdown",
  ".mdx": "text/markdown",
  ".txt": "text/plain",
  ".text": "text/plain",
  ".rst": "text/plain",
  ".html": "text/html",
  ".htm": "text/html",
};
const passedOver = new Set(["node_modules", "CVS"]);
const filesAtOnce = 100;
const bytesAtOnce = 8 * 1024 * 1024;
/** The server takes no larger body; smaller files that are too large for it end as failed, with the reason. */
const bytesAtMost = 64 * 1024 * 1024;

export type Found = { readonly path: string; readonly name: string; readonly sizeBytes: number };

/** Text, Markdown and HTML files below a folder; `root` is what their names leave out. */
export function findFiles(places: readonly string[], root: string): Found[] {
  const found: Found[] = [];
  const visit = (path: string) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      const entries = readdirSync(path, { withFileTypes: true }).filter(isVisible);
      for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) visit(join(path, name));
    } else if (stat?.isFile() && extname(path).toLowerCase() in mediaTypes && stat.size <= bytesAtMost) {
      found.push({ path, name: relative(root, path) || path, sizeBytes: stat.size });
    }
  };
  for (const place of places) {
    if (!existsSync(place)) throw new DemoFailure(`There is no file or folder ${place}.`);
    visit(place);
  }
  if (found.length === 0) {
    throw new DemoFailure(`No text, Markdown or HTML file in ${places.join(" and ")}.`);
  }
  return found;
}

/** A link could lead in a circle or out of the folder. */
function isVisible(entry: Dirent): boolean {
  return !entry.name.startsWith(".") && !passedOver.has(entry.name) && !entry.isSymbolicLink();
}

export function* batches(files: readonly Found[]): Generator<Found[]> {
  let batch: Found[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length === filesAtOnce || (batch.length > 0 && bytes + file.sizeBytes > bytesAtOnce)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

export function formOf(batch: readonly Found[]): FormData {
  const form = new FormData();
  for (const { path, name } of batch) {
    const type = mediaTypes[extname(path).toLowerCase()] ?? "text/plain";
    form.append("file", new Blob([readFileSync(path)], { type }), name);
  }
  return form;
}

/** What somebody might ask of these files: a heading of one of them, else the first words of one. */
export function findQuery(files: readonly Found[]): string | null {
  let fallback: string | null = null;
  for (const { path, sizeBytes } of files.slice(0, 200)) {
    if (sizeBytes > 1024 * 1024) continue;
    const text = readFileSync(path, "utf8").replace(/<(script|style)[\s\S]*?<\/\1>/gi, " ");
    for (const [, mark, html] of text.matchAll(/^#{2,4}\s+(.+)$|<h[2-4][^>]*>([^<]+)</gim)) {
      const words = wordsOf(mark ?? html ?? "");
      if (words.length >= 2 && words.length <= 7) return words.join(" ");
    }
    const words = wordsOf(text.replace(/<[^>]*>/g, " ").slice(0, 2_000));
    fallback ??= words.slice(0, 4).join(" ") || null;
  }
  return fallback;
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}][\p{L}\p{N}'-]+/gu) ?? [];
}
