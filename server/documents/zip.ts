/**
 * ZIP archives, read entry by entry within limits: nothing is written anywhere, names are only names, and no
 * entry gives more bytes than its header says (yauzl checks), so a bomb is known before it goes off.
 */
import { isUtf8 } from "node:buffer";
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from "yauzl";
import type { Refused } from "./sniff.ts";

export type Zip = { file: ZipFile; entries: { name: string; entry: Entry }[] };

const maxEntries = 10_000;

export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

export async function openZip(content: Uint8Array): Promise<Zip | Refused> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  try {
    const file = await fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: false });
    if (file.entryCount > maxEntries) {
      return { refused: `The archive has ${file.entryCount} entries; the most is ${maxEntries}.` };
    }
    const entries: Zip["entries"] = [];
    for await (const entry of file.eachEntry()) entries.push({ name: nameOf(entry), entry });
    return { file, entries };
  } catch {
    return { refused: "The archive is damaged: its list of entries cannot be read." };
  }
}

/** Throws for a damaged entry, and one that gives more or less than its header says. */
export async function readEntry({ file }: Zip, entry: Entry): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await file.openReadStreamPromise(entry)) parts.push(part);
  return Buffer.concat(parts);
}

/** What the names in it make of an archive: an Office document says so by its parts. */
export function kindOfZip({ entries }: Zip): "docx" | "zip" | { kind: string } {
  const names = new Set(entries.map(({ name }) => name));
  if (names.has("word/document.xml")) return "docx";
  if (names.has("xl/workbook.xml") || names.has("xl/workbook.bin")) {
    return { kind: "an Excel workbook (XLSX). Save each sheet as CSV" };
  }
  if (names.has("ppt/presentation.xml")) return { kind: "a PowerPoint file (PPTX). Save it as PDF" };
  if (names.has("META-INF/container.xml") && names.has("mimetype")) {
    return { kind: "an e-book (EPUB). Convert it to HTML or PDF" };
  }
  if (names.has("mimetype") && names.has("content.xml")) {
    return { kind: "an OpenDocument file (ODT, ODS or ODP). Save it as DOCX, CSV or PDF" };
  }
  if (names.has("META-INF/MANIFEST.MF")) return { kind: "a Java archive" };
  return "zip";
}

/** Some writers put UTF-8 without saying so; by the letter it would be code page 437. */
function nameOf(entry: Entry): string {
  if (isUtf8(entry.fileNameRaw)) return entry.fileNameRaw.toString("utf8");
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}
