/**
 * Real text to search: this machine's man pages, turned from roff into Markdown well enough to read, or the
 * Markdown of the installed packages where there are too few. The same machine gives the same corpus.
 */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { chunkText } from "#server/documents/chunk.ts";

export type Page = { readonly name: string; readonly text: string };
export type Corpus = {
  readonly source: string;
  readonly pages: readonly Page[];
  readonly chunkCount: number;
};

const longestPage = 400_000;

export function readCorpus(wantedChunks: number): Corpus {
  const manual = collect("man pages", globSync("/usr/share/man/man[1-8]/*"), readManPage, wantedChunks);
  if (manual.chunkCount >= wantedChunks) return manual;
  const markdown = globSync("node_modules/**/*.md", { exclude: (path) => /license|changelog/i.test(path) });
  const packages = collect("packages' Markdown", markdown, readMarkdown, wantedChunks);
  return packages.chunkCount > manual.chunkCount ? packages : manual;
}

function collect(
  source: string,
  files: string[],
  read: (file: string) => Page,
  wantedChunks: number,
): Corpus {
  const pages: Page[] = [];
  const seen = new Set<string>();
  let chunkCount = 0;
  for (const file of spread(files)) {
    if (chunkCount >= wantedChunks) break;
    const page = tryRead(read, file);
    if (!page || page.text.length < 500 || page.text.length > longestPage || seen.has(page.text)) continue;
    const chunks = chunkText(page.text, "markdown").length;
    // No page may overshoot the corpus by much: the size is what is compared between runs.
    if (chunkCount + chunks > wantedChunks + 20) continue;
    seen.add(page.text);
    pages.push(page);
    chunkCount += chunks;
  }
  return { source, pages, chunkCount };
}

/** One page of each family in turn: some packages bring thousands of pages that are near copies. */
function spread(files: string[]): string[] {
  const families = new Map<string, number>();
  return files
    .sort()
    .map((file) => {
      const family = /^[a-z]*/i.exec(basename(file))?.[0] ?? "";
      const turn = families.get(family) ?? 0;
      families.set(family, turn + 1);
      return { file, turn };
    })
    .sort((a, b) => a.turn - b.turn)
    .map(({ file }) => file);
}

/** Dangling links and other encodings are common in manuals; such a page is passed over. */
function tryRead(read: (file: string) => Page, file: string): Page | null {
  try {
    return read(file);
  } catch {
    return null;
  }
}

function readMarkdown(file: string): Page {
  return { name: file.replace(/^node_modules\//, ""), text: readFileSync(file, "utf8") };
}

function readManPage(file: string): Page {
  const bytes = readFileSync(file);
  const roff = new TextDecoder("utf-8", { fatal: true }).decode(
    file.endsWith(".gz") ? gunzipSync(bytes) : bytes,
  );
  return { name: basename(file).replace(/\.gz$/, ".md"), text: roffToMarkdown(roff) };
}

export function roffToMarkdown(roff: string): string {
  const lines: string[] = [];
  let ignoring = false;
  for (const line of roff.split("\n")) {
    if (ignoring) {
      ignoring = line !== "..";
      continue;
    }
    const [, macro, rest = ""] = /^[.'][ \t]*([A-Za-z\\"]+)[ \t]*(.*)$/.exec(line) ?? [];
    if (macro === undefined) lines.push(plain(line));
    else if (/^(de|ig|am)$/.test(macro)) ignoring = true;
    else if (/^S[Hh]$/.test(macro)) lines.push("", `# ${plain(unquoted(rest))}`, "");
    else if (/^S[Ss]$/.test(macro)) lines.push("", `## ${plain(unquoted(rest))}`, "");
    else if (/^(PP|P|LP|Pp|sp|TP|IP|HP|It)$/.test(macro)) lines.push("", plain(unquoted(rest)));
    else if (/^(B|I|BR|IR|RB|RI|BI|IB|SM|Nm|Fl|Ar|Xr|Nd|Cm)$/.test(macro)) lines.push(plain(unquoted(rest)));
  }
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function unquoted(rest: string): string {
  return rest.replace(/"/g, "").trim();
}

function plain(line: string): string {
  return line
    .replace(/\\f(?:\(..|\[[^\]]*\]|.)/g, "")
    .replace(/\\s[-+]?\d+/g, "")
    .replace(/\\\((..)|\\\[([^\]]*)\]/g, (_, short, long) => symbols[short ?? long] ?? "")
    .replace(/\\"./g, "")
    .replace(/\\[,/&|^)%:]/g, "")
    .replace(/\\e/g, "\\")
    .replace(/\\([-~ .'`])/g, (_, sign: string) => (sign === "~" ? " " : sign));
}

const symbols: Record<string, string> = {
  aq: "'",
  lq: '"',
  rq: '"',
  cq: "'",
  oq: "'",
  em: "–",
  en: "–",
  bu: "•",
};

/** Two to four words that stand together somewhere in the corpus, as a person would ask for them. */
export function queriesFrom(pages: readonly Page[], count: number): string[] {
  const queries: string[] = [];
  for (let index = 0; queries.length < count && index < pages.length * 5; index++) {
    const text = pages[(index * 7) % pages.length]?.text ?? "";
    const words = text.match(/\b[a-z]{4,14}\b/g) ?? [];
    const from = (index * 31) % Math.max(1, words.length - 4);
    const query = [...new Set(words.slice(from, from + 2 + (index % 3)))].join(" ");
    if (query.includes(" ")) queries.push(query);
  }
  return queries;
}
