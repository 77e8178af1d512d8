/**
 * A PDF's text as Markdown, page by page, in the order its lines are drawn: larger type becomes headings,
 * gaps become paragraphs, lines that stand on most pages (running heads, page numbers) are left out. Text
 * off the page or too small to see is dropped. Invisible text (rendering mode 3) stays: it is how scanned
 * pages carry what was recognised on them.
 */
import type { ReadText } from "./read-text.ts";
import type { Refused } from "./sniff.ts";

type Line = { text: string; size: number; x: number; y: number; right: number };
type Item = { str: string; width: number; transform: unknown[]; hasEOL: boolean };

/** Points; nobody reads smaller type. */
const smallestType = 1.5;
const longestHeading = 200;

export async function readPdf(content: Uint8Array, maxCharacters: number): Promise<ReadText | Refused> {
  const { getDocumentProxy } = await import("unpdf");
  const pdf = await getDocumentProxy(new Uint8Array(content), { verbosity: 0 }).catch(
    (error: unknown) => error,
  );
  if (!isPdf(pdf)) return { refused: whyNotOpened(pdf) };
  const pages: Line[][] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages && characters <= maxCharacters; number += 1) {
    const lines = await linesOfPage(pdf, number);
    for (const { text } of lines) characters += text.length;
    pages.push(lines);
  }
  await pdf.loadingTask.destroy();
  if (!pages.some((lines) => lines.some(({ text }) => /[\p{L}\p{N}]/u.test(text)))) {
    const count = pdf.numPages === 1 ? "1 page" : `${pdf.numPages} pages`;
    return {
      refused: `The PDF has ${count} but no text: its pages are pictures. Run text recognition (OCR) over it and upload the result.`,
    };
  }
  return { format: "pdf", style: "markdown", parts: render(pages) };
}

type Pdf = Awaited<ReturnType<typeof import("unpdf")["getDocumentProxy"]>>;

function isPdf(opened: unknown): opened is Pdf {
  return opened !== null && typeof opened === "object" && "numPages" in opened;
}

function whyNotOpened(error: unknown): string {
  return error instanceof Error && error.name === "PasswordException"
    ? "The PDF is protected by a password. Save a copy without one and upload that."
    : "The PDF is damaged and cannot be opened. Print or export it to PDF again.";
}

async function linesOfPage(pdf: Pdf, number: number): Promise<Line[]> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const lines = linesOf(items, page.view);
    page.cleanup();
    return lines;
  } catch {
    return [{ text: `[Page ${number} could not be read.]`, size: 0, x: 0, y: 0, right: 0 }];
  }
}

function linesOf(items: readonly object[], [left = 0, bottom = 0, right = 0, top = 0]: number[]): Line[] {
  const lines: Line[] = [];
  let line: Line | null = null;
  const end = () => {
    if (line && line.text.trim() !== "") lines.push({ ...line, text: line.text.trim() });
    line = null;
  };
  for (const item of items) {
    if (!isText(item)) continue;
    const [, , c = 0, d = 0, x = 0, y = 0] = item.transform.map(Number);
    const size = Math.hypot(c, d);
    const seen = size >= smallestType && x < right && y < top && x + item.width > left && y + size > bottom;
    if (item.str !== "" && seen) {
      line ??= { text: "", size: 0, x, y, right: x };
      line.text += item.str;
      if (item.str.trim() !== "") line.size = Math.max(line.size, size);
      line.right = Math.max(line.right, x + item.width);
    }
    if (item.hasEOL) end();
  }
  end();
  return lines;
}

function isText(item: object): item is Item {
  return "str" in item && typeof item.str === "string" && "transform" in item;
}

/** The text of each page. */
function render(pages: readonly Line[][]): string[] {
  const repeated = runningLines(pages);
  const kept = pages.map((lines) => lines.filter(({ text }) => !repeated.has(patternOf(text))));
  const body = commonSize(kept);
  const sizes = [
    ...new Set(
      kept
        .flat()
        .filter(isHeading)
        .map(({ size }) => rounded(size)),
    ),
  ].sort((a, b) => b - a);
  function isHeading({ text, size }: Line): boolean {
    return size >= body * 1.15 && text.length <= longestHeading && /\p{L}/u.test(text);
  }
  const level = (line: Line) => (isHeading(line) ? Math.min(4, sizes.indexOf(rounded(line.size)) + 1) : 0);
  return kept.map((lines) => {
    const edge = lines.reduce((most, { right }) => Math.max(most, right), 0);
    let text = "";
    let last: Line | null = null;
    for (const line of lines) {
      text += last ? joint(last, line, level(last), level(line), edge) : mark(level(line));
      if (/\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(line.text)) text = text.slice(0, -1);
      text += /(?:^|\n)$/.test(text) ? literal(line.text) : line.text;
      last = line;
    }
    return text;
  });
}

/** What Markdown would take for a heading or a fence (CommonMark §2.4). */
function literal(text: string): string {
  return text.replace(/^(?=#{1,6}(?:\s|$)|`{3}|~{3}|[=-]+$)/, "\\");
}

function mark(level: number): string {
  return level > 0 ? `${"#".repeat(level)} ` : "";
}

/** What stands between two lines: nothing but a blank where prose runs on, else a break or an empty line. */
function joint(last: Line, line: Line, lastLevel: number, level: number, edge: number): string {
  const gap = last.y - line.y;
  if (level !== lastLevel) return `\n\n${mark(level)}`;
  if (level > 0) return gap > 0 && gap < 2 * line.size ? " " : `\n\n${mark(level)}`;
  if (gap > 1.7 * line.size || gap < -line.size || Math.abs(last.size - line.size) > 1) return "\n\n";
  const full = last.right - last.x > 0.75 * (edge - last.x);
  if (!full) return "\n";
  return /\p{Ll}-$/u.test(last.text) && /^\p{Ll}/u.test(line.text) ? "" : " ";
}

/** Counted by characters: the type that most of the text is set in. */
function commonSize(pages: readonly Line[][]): number {
  const counts = new Map<number, number>();
  for (const { size, text } of pages.flat()) {
    counts.set(rounded(size), (counts.get(rounded(size)) ?? 0) + text.length);
  }
  return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [0, 0])[0];
}

function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}

/** First and last lines that stand, but for their digits, on most of at least five pages. */
function runningLines(pages: readonly Line[][]): Set<string> {
  const counts = new Map<string, number>();
  for (const lines of pages) {
    for (const pattern of new Set([lines[0], lines.at(-1)].map((line) => patternOf(line?.text ?? "")))) {
      counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
    }
  }
  const enough = Math.max(5, pages.length * 0.6);
  return new Set([...counts].filter(([, count]) => count >= enough).map(([pattern]) => pattern));
}

function patternOf(text: string): string {
  return text.replace(/\d+/g, "0");
}
