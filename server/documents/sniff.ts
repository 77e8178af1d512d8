/**
 * What a file is, judged by its bytes: its format, with its text where it is text, or a refusal in words for
 * its owner. The declared name and media type only decide between kinds of text (WHATWG MIME Sniffing §7
 * for the order: byte order marks and magic numbers first).
 */
import { isUtf8 } from "node:buffer";
import { z } from "zod";
import type { documentFormats } from "#db/schema/documents.ts";
import { count, formatOf, sampleCharacters } from "./text-format.ts";
import { kindOfZip, looksLikeZip, openZip } from "./zip.ts";

export type Format = (typeof documentFormats)[number];
/** Formats whose bytes are kept as they came; of the others, the text in UTF-8. */
const byteFormats = ["pdf", "docx", "email"] as const;
export type ByteFormat = (typeof byteFormats)[number];
export type TextFormat = Exclude<Format, ByteFormat>;
/** What the sender says; a `format` is believed, the rest only weighed. */
export type Declared = {
  fileName?: string | undefined;
  mediaType?: string | undefined;
  format?: Format | undefined;
};
export type Refused = { refused: string };
export type SniffedText = { format: TextFormat; text: string };

const magicNumbers: readonly (readonly [bytes: string, kind: string])[] = [
  ["\x89PNG\r\n\x1a\n", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["GIF87a", "a GIF image"],
  ["GIF89a", "a GIF image"],
  ["II*\0", "a TIFF image"],
  ["MM\0*", "a TIFF image"],
  ["8BPS", "a Photoshop image"],
  ["{\\rtf", "an RTF document. Save it as DOCX or PDF"],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office document. Save it as DOCX, CSV or PDF"],
  ["PK\x05\x06", "an empty ZIP archive"],
  ["\x1f\x8b", "a gzip archive"],
  ["BZh", "a bzip2 archive"],
  ["\xfd7zXZ\0", "an xz archive"],
  ["\x28\xb5\x2f\xfd", "a Zstandard archive"],
  ["7z\xbc\xaf\x27\x1c", "a 7-Zip archive"],
  ["Rar!\x1a\x07", "a RAR archive"],
  ["\x7fELF", "a program (ELF)"],
  ["\xcf\xfa\xed\xfe", "a program (Mach-O)"],
  ["\xca\xfe\xba\xbe", "a Java class or a program"],
  ["\0asm", "a WebAssembly module"],
  ["SQLite format 3\0", "an SQLite database"],
  ["OggS", "an Ogg recording"],
  ["ID3", "an MP3 recording"],
  ["fLaC", "a FLAC recording"],
  ["\x1aE\xdf\xa3", "a Matroska or WebM film"],
  ["wOFF", "a font"],
  ["wOF2", "a font"],
  ["OTTO", "a font"],
];

/** Git's rule: a NUL byte this early means that the file is not text. */
const headBytes = 8000;

export async function sniff(
  content: Uint8Array,
  declared: Declared = {},
): Promise<SniffedText | { format: ByteFormat } | Refused> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (looksLikeZip(bytes)) {
    const zip = await openZip(bytes);
    if ("refused" in zip) return zip;
    const kind = kindOfZip(zip);
    if (kind === "docx") return { format: "docx" };
    return refusal(kind === "zip" ? "a ZIP archive. Upload the files in it" : kind.kind);
  }
  if (isPdf(bytes)) return { format: "pdf" };
  if (looksLikeEmail(bytes)) return { format: "email" };
  return sniffText(bytes, declared);
}

export function sniffText(content: Uint8Array, declared: Declared = {}): SniffedText | Refused {
  if (content.length === 0) return { refused: "The file is empty." };
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const decoded = decode(bytes, declared);
  if ("refused" in decoded) return decoded;
  const { text } = decoded;
  if (controlShare(text) > 0.01) {
    return { refused: "The file is not text: it is full of control characters." };
  }
  if (!/[\p{L}\p{N}]/u.test(text)) return { refused: "The file has no words in it." };
  return { format: textFormatOf(declared.format) ?? formatOf(text, declared), text };
}

function textFormatOf(format: Format | undefined): TextFormat | null {
  return format === undefined || isByteFormat(format) ? null : format;
}

export function isByteFormat(format: Format): format is ByteFormat {
  return byteFormats.some((known) => known === format);
}

function refusal(kind: string): Refused {
  return { refused: `The file cannot be read: it looks like ${kind}.` };
}

/** Junk may stand before a PDF's header (ISO 32000-1, implementation note 13). */
function isPdf(bytes: Buffer): boolean {
  const head = bytes.toString("latin1", 0, 1024);
  return head.startsWith("%PDF-") || (/%PDF-\d\.\d[\r\n]/.test(head) && bytes.includes("%%EOF"));
}

/** Nothing but header fields (RFC 5322 §2.2) before the first empty line, among them those of a message. */
export function looksLikeEmail(bytes: Buffer): boolean {
  const head = bytes.toString("latin1", 0, 65_536).replaceAll("\r\n", "\n");
  const end = head.indexOf("\n\n");
  if (end < 0 || !/^[!-9;-~]+:/.test(head)) return false;
  const fields = new Set<string>();
  for (const line of head.slice(0, end).split("\n")) {
    const name = /^([!-9;-~]+):/.exec(line)?.[1];
    if (name) fields.add(name.toLowerCase());
    else if (!/^[ \t]/.test(line)) return false;
  }
  const others = ["date", "to", "subject", "message-id", "mime-version", "received"];
  return fields.has("from") && others.filter((name) => fields.has(name)).length >= 2;
}

