/**
 * Bytes to the text that is stored and searched: Markdown or plain, never HTML, or a refusal in words for
 * the owner. Pure; time is linear in what was sent.
 */
import { cleanLine, cleanText, withoutClosingMarks } from "./clean-text.ts";
import { htmlToMarkdown } from "./html.ts";
import { type Declared, type Format, type Refused, sniff } from "./sniff.ts";

export type ReadText = { format: Format; text: string; title?: string };

/** Past this a document is a book shelf: one transaction would keep a laptop's database for seconds. */
const maxCharacters = 5_000_000;

export function readText(content: Uint8Array, declared: Declared = {}): ReadText | Refused {
  const sniffed = sniff(content, declared);
  if ("refused" in sniffed) return sniffed;
  const { format } = sniffed;
  const html = format === "html" ? htmlToMarkdown(sniffed.text) : null;
  const text = cleanText(html?.text ?? sniffed.text);
  if (!/[\p{L}\p{N}]/u.test(text)) {
    return { refused: html ? "The page has no text in it." : "The file has no words in it." };
  }
  if (text.length > maxCharacters) {
    const millions = (Math.ceil(text.length / 100_000) / 10).toFixed(1);
    return {
      refused: `The document has ${millions} million characters; the most is ${maxCharacters / 1e6} million. Split it into parts.`,
    };
  }
  const title = cleanLine(html?.title || (format === "text" ? "" : firstHeading(text)));
  return title ? { format, text, title } : { format, text };
}

function firstHeading(text: string): string {
  const heading = /^#{1,6} +(\S.*)$/m.exec(text.slice(0, 20_000))?.[1] ?? "";
  return withoutClosingMarks(heading);
}
