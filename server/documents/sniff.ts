/**
 * What a file is, judged by its bytes: its text and format, or a refusal in words for its owner. The
 * declared name and media type only decide between kinds of text (WHATWG MIME Sniffing §7 for the order:
 * byte order marks and magic numbers first).
 */
import { isUtf8 } from "node:buffer";
import { z } from "zod";

export type Format = "text" | "markdown" | "html";
/** What the sender says; a `format` is believed, the rest only weighed. */
export type Declared = {
  fileName?: string | undefined;
  mediaType?: string | undefined;
  format?: Format | undefined;
};
export type Refused = { refused: string };
export type Sniffed = { format: Format; text: string };

const magicNumbers: readonly (readonly [bytes: string, kind: string])[] = [
  ["\x89PNG\r\n\x1a\n", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["GIF87a", "a GIF image"],
  ["GIF89a", "a GIF image"],
  ["II*\0", "a TIFF image"],
  ["MM\0*", "a TIFF image"],
  ["8BPS", "a Photoshop image"],
  ["%PDF-", "a PDF, which cannot be read yet"],
  ["{\\rtf", "an RTF document, which cannot be read yet"],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (DOC, XLS or PPT)"],
  ["PK\x03\x04", "a ZIP archive or an Office document (DOCX, XLSX, PPTX), which cannot be read yet"],
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
const sampleCharacters = 65_536;

export function sniff(content: Uint8Array, declared: Declared = {}): Sniffed | Refused {
  if (content.length === 0) return { refused: "The file is empty." };
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const decoded = decode(bytes, declared);
  if ("refused" in decoded) return decoded;
  const { text } = decoded;
  if (controlShare(text) > 0.01) {
    return { refused: "The file is not text: it is full of control characters." };
  }
  if (!/[\p{L}\p{N}]/u.test(text)) return { refused: "The file has no words in it." };
  return { format: declared.format ?? formatOf(text, declared), text };
}

function decode(bytes: Buffer, declared: Declared): { text: string } | Refused {
  const magic = bytes.toString("latin1", 0, 16);
  if (magic.startsWith("\xff\xfe\0\0") || magic.startsWith("\0\0\xfe\xff")) {
    return { refused: "The file is UTF-32 text. Save it as UTF-8 and try again." };
  }
  if (magic.startsWith("\xff\xfe")) return decodeAs("utf-16le", bytes);
  if (magic.startsWith("\xfe\xff")) return decodeAs("utf-16be", bytes);
  const kind = binaryKind(bytes, magic);
  if (kind) return { refused: `The file is not text: it looks like ${kind}.` };
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
  // Junk may stand before a PDF's header (ISO 32000-1, implementation note 13).
  if (/%PDF-\d\.\d[\r\n]/.test(bytes.toString("latin1", 0, 1024)) && bytes.includes("%%EOF")) {
    return "a PDF, which cannot be read yet";
  }
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

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function formatOf(text: string, { fileName = "", mediaType = "" }: Declared): Format {
  const head = text.slice(0, sampleCharacters);
  const extension = /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
  const media = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  // A comment ends at the first "-->": were that left open, each could be read in two ways.
  if (
    /^\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i.test(head)
  )
    return "html";
  const saysHtml = /^(?:x?html?)$/.test(extension) || /^(?:text\/html|application\/xhtml\+xml)$/.test(media);
  if (saysHtml && /<\/?(?:p|div|span|a|h[1-6]|ul|ol|li|table|br|section|article|main|pre)\b/i.test(head)) {
    return "html";
  }
  if (/^(?:md|markdown|mdx|mkd)$/.test(extension) || /^text\/(?:x-)?markdown$/.test(media)) return "markdown";
  const nothingElseSaid =
    /^(?:txt|text|)$/.test(extension) && /^(?:text\/plain|application\/octet-stream|)$/.test(media);
  return nothingElseSaid && looksLikeMarkdown(head) ? "markdown" : "text";
}

/** A "#" line alone may be a comment in a script, so it takes two signs. */
function looksLikeMarkdown(head: string): boolean {
  if (head.startsWith("#!")) return false;
  const headings = count(head, /^#{1,6} \S.*\n\s*\n/gm);
  const other = /^(?:```|~~~)|\[[^[\]\n]{1,200}\]\([^()\n]{1,500}\)|^\|? ?:?-{3,}:? ?\|/m.test(head);
  const lists = count(head, /^[-*+] \S/gm);
  return headings >= 2 || (headings === 1 && (other || lists >= 2));
}