function decode(bytes: Buffer, declared: Declared): { text: string } | Refused {
  const magic = bytes.toString("latin1", 0, 16);
  if (magic.startsWith("\xff\xfe\0\0") || magic.startsWith("\0\0\xfe\xff")) {
    return { refused: "The file is UTF-32 text. Save it as UTF-8 and try again." };
  }
  if (magic.startsWith("\xff\xfe")) return decodeAs("utf-16le", bytes);
  if (magic.startsWith("\xfe\xff")) return decodeAs("utf-16be", bytes);
  const kind = binaryKind(bytes, magic);
  if (kind) return refusal(kind);
  if (bytes.subarray(0, headBytes).includes(0)) {
    const unmarked = unmarkedUtf16(bytes);
    return unmarked
      ? decodeAs(unmarked, bytes)
      : { refused: "The file is not text: it has NUL bytes, whatever its name says." };
  }
  if (isUtf8(bytes)) return decodeAs("utf-8", bytes);
  return decodeLegacy(bytes, declared);
}

function binaryKind(bytes: Buffer, magic: string): string | null {
  const known = magicNumbers.find(([start]) => magic.startsWith(start));
  // "BZh", "ID3" and "OTTO" may begin a sentence; what follows them in a real file may not.
  if (known && (known[0].length > 4 || !isUtf8(bytes.subarray(0, headBytes)) || hasControls(bytes))) {
    return known[1];
  }
  if (magic.startsWith("RIFF") && hasControls(bytes)) return "a recording, a film or a WebP image";
  if (magic.slice(4, 8) === "ftyp" && hasControls(bytes)) return "an MP4 film or a HEIC image";
  if (magic.startsWith("MZ") && hasControls(bytes)) return "a program (Windows)";
  return null;
}

function hasControls(bytes: Buffer): boolean {
  return bytes.subarray(0, headBytes).some((byte) => byte < 9 || (byte > 13 && byte < 27));
}

/** Mostly Latin text in UTF-16 without a mark has its NULs on one side only. */
function unmarkedUtf16(bytes: Buffer): "utf-16le" | "utf-16be" | null {
  const head = bytes.subarray(0, headBytes & ~1);
  const zeros: [even: number, odd: number] = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index & 1 ? 1 : 0] += 1;
  const most = head.length * 0.3;
  if (zeros[0] === 0 && zeros[1] > most) return "utf-16le";
  if (zeros[1] === 0 && zeros[0] > most) return "utf-16be";
  return null;
}

function decodeAs(encoding: string, bytes: Buffer): { text: string } {
  return { text: new TextDecoder(encoding).decode(bytes) };
}

/** Not UTF-8: the encoding it names, else Windows-1252 if that gives plausible text. */
function decodeLegacy(bytes: Buffer, declared: Declared): { text: string } | Refused {
  const named = namedEncoding(bytes, declared);
  if (named) {
    const { text } = decodeAs(named, bytes);
    if (!text.includes("\ufffd")) return { text };
  }
  const lenient = new TextDecoder().decode(bytes);
  const first = lenient.indexOf("\ufffd");
  const around = lenient.slice(Math.max(0, first - sampleCharacters), first + sampleCharacters);
  if (count(around, /[^\0-\x7f\ufffd]/gu) > count(around, /\ufffd/g)) {
    return {
      refused: `The file is not valid UTF-8: the first broken character is in line ${lineOf(lenient, first)}. Save it as UTF-8 and try again.`,
    };
  }
  // Windows-1252 leaves five bytes undefined; TextDecoder maps them to C1 controls.
  const { text } = decodeAs("windows-1252", bytes);
  const sample = text.slice(0, sampleCharacters);
  const letters = count(sample, /[\p{L}\s]/gu);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const impossible = /[\u0000-\u0008\u000e-\u001a\u0081\u008d\u008f\u0090\u009d]/.test(sample);
  const high = count(sample, /[^\0-\x7f]/gu);
  if (impossible || letters < sample.length * 0.5 || high > sample.length * 0.3) {
    return { refused: "The file is not text: it is not valid UTF-8 nor any other encoding we know." };
  }
  return { text };
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

function namedEncoding(bytes: Buffer, declared: Declared): string | null {
  const inHeader = /charset\s*=\s*"?([\w.:-]+)/i.exec(declared.mediaType ?? "")?.[1];
  const inMarkup =
    /<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)/i.exec(
      bytes.toString("latin1", 0, 2048),
    );
  const label = inHeader ?? inMarkup?.[1] ?? inMarkup?.[2];
  const encoding = encodingLabel.safeParse(label);
  return encoding.success ? encoding.data : null;
}

const encodingLabel = z.string().transform((label, context) => {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    context.addIssue({ code: "custom", message: "unknown encoding" });
    return z.NEVER;
  }
});

function controlShare(text: string): number {
  const sample = text.slice(0, sampleCharacters);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is counted
  return count(sample, /[\u0000-\u0007\u000e-\u001a\u001c-\u001f]/g) / sample.length;
}
