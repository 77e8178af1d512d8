/**
 * The files in an archive (ZIP, tar, tar.gz) from the web, one at a time: a path, never an absolute one or
 * one that leaves the archive, and bytes. Nothing is written to disk; links are not followed; the number of
 * files, the size of each and of all unpacked are limited whatever the archive says of itself.
 */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { fromBufferPromise } from "yauzl";
import { WebRefusal } from "./request.ts";

export type ArchiveFile = { readonly path: string; readonly content: Uint8Array };

const maxFiles = 10_000;
const repositoryHosts: Record<string, (path: string[], ref: string | null) => string> = {
  "github.com": ([owner, name], ref) =>
    `https://github.com/${owner}/${name}/archive/${ref ? `refs/heads/${ref}` : "HEAD"}.zip`,
  "gitlab.com": (path, ref) =>
    `https://gitlab.com/${path.join("/")}/-/archive/${ref ?? "HEAD"}/${path.at(-1)}-${(ref ?? "HEAD").replaceAll("/", "-")}.zip`,
  "codeberg.org": ([owner, name], ref) =>
    `https://codeberg.org/${owner}/${name}/archive/${ref ?? "HEAD"}.zip`,
};

/**
 * A repository's page, as it is copied from the browser, becomes the address of its archive; any other address
 * stays. `name` is what its files are called under, the same whichever branch or commit they come from.
 */
export function archiveOf(address: string): { url: string; name: string } {
  const url = new URL(address);
  const steps = url.pathname
    .split("/")
    .filter(Boolean)
    .map((step) => decodeURIComponent(step));
  const toArchive = repositoryHosts[url.hostname.replace(/^www\./, "")];
  const marker = steps.findIndex(
    (step, place) => place >= 2 && ["-", "archive", "tree", "src"].includes(step),
  );
  const repository = steps.slice(0, marker < 0 ? steps.length : marker);
  const last = (repository.at(-1) ?? "").replace(/\.git$/, "");
  if (!toArchive || repository.length < 2) {
    const file = steps.at(-1) ?? url.hostname;
    return { url: url.href, name: file.replace(/\.(zip|tar|tgz|tar\.gz)$/i, "") || url.hostname };
  }
  if (steps.includes("archive")) return { url: url.href, name: last };
  const path = [...repository.slice(0, -1), last].map(encodeURIComponent);
  return { url: toArchive(path, refOf(steps.slice(marker), marker)), name: last };
}

/** …/tree/BRANCH, …/-/tree/BRANCH, …/src/branch/BRANCH; branches may have slashes in them. */
function refOf(rest: string[], marker: number): string | null {
  if (marker < 0) return null;
  const steps = rest.filter((step, place) => !(place < 2 && ["-", "tree", "src", "branch"].includes(step)));
  return steps.length > 0 ? steps.map(encodeURIComponent).join("/") : null;
}

/** In the order of the archive, without a folder that all of them lie in. @throws WebRefusal */
export async function* filesOf(
  archive: Uint8Array,
  { maxFileBytes, maxUnpackedBytes = 500 * 1024 * 1024 }: { maxFileBytes: number; maxUnpackedBytes?: number },
): AsyncGenerator<ArchiveFile> {
  const zip = archive[0] === 0x50 && archive[1] === 0x4b;
  const entries = (bytes: Uint8Array) => (zip ? zipEntries(bytes) : tarEntries(bytes, maxUnpackedBytes));
  try {
    const top = await topOf(entries(archive));
    let bytes = 0;
    for await (const { path, size, read } of entries(archive)) {
      const inside = insidePath(path.slice(top.length));
      if (inside === null || size > maxFileBytes) continue;
      bytes += size;
      if (bytes > maxUnpackedBytes) throw tooLarge();
      yield { path: inside, content: await read() };
    }
  } catch (error) {
    if (error instanceof WebRefusal) throw error;
    throw new WebRefusal("It is not an archive that can be unpacked: ZIP, tar and tar.gz can.");
  }
}

const tooLarge = () => new WebRefusal("The archive is too large when unpacked.");

type Entry = { path: string; size: number; read: () => Promise<Uint8Array> };

/** "folder/", or nothing when the files lie side by side. */
async function topOf(entries: AsyncGenerator<Entry>): Promise<string> {
  let top: string | null = null;
  let count = 0;
  for await (const { path } of entries) {
    count += 1;
    if (count > maxFiles) throw new WebRefusal(`The archive has more than ${maxFiles} files.`);
    const folder = path.includes("/") ? path.slice(0, path.indexOf("/") + 1) : "";
    top = top === null || top === folder ? folder : "";
  }
  if (top === null) throw new WebRefusal("There are no files in it.");
  return top;
}

/** Regular files alone. */
async function* zipEntries(archive: Uint8Array): AsyncGenerator<Entry> {
  const zip = await fromBufferPromise(Buffer.from(archive.buffer, archive.byteOffset, archive.length));
  for await (const entry of zip.eachEntry()) {
    const link = ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
    if (entry.fileName.endsWith("/") || link || entry.isEncrypted()) continue;
    yield {
      path: entry.fileName,
      size: entry.uncompressedSize,
      // A stream that gives more than its entry says is stopped.
      read: async () => buffer(await zip.openReadStreamPromise(entry)),
    };
  }
}

async function* tarEntries(archive: Uint8Array, maxUnpackedBytes: number): AsyncGenerator<Entry> {
  const packed = archive[0] === 0x1f && archive[1] === 0x8b;
  const bytes = Readable.from([archive]);
  const unpacked = packed ? bytes.pipe(createGunzip()) : bytes;
  const entries = extract();
  let total = 0;
  unpacked.on("data", (part: Uint8Array) => {
    total += part.length;
    if (total > maxUnpackedBytes) entries.destroy(tooLarge());
  });
  unpacked.on("error", (error) => entries.destroy(error));
  unpacked.pipe(entries);
  for await (const entry of entries) {
    const { name, type, size = 0 } = entry.header;
    let taken = false;
    const read = () => {
      taken = true;
      return buffer(entry);
    };
    if (type === "file") yield { path: name, size, read };
    if (!taken) entry.resume();
  }
}

/** Null: hidden, or not inside. */
function insidePath(path: string): string | null {
  const steps = path.split(/[/\\]/).filter((step) => step !== "" && step !== ".");
  return steps.length === 0 || steps.some((step) => step.startsWith(".")) ? null : steps.join("/");
}
