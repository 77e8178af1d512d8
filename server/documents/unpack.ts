/**
 * What is sent is unpacked before it is taken in: an archive is its files, an e-mail itself and what is
 * attached to it, each a document of its own. Paths are only names, nothing is written anywhere, and what
 * cannot be unpacked is a document too, with the reason.
 */
import { env } from "#env";
import type { NewDocument } from "./judge.ts";
import { runAside } from "./reading-threads.ts";
import { looksLikeEmail } from "./sniff.ts";
import type { Part } from "./unpack-parts.ts";
import { looksLikeZip } from "./zip.ts";

/** All archives of one call together, unpacked: no more than a call may send unpacked. */
const maxUnpackedFiles = 5;

/** In the order sent; what is no archive stays as it is. */
export async function unpack(items: readonly NewDocument[]): Promise<NewDocument[]> {
  const unpacked: NewDocument[] = [];
  let bytes = maxUnpackedFiles * env.MAX_UPLOAD_BYTES;
  for (const item of items) {
    const parts = await partsOf(item, bytes);
    if (parts === null) unpacked.push(item);
    else if ("refused" in parts) unpacked.push({ ...item, refused: parts.refused });
    else {
      // An e-mail is a document itself, and what is attached to it bears its name.
      const isEmail = parts.some(({ path }) => path === "");
      const title = item.title ?? (isEmail ? (item.fileName ?? "e-mail") : null);
      for (const part of parts) {
        bytes -= part.content.length;
        unpacked.push(part.path === "" ? item : documentOf(part, item, title));
      }
    }
  }
  return unpacked;
}

async function partsOf(item: NewDocument, maxBytes: number) {
  const { content } = item;
  if (content.length > env.MAX_UPLOAD_BYTES) return null;
  if (!looksLikeZip(content) && !hasAttachments(content)) return null;
  const limits = { maxBytes, maxFileBytes: env.MAX_UPLOAD_BYTES };
  return runAside<Part[] | null>({ task: "unpack", content, limits });
}

/** Without a name nothing is attached that could be told from the text. */
function hasAttachments(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return looksLikeEmail(bytes) && (bytes.includes("name=") || bytes.includes("name*"));
}

function documentOf(part: Part, from: NewDocument, title: string | null): NewDocument {
  const { path, content, mediaType, refused } = part;
  const { externalId, metadata } = from;
  return {
    fileName: path,
    mediaType,
    content,
    refused,
    metadata,
    ...(title === null ? {} : { title: `${title}/${path}` }),
    ...(externalId === undefined ? {} : { externalId: `${externalId}/${path}` }),
  };
}
