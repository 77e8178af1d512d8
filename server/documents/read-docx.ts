/**
 * A Word document's text: mammoth makes HTML of it, which goes the way of every page. Pictures are not
 * read, nothing outside of the file is fetched, and what it unpacks to is known before it is unpacked.
 */
import { htmlToMarkdown } from "./html.ts";
import type { ReadText } from "./read-text.ts";
import type { Refused } from "./sniff.ts";
import { openZip, readEntry, type Zip } from "./zip.ts";

const maxUnpackedBytes = 128 * 1024 * 1024;
/** The parser's time grows with the square of it; Word itself stays far below. */
const maxDepth = 256;

const damaged: Refused = { refused: "The Word document is damaged: save it again and try once more." };

export async function readDocx(content: Uint8Array): Promise<ReadText | Refused> {
  const zip = await openZip(content);
  if ("refused" in zip) return damaged;
  const parts = zip.entries.filter(({ name }) => /\.(?:xml|rels)$/i.test(name));
  const unpacked = parts.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
  if (unpacked > maxUnpackedBytes) {
    return { refused: "The Word document unpacks to more text than can be read. Split it into parts." };
  }
  if (zip.entries.some(({ entry }) => entry.isEncrypted())) {
    return { refused: "The Word document is encrypted. Save a copy without a password and upload that." };
  }
  if (!(await areShallow(zip, parts))) return damaged;
  const { default: mammoth } = await import("mammoth");
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer: Buffer.from(content) },
      { convertImage: mammoth.images.imgElement(async () => ({ src: "" })), externalFileAccess: false },
    );
    const { text } = htmlToMarkdown(value);
    return { format: "docx", style: "markdown", parts: [text] };
  } catch {
    return damaged;
  }
}

/** Also false for parts that are not as large as they say. */
async function areShallow(zip: Zip, parts: Zip["entries"]): Promise<boolean> {
  try {
    for (const { entry } of parts) {
      if (depthOf((await readEntry(zip, entry)).toString("latin1")) > maxDepth) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function depthOf(xml: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = xml.indexOf("<"); at >= 0; at = xml.indexOf("<", at + 1)) {
    const next = xml[at + 1];
    if (next === "/") depth -= 1;
    else if (next !== "?" && next !== "!") {
      const end = xml.indexOf(">", at);
      if (end < 0) break;
      if (xml[end - 1] !== "/") depth += 1;
      deepest = Math.max(deepest, depth);
    }
  }
  return deepest;
}
