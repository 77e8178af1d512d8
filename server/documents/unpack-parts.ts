/**
 * The parts of an archive or an e-mail, for the thread that reads documents: within limits of depth, number
 * and size, which are known from the list of entries before anything is unpacked.
 */
import { type Entry, validateFileName } from "yauzl";
import { attachmentsOf, parseEmail } from "./read-email.ts";
import { looksLikeEmail, type Refused } from "./sniff.ts";
import { kindOfZip, looksLikeZip, openZip, readEntry, type Zip } from "./zip.ts";

export type Part = {
  /** Within what was sent; empty for the e-mail itself. */
  path: string;
  content: Uint8Array;
  mediaType?: string;
  refused?: string;
};
export type UnpackLimits = { maxBytes: number; maxFileBytes: number };

const maxDepth = 3;
const maxParts = 5_000;
/** Text packs to a tenth, a log to a fiftieth. */
const maxRatio = 200;
const ratioMatters = 1024 * 1024;

/** Null for what is read as one document, such as a Word file. */
export async function unpackParts(
  content: Uint8Array,
  limits: UnpackLimits,
): Promise<Part[] | Refused | null> {
  const parts: Part[] = [];
  const unpacker = new Unpacker(parts, limits);
  try {
    return await unpacker.unpack(content, "", 0);
  } catch (error) {
    if (error instanceof TooLarge) return { refused: error.message };
    throw error;
  }
}

/** Of the whole: nothing of it is taken. */
class TooLarge extends Error {}

class Unpacker {
  #parts: Part[];
  #limits: UnpackLimits;
  #bytes = 0;

  constructor(parts: Part[], limits: UnpackLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  async unpack(content: Uint8Array, path: string, depth: number): Promise<Part[] | Refused | null> {
    if (looksLikeZip(content)) {
      const zip = await openZip(content);
      if ("refused" in zip) return zip;
      if (kindOfZip(zip) !== "zip") return null;
      if (depth === maxDepth) return { refused: `Archives within archives are opened ${maxDepth} deep.` };
      const files = zip.entries
        .filter(({ name: entry }) => !isLeftOut(entry))
        .filter(({ entry }) => !isLink(entry));
      if (files.length === 0) return { refused: "The archive has no files in it." };
      for (const file of files) await this.#file(zip, file, path, depth);
      return this.#parts;
    }
    const email = looksLikeEmail(Buffer.from(content)) ? await parseEmail(content) : null;
    const attachments = email ? attachmentsOf(email) : [];
    if (attachments.length === 0 || depth === maxDepth) return null;
    this.#push({ path, content });
    for (const { name: attached, content: bytes, mediaType } of attachments) {
      this.#count(bytes.length);
      await this.#take({ path: within(path, attached), content: bytes, mediaType }, depth);
    }
    return this.#parts;
  }

  async #file(
    zip: Zip,
    { name, entry }: Zip["entries"][number],
    outer: string,
    depth: number,
  ): Promise<void> {
    const path = within(outer, name.replaceAll("\\", "/"));
    const refused = whyNotRead(name.replaceAll("\\", "/"), entry, this.#limits.maxFileBytes);
    const nothing = new Uint8Array();
    if (refused !== null) return this.#push({ path, content: nothing, refused });
    this.#count(entry.uncompressedSize);
    const content = await readEntry(zip, entry).catch(() => null);
    if (content === null) this.#push({ path, content: nothing, refused: "It is damaged in the archive." });
    else await this.#take({ path, content }, depth);
  }

  /** What can be unpacked further is. */
  async #take(part: Part, depth: number): Promise<void> {
    const inner = await this.unpack(part.content, part.path, depth + 1);
    if (inner === null) this.#push(part);
    else if ("refused" in inner) this.#push({ ...part, ...inner });
  }

  #push(part: Part): void {
    this.#parts.push(part);
    if (this.#parts.length > maxParts) {
      throw new TooLarge(`The archive has more than ${maxParts} files. Split it into several.`);
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    const { maxBytes } = this.#limits;
    if (this.#bytes > maxBytes) {
      throw new TooLarge(
        `The archive unpacks to more than ${Math.floor(maxBytes / 1024 / 1024)} MB. Split it into several.`,
      );
    }
  }
}

function within(outer: string, name: string): string {
  return outer === "" ? name : `${outer}/${name}`;
}

function whyNotRead(path: string, entry: Entry, maxFileBytes: number): string | null {
  if (validateFileName(path) !== null) return "Its path leads out of the archive.";
  if (entry.isEncrypted()) return "It is encrypted in the archive. Pack it without a password.";
  if (!entry.canDecodeFileData()) return "It is packed in a way that cannot be read. Pack it as a plain ZIP.";
  const { uncompressedSize: bytes, compressedSize: packed } = entry;
  if (bytes > ratioMatters && bytes > packed * maxRatio) {
    return `It unpacks to ${Math.round(bytes / Math.max(1, packed))} times its size, as no honest file does.`;
  }
  if (bytes > maxFileBytes) {
    const size = (bytes / 1024 / 1024).toFixed(1);
    return `The file has ${size} MB; the most is ${(maxFileBytes / 1024 / 1024).toFixed(1)} MB.`;
  }
  return null;
}

/** Folders, and what a system or a tool keeps for itself: `.git`, `.DS_Store`, `__MACOSX`, `node_modules`. */
function isLeftOut(name: string): boolean {
  if (/[/\\]$/.test(name)) return true;
  return name
    .split(/[/\\]/)
    .some((step) => (/^\.[^.]/.test(step) && step !== ".") || step === "__MACOSX" || step === "node_modules");
}

/** Its content is a path, which is nothing to read. */
function isLink(entry: Entry): boolean {
  return entry.externalFileAttributes >>> 28 === 0xa;
}
