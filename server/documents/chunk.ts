/**
 * Cuts text into chunks that are searched and cited: `text.slice(start, end) === chunk.text`, in order, no
 * overlap, together all words of the text, none longer than `maxChunk`. Cuts fall between sections, then
 * blocks, then rows or items, then sentences, then words; never inside a surrogate pair. Linear time.
 */
import { cleanLine, withoutClosingMarks } from "./clean-text.ts";

export type Chunk = { ordinal: number; headingPath: string[]; start: number; end: number; text: string };

/** UTF-16 code units; about 300 tokens of English. */
const targetChunk = 1200;
/** A chunk shorter than this takes the next block even past the target. */
const smallChunk = 200;
export const maxChunk = targetChunk + smallChunk;

type Kind = "heading" | "prose" | "list" | "rows";
type Block = { kind: Kind; start: number; end: number; level: number };

export function chunkText(text: string, format: "text" | "markdown" | "html"): Chunk[] {
  const chunks: Chunk[] = [];
  const headings: { level: number; title: string }[] = [];
  let start = -1;
  let end = -1;
  let path: string[] = [];
  let headingsOnly = true;

  const flush = () => {
    if (start < 0) return;
    chunks.push({ ordinal: chunks.length, headingPath: path, start, end, text: text.slice(start, end) });
    start = -1;
    headingsOnly = true;
  };
  const add = (from: number, to: number, isHeading: boolean) => {
    if (start >= 0) {
      const joined = to - start;
      if (joined > (end - start < smallChunk ? maxChunk : targetChunk)) flush();
    }
    if (start < 0) start = from;
    end = to;
    headingsOnly &&= isHeading;
    path = headings.map(({ title }) => title);
  };

  for (const block of blocksOf(text, format !== "text")) {
    if (block.kind === "heading") {
      // Headings that follow each other stay with the words under the last of them.
      if (!headingsOnly) flush();
      while ((headings.at(-1)?.level ?? 0) >= block.level) headings.pop();
      headings.push({ level: block.level, title: titleOf(text.slice(block.start, block.end)) });
    }
    for (const [from, to] of unitsOf(text, block)) add(from, to, block.kind === "heading");
  }
  flush();
  return chunks;
}

function titleOf(heading: string): string {
  const line = heading.replace(/^\s*#{1,6}\s+/, "").replace(/\n[\s\S]*$/, "");
  // No opening bracket within a link: what one fails to match would be tried again from each.
  const words = withoutClosingMarks(line.slice(0, 1000))
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, "$1")
    .replace(/(\*\*|__|`)/g, "");
  return cleanLine(words);
}

/** Runs of lines between blank lines, headings, fences and changes of kind; ends exclude trailing space. */
function* blocksOf(text: string, markdown: boolean): Generator<Block> {
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

function trimEnd(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160 || code === 0x3000;
}

/** A block whole where it fits, else its items or lines, else pieces of prose. */
function* unitsOf(text: string, block: Block): Generator<[number, number]> {
  if (block.end - block.start <= targetChunk) yield [block.start, block.end];
  else if (block.kind === "prose" || block.kind === "heading") yield* pieces(text, block.start, block.end);
  else {
    for (const [from, to] of linesOf(text, block)) {
      if (to - from <= targetChunk) yield [from, to];
      else yield* pieces(text, from, to);
    }
  }
}

function* linesOf(text: string, block: Block): Generator<[number, number]> {
  let start = block.start;
  for (let from = block.start; from < block.end; ) {
    const newline = text.indexOf("\n", from);
    const to = newline < 0 || newline > block.end ? block.end : newline;
    const next = text.slice(to + 1, to + 60);
    const goesOn = block.kind === "list" && to < block.end && !/^\s{0,40}(?:[-*+•]|\d{1,9}[.)])\s/.test(next);
    if (!goesOn) {
      const end = trimEnd(text, start, to);
      if (end > start) yield [start, end];
      start = to + 1;
    }
    from = to + 1;
  }
}

/** Windows of at most the target, each cut at the best place in its second half. */
function* pieces(text: string, start: number, end: number): Generator<[number, number]> {
  let from = start;
  while (end - from > targetChunk) {
    const cut = from + cutIn(text.slice(from, from + targetChunk + 1));
    const to = trimEnd(text, from, cut);
    if (to > from) yield [from, to];
    from = cut;
    while (from < end && isSpace(text.charCodeAt(from))) from += 1;
  }
  if (end > from) yield [from, end];
}

/** Where to cut a window whose last unit lies past the target: after a sentence, a line, a word, anywhere. */
function cutIn(window: string): number {
  const half = targetChunk >> 1;
  for (const places of [/[.!?…]["')\]]*\s|[。！？]/g, /\n/g, /[;:,]\s|[、，；]/g, /\s/g]) {
    let best = -1;
    places.lastIndex = half;
    for (let match = places.exec(window); match; match = places.exec(window)) {
      const at = match.index + match[0].length;
      if (at <= targetChunk) best = at;
    }
    if (best > 0) return best;
  }
  const low = window.charCodeAt(targetChunk);
  return low >= 0xdc00 && low <= 0xdfff ? targetChunk - 1 : targetChunk;
}
