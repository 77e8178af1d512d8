/**
 * The parts that a text is built of, in order: headings, paragraphs, lists, rows, stretches of code. Each is
 * a run of lines; together they hold all words. Linear time.
 */
import type { Style } from "./read-text.ts";

type Kind = "heading" | "prose" | "list" | "rows";
export type Block = {
  kind: Kind;
  start: number;
  end: number;
  /** Of a heading, 1 to 6. */
  level: number;
  /** The definition that code stands in or begins, outermost first. */
  definitions?: string[];
  /** A good place for a cut before it. */
  opens?: boolean;
};

export function blocksOf(text: string, style: Style): Generator<Block> {
  if (style === "code") return codeBlocks(text);
  return style === "lines" ? runsOfLines(text) : proseBlocks(text, style === "markdown");
}

/** Runs of lines between blank lines, headings, fences and changes of kind; ends exclude trailing space. */
function* proseBlocks(text: string, markdown: boolean): Generator<Block> {
  let block: Block | null = null;
  let fence: string | null = null;
  let frontMatter = markdown && /^---[ \t]*\n/.test(text.slice(0, 100));
  const take = function* (next: Block | null): Generator<Block> {
    if (block) yield block;
    block = next;
  };

  for (let from = 0, to = 0; from < text.length; from = to + 1) {
    to = text.indexOf("\n", from);
    if (to < 0) to = text.length;
    // Only the beginning of a line tells its kind; lines may be as long as the text.
    const line = text.slice(from, Math.min(to, from + 2000));
    const last = trimEnd(text, from, to);
    const blank = last <= from;
    const grow = () => {
      if (block) block.end = last;
    };

    if (fence !== null || frontMatter) {
      if (!block) block = { kind: "rows", start: from, end: last, level: 0 };
      else if (!blank) grow();
      if (fence !== null ? closesFence(line, fence) : from > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(line)) {
        fence = null;
        frontMatter = false;
        yield* take(null);
      }
      continue;
    }
    if (blank) {
      yield* take(null);
      continue;
    }
    if (markdown) {
      const opened = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (opened) {
        fence = opened;
        yield* take({ kind: "rows", start: from, end: last, level: 0 });
        continue;
      }
      const atx = /^ {0,3}(#{1,6})(?=[ \t]+\S)/.exec(line)?.[1];
      if (atx) {
        yield* take({ kind: "heading", start: from, end: last, level: atx.length });
        yield* take(null);
        continue;
      }
      const setext = /^ {0,3}(=+|-+)[ \t]*$/.exec(line)?.[1];
      if (setext && isSingleLine(text, block)) {
        yield { kind: "heading", start: block.start, end: last, level: setext.startsWith("=") ? 1 : 2 };
        block = null;
        continue;
      }
    }
    const item = /^\s{0,40}(?:[-*+•]|\d{1,9}[.)])\s/.test(line);
    const kind: Kind = item ? "list" : /^\s*\|/.test(line) || / \| |\t/.test(line) ? "rows" : "prose";
    // An item's further lines belong to it, and a prose block that meets a row or an item ends.
    if (!block || (kind !== block.kind && !(block.kind === "list" && kind === "prose"))) {
      yield* take({ kind, start: from, end: last, level: 0 });
    } else grow();
  }
  yield* take(null);
}

function isSingleLine(text: string, block: Block | null): block is Block {
  if (block?.kind !== "prose" || block.end - block.start > 300) return false;
  return !text.slice(block.start, block.end).includes("\n");
}

function closesFence(line: string, fence: string): boolean {
  const mark = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return mark?.startsWith(fence) ?? false;
}

export function trimEnd(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160 || code === 0x3000;
}

function* runsOfLines(text: string): Generator<Block> {
  let block: Block | null = null;
  for (const [from, last] of linesOf(text)) {
    if (last <= from) {
      if (block) yield block;
      block = null;
    } else if (block) block.end = last;
    else block = { kind: "rows", start: from, end: last, level: 0 };
  }
  if (block) yield block;
}

/** What begins a definition in most languages, and its name. */
const definition =
  /^(?:(?:export|default|pub(?:\([a-z]+\))?|public|private|protected|internal|static|abstract|final|async|unsafe|extern|override|virtual|open|sealed|data)\s{1,9})*(?:function\*?|class|interface|trait|struct|enum|impl|module|namespace|object|record|protocol|extension|def|fn|func|fun|sub|type|create\s{1,9}(?:or\s{1,9}replace\s{1,9})?(?:table|view|function|procedure))\s{1,9}(?:\([^()]{0,100}\)\s{0,9})?([\p{L}_$][\p{L}\p{N}_$.:]{0,80})/iu;

/** Stretches between empty lines, each with the definitions that it stands in by its indentation. */
function* codeBlocks(text: string): Generator<Block> {
  const outer: { indent: number; name: string }[] = [];
  let block: Block | null = null;
  /** Only comments and decorators so far: the definition below them is theirs. */
  let preamble = true;
  for (const [from, last] of linesOf(text)) {
    if (last <= from) {
      if (block) yield block;
      block = null;
      continue;
    }
    const line = text.slice(from, Math.min(last, from + 500));
    const indent = Math.max(0, line.search(/\S/));
    const closes = /^\s*(?:[)\]}]|end\b)/.test(line);
    while (!closes && (outer.at(-1)?.indent ?? -1) >= indent) outer.pop();
    const name = definition.exec(line.slice(indent))?.[1];
    if (name) outer.push({ indent, name });
    const definitions = outer.map((known) => known.name);
    if (block) block.end = last;
    else {
      block = { kind: "rows", start: from, end: last, level: 0, definitions, opens: indent === 0 && !closes };
      preamble = true;
    }
    if (name && preamble) block.definitions = definitions;
    preamble &&= /^\s*(?:\/\/|\/?\*|#|@|--|;|""")/.test(line);
  }
  if (block) yield block;
}

/** Each line's beginning and end, without what is blank at its end. */
function* linesOf(text: string): Generator<[from: number, last: number]> {
  for (let from = 0, to = 0; from < text.length; from = to + 1) {
    to = text.indexOf("\n", from);
    if (to < 0) to = text.length;
    yield [from, trimEnd(text, from, to)];
  }
}
