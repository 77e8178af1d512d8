/**
 * Cuts text into chunks that are searched and cited: `text.slice(start, end) === chunk.text`, in order, no
 * overlap, together all words of the text, none larger than `maxTokens`. Cuts fall between sections, pages
 * and definitions, then blocks, then rows, items or lines of code, then sentences, then words; never inside
 * a surrogate pair. Linear time.
 */
import { type Block, blocksOf, isSpace, trimEnd } from "./blocks.ts";
import { cleanLine, withoutClosingMarks } from "./clean-text.ts";
import type { Style } from "./read-text.ts";
import { tokenMeter } from "./tokens.ts";

export type Chunk = {
  ordinal: number;
  headingPath: string[];
  start: number;
  end: number;
  text: string;
  /** Where it begins, from 1, in formats that have pages. */
  page: number | null;
};

/** By the estimate of tokens.ts: models that take 512 tokens take every chunk, and its headings. */
const targetTokens = 320;
/** A chunk smaller than this takes the next block even past the target. */
const smallTokens = 50;
export const maxTokens = targetTokens + smallTokens;

/** `pages`: where each page begins. */
export function chunkText(text: string, style: Style, pages?: readonly number[]): Chunk[] {
  return new Chunker(text, style, pages).chunks();
}

class Chunker {
  #chunks: Chunk[] = [];
  #headings: { level: number; title: string }[] = [];
  #start = -1;
  #end = -1;
  #path: string[] = [];
  #headingsOnly = true;
  #page = 0;
  #text: string;
  #style: Style;
  #pages: readonly number[];
  #tokens: (start: number, end: number) => number;

  constructor(text: string, style: Style, pages: readonly number[] = []) {
    this.#text = text;
    this.#style = style;
    this.#pages = pages;
    this.#tokens = tokenMeter(text);
  }

  chunks(): Chunk[] {
    for (const block of blocksOf(this.#text, this.#style)) {
      if (block.kind === "heading") this.#enter(block);
      else if (block.opens && this.#size() >= targetTokens / 2) this.#flush();
      if (this.#turnsPage(block.start) && this.#size() >= smallTokens) this.#flush();
      const path = block.definitions ?? this.#headings.map(({ title }) => title);
      for (const [from, to] of this.#unitsOf(block)) this.#add(from, to, path, block.kind === "heading");
    }
    this.#flush();
    return this.#chunks;
  }

  #enter(heading: Block): void {
    // Headings that follow each other stay with the words under the last of them.
    if (!this.#headingsOnly) this.#flush();
    while ((this.#headings.at(-1)?.level ?? 0) >= heading.level) this.#headings.pop();
    this.#headings.push({
      level: heading.level,
      title: titleOf(this.#text.slice(heading.start, heading.end)),
    });
  }

  #add(from: number, to: number, path: string[], isHeading: boolean): void {
    if (this.#start >= 0) {
      const joined = this.#tokens(this.#start, to);
      if (joined > (this.#size() < smallTokens ? maxTokens : targetTokens)) this.#flush();
    }
    // Code keeps the definition that its chunk begins in; what heads prose is the last of its headings.
    if (this.#start < 0 || this.#style !== "code") this.#path = path;
    if (this.#start < 0) this.#start = from;
    this.#end = to;
    this.#headingsOnly &&= isHeading;
  }

  #flush(): void {
    const start = this.#start;
    const end = this.#end;
    if (start < 0) return;
    this.#chunks.push({
      ordinal: this.#chunks.length,
      headingPath: this.#path,
      start,
      end,
      text: this.#text.slice(start, end),
      page: this.#pageOf(start),
    });
    this.#start = -1;
    this.#headingsOnly = true;
  }

  #size(): number {
    return this.#start < 0 ? 0 : this.#tokens(this.#start, this.#end);
  }

  #turnsPage(offset: number): boolean {
    return this.#start >= 0 && (this.#pages[this.#page] ?? Number.POSITIVE_INFINITY) <= offset;
  }

  /** Chunks come in order, so pages are passed once. */
  #pageOf(offset: number): number | null {
    while ((this.#pages[this.#page] ?? Number.POSITIVE_INFINITY) <= offset) this.#page += 1;
    return this.#pages.length > 0 ? Math.max(1, this.#page) : null;
  }

  /** A block whole where it fits, else its items or lines, else pieces of prose. */
  *#unitsOf(block: Block): Generator<[number, number]> {
    const { kind, start, end } = block;
    if (this.#tokens(start, end) <= targetTokens) yield [start, end];
    else if (kind === "prose" || kind === "heading") yield* this.#pieces(start, end, "prose");
    else {
      for (const [from, to] of this.#linesOf(block)) {
        if (this.#tokens(from, to) <= maxTokens) yield [from, to];
        else yield* this.#pieces(from, to, kind);
      }
    }
  }

  *#linesOf(block: Block): Generator<[number, number]> {
    const text = this.#text;
    let start = block.start;
    for (let from = block.start; from < block.end; ) {
      const newline = text.indexOf("\n", from);
      const to = newline < 0 || newline > block.end ? block.end : newline;
      const next = text.slice(to + 1, to + 60);
      const goesOn =
        block.kind === "list" && to < block.end && !/^\s{0,40}(?:[-*+•]|\d{1,9}[.)])\s/.test(next);
      if (!goesOn) {
        const end = trimEnd(text, start, to);
        if (end > start) yield [start, end];
        start = to + 1;
      }
      from = to + 1;
    }
  }

  /** Windows of at most the target, each cut at the best place in its second half. */
  *#pieces(start: number, end: number, kind: Block["kind"]): Generator<[number, number]> {
    let from = start;
    while (this.#tokens(from, end) > targetTokens) {
      const window = this.#text.slice(from, this.#reach(from, end) + 1);
      const cut = from + cutIn(window, kind === "rows" ? [/ \| /g, ...places] : places);
      const to = trimEnd(this.#text, from, cut);
      if (to > from) yield [from, to];
      from = cut;
      while (from < end && isSpace(this.#text.charCodeAt(from))) from += 1;
    }
    if (end > from) yield [from, end];
  }

  /** The last offset up to which a piece is within the target. */
  #reach(from: number, end: number): number {
    let low = from + 2;
    // No character costs less than a seventh of a token but blanks.
    let high = Math.min(end, from + targetTokens * 20);
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#tokens(from, middle) <= targetTokens) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function titleOf(heading: string): string {
  const line = heading.replace(/^\s*#{1,6}\s+/, "").replace(/\n[\s\S]*$/, "");
  // No opening bracket within a link: what one fails to match would be tried again from each.
  const words = withoutClosingMarks(line.slice(0, 1000))
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, "$1")
    .replace(/(\*\*|__|`)/g, "");
  return cleanLine(words);
}

/** After a sentence, a line, a part of a sentence, a word. */
const places = [/[.!?…]["')\]]*\s|[。！？]/g, /\n/g, /[;:,]\s|[、，；]/g, /\s/g];

/** Where to cut a window whose last unit lies past the target: at the best place, else anywhere. */
function cutIn(window: string, wanted: readonly RegExp[]): number {
  const most = window.length - 1;
  for (const place of wanted) {
    let best = -1;
    place.lastIndex = most >> 1;
    for (let match = place.exec(window); match; match = place.exec(window)) {
      const at = match.index + match[0].length;
      if (at <= most) best = at;
    }
    if (best > 0) return best;
  }
  const low = window.charCodeAt(most);
  return low >= 0xdc00 && low <= 0xdfff ? most - 1 : most;
}
