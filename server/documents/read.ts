/**
 * Reading in a document: from its beginning, a range of it, or what stands around a hit, in portions that a
 * model can hold. Open to whoever may query the dataset, unlike the owner's documents.get.
 */
import { and, eq, gt, lt } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { chunks, documents } from "#db/schema/documents.ts";
import { callerOf } from "../admission.ts";
import { passageLink, passageUri } from "../citation.ts";
import { getReadableDataset } from "../dataset-access.ts";
import { ApiError } from "../errors.ts";
import { idField } from "../fields.ts";
import { procedure } from "../trpc.ts";

/** Characters: some 5,000 words, and what a long context can still take. */
const portion = { default: 20_000, max: 100_000 };

const offset = z.int().min(0).max(2_000_000_000);

const readInput = z.strictObject({
  datasetId: idField.describe("From list_datasets"),
  documentId: idField.describe("From a hit"),
  chunkId: idField.optional().describe("A hit's chunkId: read what stands around it. Not with start or end"),
  start: offset.optional().describe("First character; 0 when left out"),
  end: offset.optional().describe("End, exclusive; as far as length reaches when left out"),
  length: z
    .int()
    .min(1)
    .max(portion.max)
    .default(portion.default)
    .describe("Characters at most, also between start and end"),
  version: z.int().min(1).optional().describe("A hit's version: refused when the document has changed since"),
});

const readSchema = z
  .object({
    datasetId: z.string(),
    documentId: z.string(),
    documentTitle: z.string(),
    version: z.int().describe("Grows when the document is replaced"),
    headingPath: z.array(z.string()).describe("Headings above the chunk asked for, outermost first"),
    start: z.int().describe("Offset of text in the document, UTF-16 code units"),
    end: z.int().describe("Its end, exclusive"),
    before: z.int().describe("Characters of the document before text"),
    after: z.int().describe("Characters after it: read on with start set to end"),
    text: z.string(),
    flagged: z
      .array(z.object({ start: z.int(), end: z.int(), reason: z.string() }))
      .describe("Passages in text that look like instructions to a model and were not approved by the owner"),
    link: z.string().describe("Opens the document here in the dashboard"),
    resourceUri: z.string().describe("The same as an MCP resource"),
  })
  .meta({ id: "Reading" });

export const read = procedure("documents.read", { input: readInput, output: readSchema }).query(
  async ({ ctx, input }) => {
    const { datasetId, documentId } = input;
    const caller = callerOf(ctx);
    const dataset = await getReadableDataset(datasetId, caller);
    const db = await database();
    const [row] = await db
      .select({
        title: documents.title,
        version: documents.version,
        text: documents.text,
        state: documents.state,
      })
      .from(documents)
      .where(and(eq(documents.id, documentId), eq(documents.datasetId, datasetId)));
    const own = dataset.ownerId === caller.accountId;
    if (!row || (row.text === null && !own)) throw new ApiError("not_found", "Document not found.");
    const { title, version, text } = row;
    if (text === null) throw new ApiError("conflict", `The document cannot be read: it is ${row.state}.`);
    if (input.version !== undefined && input.version !== version) {
      const hint = "Search again: offsets and chunks of the version before no longer fit.";
      throw new ApiError("conflict", `The document was replaced; its version is now ${version}.`, {
        hint,
        version,
      });
    }
    const chunk = input.chunkId === undefined ? null : await findChunk(documentId, input.chunkId);
    const range = rangeOf(text, input, chunk);
    const passage = { datasetId, documentId, version, ...range };
    ctx.charge.record({
      query: null,
      hits: [{ ...passage, documentTitle: title, chunkId: null, rank: null, score: null }],
    });
    return {
      ...passage,
      documentTitle: title,
      headingPath: chunk?.headingPath ?? [],
      before: range.start,
      after: text.length - range.end,
      text: text.slice(range.start, range.end),
      flagged: await flaggedWithin(documentId, range),
      link: passageLink(passage),
      resourceUri: passageUri(passage),
    };
  },
);

type Range = { readonly start: number; readonly end: number };

async function findChunk(documentId: string, chunkId: string) {
  const id = /^\d{1,15}$/.test(chunkId) ? Number(chunkId) : null;
  const db = await database();
  const [chunk] =
    id === null
      ? []
      : await db
          .select({ start: chunks.start, end: chunks.end, headingPath: chunks.headingPath })
          .from(chunks)
          .where(and(eq(chunks.id, id), eq(chunks.documentId, documentId)));
  if (!chunk)
    throw new ApiError("not_found", "Chunk not found: the document may have changed. Search again.");
  return chunk;
}

async function flaggedWithin(documentId: string, { start, end }: Range) {
  const db = await database();
  const rows = await db
    .select({ start: chunks.start, end: chunks.end, reason: chunks.flagReason })
    .from(chunks)
    .where(
      and(
        eq(chunks.documentId, documentId),
        eq(chunks.flag, "flagged"),
        lt(chunks.start, end),
        gt(chunks.end, start),
      ),
    )
    .orderBy(chunks.start);
  return rows.map((row) => ({ ...row, reason: row.reason ?? "" }));
}

/** Ends that the caller did not choose are put at a line or a word. */
export function rangeOf(
  text: string,
  input: Pick<z.output<typeof readInput>, "start" | "end" | "length">,
  chunk: Range | null,
): Range {
  const { length } = input;
  if (chunk) {
    if (input.start !== undefined || input.end !== undefined) {
      throw new ApiError("invalid_input", "Invalid input: chunkId: not together with start or end.");
    }
    const around = Math.max(0, length - (chunk.end - chunk.start)) / 2;
    const start = seam(text, Math.max(0, Math.floor(chunk.start - around)), chunk.start, "after");
    const longest = Math.min(text.length, start + length);
    return { start, end: seam(text, longest, Math.min(chunk.end, longest), "before") };
  }
  const start = whole(text, input.start ?? 0);
  const end = Math.min(input.end ?? text.length, text.length);
  if (start > text.length || end < start) {
    const detail = `Invalid input: start: the document has ${text.length} characters, and end is not before start.`;
    throw new ApiError("invalid_input", detail);
  }
  if (end - start <= length) return { start, end: whole(text, end) };
  return { start, end: seam(text, start + length, start, "before") };
}

/** The nearest line or word boundary in a tenth of the way from `at` to `limit`, else `at` itself. */
function seam(text: string, at: number, limit: number, side: "after" | "before"): number {
  if (at === 0 || at === text.length) return at;
  const reach = Math.ceil(Math.abs(limit - at) / 10);
  const [from, to] = side === "after" ? [at, Math.min(limit, at + reach)] : [Math.max(limit, at - reach), at];
  const near = text.slice(from, to);
  for (const boundary of ["\n", " "]) {
    const found = side === "after" ? near.indexOf(boundary) : near.lastIndexOf(boundary);
    if (found >= 0) return from + found + 1;
  }
  return whole(text, at);
}

/** Not within a surrogate pair. */
function whole(text: string, at: number): number {
  const splits = /[\uDC00-\uDFFF]/.test(text.charAt(at)) && /[\uD800-\uDBFF]/.test(text.charAt(at - 1));
  return splits ? at - 1 : at;
}
