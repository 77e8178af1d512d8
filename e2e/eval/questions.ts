/**
 * The labelled set: each document asked for by its own description, which is taken out of its text, so that
 * the right answer to a query is known. Then the same queries as people type them. All by chance from fixed
 * seeds: the same documents give the same set.
 */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { roffToMarkdown } from "../bench/corpus.ts";

export type Question = {
  readonly query: string;
  /** The documents that answer it, each with how well: a grade above 0. */
  readonly answers: ReadonlyMap<string, number>;
};
export type LabelledSet = {
  readonly source: string;
  readonly documents: readonly {
    readonly id: string;
    readonly title: string;
    readonly text: string;
    /** Left out: what it looks like. */
    readonly format?: "markdown";
  }[];
  readonly questions: readonly Question[];
};

const shortest = 800;
const longest = 200_000;
/** Some packages bring thousands of pages that are near copies of each other. */
const perFamily = 60;

/** The machine's manual pages, or where they are few the Markdown of the installed packages. */
export function readLabelledSet(wanted: number): LabelledSet {
  const manual = collect("manual pages", globSync("/usr/share/man/man[1-8]/*"), readManual, wanted);
  if (manual.documents.length >= Math.min(wanted, 500)) return manual;
  const files = ["README.md", ...globSync("docs/*.md"), ...globSync("node_modules/**/README.md")];
  const markdown = collect("Markdown documents", files, readReadme, wanted);
  return markdown.documents.length > manual.documents.length ? markdown : manual;
}

type Labelled = { name: string; family: string; query: string; text: string };

function collect(
  source: string,
  files: string[],
  read: (file: string) => Labelled | null,
  wanted: number,
): LabelledSet {
  const documents = new Map<string, Labelled>();
  const asked = new Set<string>();
  const families = new Map<string, number>();
  for (const file of shuffled(files)) {
    if (documents.size >= wanted) break;
    const page = tryRead(read, file);
    if (!page || page.text.length < shortest || page.text.length > longest) continue;
    const words = page.query.match(/[\p{L}\p{N}]+/gu) ?? [];
    const taken = families.get(page.family) ?? 0;
    // Two pages under one description would both be right.
    if (words.length < 3 || words.length > 20 || asked.has(page.query) || taken >= perFamily) continue;
    asked.add(page.query);
    families.set(page.family, taken + 1);
    documents.set(page.name, page);
  }
  const pages = [...documents.values()];
  return {
    source,
    documents: pages.map(({ name, text }) => ({ id: name, title: name, text, format: "markdown" })),
    questions: pages.map(({ name, query }) => ({ query, answers: new Map([[name, 1]]) })),
  };
}

/** Other encodings and dangling links are common; such a file is passed over. */
function tryRead(read: (file: string) => Labelled | null, file: string): Labelled | null {
  try {
    return read(file);
  } catch {
    return null;
  }
}

/** `name - description` under the first heading, which goes with its line. */
function readManual(file: string): Labelled | null {
  const bytes = readFileSync(file);
  const roff = new TextDecoder("utf-8", { fatal: true }).decode(
    file.endsWith(".gz") ? gunzipSync(bytes) : bytes,
  );
  const text = roffToMarkdown(roff);
  const found = /^# NAME\s+([^#]*?)\s+[-–—]+\s+([^#]+?)\n\s*\n?(?=#)/im.exec(text);
  const query = found?.[2]?.replaceAll(/\s+/g, " ").trim();
  if (!found || !query) return null;
  const name = basename(file).replace(/\.gz$/, "");
  return { name, family: familyOf(name), query, text: without(text, found.index, found[0].length) };
}

/** The first paragraph of a README that is one sentence. */
function readReadme(file: string): Labelled | null {
  const text = readFileSync(file, "utf8");
  const found = /^(?![#<>!|[*\-`\s])[^\n]{30,200}[.:]?$/m.exec(text);
  if (!found) return null;
  const name = file.replace(/^node_modules\//, "");
  const query = found[0].replaceAll(/[`*_]|\[([^\]]*)\]\([^)]*\)/g, "$1").trim();
  return {
    name,
    family: name.split("/")[0] ?? name,
    query,
    text: without(text, found.index, found[0].length),
  };
}

const familyOf = (name: string) => /^[a-z0-9]*/i.exec(name)?.[0] ?? name;

const without = (text: string, from: number, length: number) =>
  `${text.slice(0, from)}${text.slice(from + length)}`.trim();

/** By chance, each by its own name: a package that is installed moves no other's pages. */
function shuffled(files: string[]): string[] {
  return files
    .map((file) => ({ file, place: randomFrom(file)() }))
    .sort((one, other) => one.place - other.place)
    .map(({ file }) => file);
}

/** Numbers from 0 to 1, always the same ones for a seed (mulberry32). */
function randomFrom(seed: string): () => number {
  let state = 0x9e3779b9;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Random = () => number;

/** A query as it is, and as people write it. */
export const variants = {
  clean: (query: string) => query,
  typos: (query: string, random: Random) => changeWords(query, random, 4, (word) => mistype(word, random)),
  "other forms": (query: string, random: Random) => changeWords(query, random, 4, reform),
  joined: joinWords,
  "cut short": (query: string, random: Random) =>
    changeWords(query, random, 6, (word) => word.slice(0, Math.ceil(word.length * 0.6))),
} as const satisfies Record<string, (query: string, random: Random) => string>;
export type Variant = keyof typeof variants;

export function vary(query: string, variant: Variant): string {
  return variants[variant](query, randomFrom(`${variant}:${query}`));
}

/** Every second word of at least that many letters, and at least one. */
function changeWords(
  query: string,
  random: Random,
  letters: number,
  change: (word: string) => string,
): string {
  const words = query.split(" ");
  const open = words.flatMap((word, at) => (new RegExp(`^[a-z]{${letters},}$`, "i").test(word) ? [at] : []));
  const first = open[Math.floor(random() * open.length)];
  return words
    .map((word, at) => (at === first || (open.includes(at) && random() < 0.5) ? change(word) : word))
    .join(" ");
}

/** Two letters in the wrong order, one too few, one twice, or another one; mostly not the first. */
function mistype(word: string, random: Random): string {
  const at = random() < 0.1 ? 0 : 1 + Math.floor(random() * (word.length - 2));
  const [before, letter, after] = [word.slice(0, at), word.charAt(at), word.slice(at + 1)];
  const kind = Math.floor(random() * 4);
  if (kind === 0) return before + after.charAt(0) + letter + after.slice(1);
  if (kind === 1) return before + after;
  if (kind === 2) return before + letter + letter + after;
  return before + String.fromCharCode(97 + Math.floor(random() * 26)) + after;
}

const endings = [
  [/ies$/i, "y"],
  [/ations?$/i, "ate"],
  [/ing$/i, "ed"],
  [/ed$/i, "ing"],
  [/(?<!s)s$/i, ""],
  [/er$/i, "ing"],
  [/e$/i, "ing"],
  [/y$/i, "ies"],
] as const;

function reform(word: string): string {
  const ending = endings.find(([pattern]) => pattern.test(word));
  return ending ? word.replace(ending[0], ending[1]) : `${word}s`;
}

/** Two words that stand side by side become one: about every second such pair, and at least one. */
function joinWords(query: string, random: Random): string {
  const words = query.split(" ");
  const first = 1 + Math.floor(random() * (words.length - 1));
  let joined = false;
  return words.reduce((text, word, at) => {
    joined = at === first || (!joined && at + 1 !== first && random() < 0.5);
    return `${text}${joined ? "" : " "}${word}`;
  });
}
