/**
 * Reading and chunking of one document, in a thread of its own unless that costs less than starting one: no
 * document, however made, can stall or kill the server.
 */
import { type Chunk, chunkText } from "./chunk.ts";
import { flagOf, type PassageFlag } from "./instruction-flags.ts";
import { type Read, readDocument } from "./read-text.ts";
import { type Limits, runAside } from "./reading-threads.ts";
import { type Declared, isByteFormat, type Refused } from "./sniff.ts";

/** Chunks without their text: it is a slice of the whole, and copying it between threads is what costs. */
type PreparedChunk = Omit<Chunk, "text"> & { flag: PassageFlag | null };
export type Prepared = Omit<Read, "style" | "pages"> & { chunks: PreparedChunk[] };

/** Measured on a busy machine: 128 KB of HTML take up to 50 ms here, starting a thread about 60 ms. */
const inlineBytes = 128 * 1024;

export async function prepare(content: Uint8Array, declared: Declared): Promise<Prepared | Refused> {
  const read = await readDocument(content, declared);
  if ("refused" in read) return read;
  const { style, pages, ...prepared } = read;
  const chunks = chunkText(read.text, style, pages).map(({ text, ...chunk }) => ({
    ...chunk,
    flag: flagOf(text),
  }));
  return { ...prepared, chunks };
}

export function prepareAside(
  content: Uint8Array,
  declared: Declared,
  limits?: Limits,
): Promise<Prepared | Refused> {
  const plain = declared.format !== undefined && !isByteFormat(declared.format);
  return plain && content.length <= inlineBytes
    ? prepare(content, declared)
    : runAside<Prepared>({ task: "prepare", content, declared }, limits);
}
