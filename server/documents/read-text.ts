/**
 * Bytes to the text that is stored and searched, or a refusal in words for the owner. Each format's reader
 * gives parts; here they are cleaned, measured and joined, the same for all. Time is linear in what was sent.
 */
import { cleanLine, cleanText, withoutClosingMarks } from "./clean-text.ts";
import { htmlToMarkdown } from "./html.ts";
import { readJson } from "./read-json.ts";
import { readTable } from "./read-table.ts";
import {
  type Declared,
  type Format,
  isByteFormat,
  type Refused,
  type SniffedText,
  sniff,
  sniffText,
} from "./sniff.ts";

/** How a text is built, for cutting it: lines are rows of a table or values behind their paths. */
export type Style = "text" | "markdown" | "lines" | "code";

export type ReadText = {
  format: Format;
  style: Style;
  /** One, or one for each page. */
  parts: string[];
  title?: string;
};

export type Read = {
  format: Format;
  style: Style;
  text: string;
  title?: string;
  /** Where each page begins in the text, for formats that have pages. */
  pages?: number[];
};

/** Past this a document is a book shelf: one transaction would keep a laptop's database for seconds. */
const maxCharacters = 5_000_000;

/** Text formats, in this thread. */
export function readText(content: Uint8Array, declared: Declared = {}): Read | Refused {
  const sniffed = sniffText(content, declared);
  return "refused" in sniffed ? sniffed : finish(readSniffed(sniffed));
}

/** Every format; the parsers of some are loaded when they are needed first. */
export async function readDocument(content: Uint8Array, declared: Declared = {}): Promise<Read | Refused> {
  const known = declared.format !== undefined && isByteFormat(declared.format);
  const sniffed = known ? { format: declared.format } : await sniff(content, declared);
  if ("refused" in sniffed) return sniffed;
  if ("text" in sniffed) return finish(readSniffed(sniffed));
  if (sniffed.format === "pdf") {
    return finish(await (await import("./read-pdf.ts")).readPdf(content, maxCharacters));
  }
  if (sniffed.format === "docx") return finish(await (await import("./read-docx.ts")).readDocx(content));
  return finish(await (await import("./read-email.ts")).readEmail(content));
}

function readSniffed({ format, text }: SniffedText): ReadText | Refused {
  if (format === "html") {
    const { text: markdown, title } = htmlToMarkdown(text);
    return { format, style: "markdown", parts: [markdown], title };
  }
  const plain: ReadText = { format: "text", style: "text", parts: [text] };
  if (format === "csv") return readTable(text, maxCharacters) ?? plain;
  if (format === "json") return readJson(text, maxCharacters) ?? plain;
  return { format, style: format, parts: [text] };
}

function finish(read: ReadText | Refused): Read | Refused {
  if ("refused" in read) return read;
  const { format, style, parts } = read;
  const characters = parts.reduce((sum, part) => sum + part.length, 0);
  if (characters > maxCharacters) {
    return {
      refused: `The document has more than ${maxCharacters / 1e6} million characters, the most there can be. Split it into parts.`,
    };
  }
  const pages: number[] = [];
  let text = "";
  for (const part of parts.map(cleanText)) {
    const separator = text === "" || part === "" ? "" : "\n\n";
    pages.push(text.length + separator.length);
    text += separator + part;
  }
  if (!/[\p{L}\p{N}]/u.test(text)) {
    return { refused: format === "html" ? "The page has no text in it." : "The file has no words in it." };
  }
  const title = cleanLine(read.title || (style === "markdown" ? firstHeading(text) : ""));
  return { format, style, text, ...(title ? { title } : {}), ...(format === "pdf" ? { pages } : {}) };
}

function firstHeading(text: string): string {
  const heading = /^#{1,6} +(\S.*)$/m.exec(text.slice(0, 20_000))?.[1] ?? "";
  return withoutClosingMarks(heading);
}
