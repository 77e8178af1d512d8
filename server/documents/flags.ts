/**
 * What becomes of passages that look like orders to a model: flagged until the owner approves or redacts
 * them. A decision is remembered by the passage's hash, so that it holds when the text is sent again. A
 * redacted text is a new version of its document and as long as the one before: receipts keep theirs, and
 * no offset moves.
 */
import { and, eq, gt, inArray } from "drizzle-orm";
import { database, type Transaction } from "#db/client.ts";
import { chunks, documents, passageDecisions } from "#db/schema/documents.ts";
import { ApiError } from "#server/errors.ts";
import { flagOf, maskOf, passageHash } from "./instruction-flags.ts";
import { lockDataset } from "./lock-dataset.ts";
import type { Prepared } from "./prepare.ts";
import { type FlagState, type NewChunk, removeChunks, storeChunks } from "./store-chunks.ts";
import { retireText } from "./versions.ts";

type Decision = Exclude<FlagState, "flagged">;

type FlaggedPassage = {
  chunkId: string;
  documentId: string;
  documentTitle: string;
  headingPath: string[];
  page: number | null;
  start: number;
  end: number;
  text: string;
  state: FlagState;
  reason: string;
};

/** The text as it is stored, with what was decided of its passages before. */
export async function settleFlags(
  tx: Transaction,
  datasetId: string,
  { text, chunks: read }: Pick<Prepared, "text" | "chunks">,
): Promise<{ text: string; chunks: NewChunk[] }> {
  const hashes = read.flatMap(({ flag }) => (flag ? [flag.hash] : []));
  const decisions = await decisionsOn(tx, datasetId, hashes);
  const masks = read.flatMap(({ start, flag }) =>
    flag && decisions.get(flag.hash) === "redacted"
      ? [{ start: start + flag.start, end: start + flag.end }]
      : [],
  );
  const settled = masked(text, masks);
  return {
    text: settled,
    chunks: read.map(({ flag, ...chunk }) => ({
      ...chunk,
      text: settled.slice(chunk.start, chunk.end),
      flag: flag ? (decisions.get(flag.hash) ?? "flagged") : null,
      flagReason: flag?.reason ?? null,
    })),
  };
}

async function decisionsOn(
  tx: Transaction,
  datasetId: string,
  hashes: string[],
): Promise<Map<string, Decision>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(passageDecisions)
    .where(and(eq(passageDecisions.datasetId, datasetId), inArray(passageDecisions.passageHash, hashes)));
  return new Map(rows.map(({ passageHash, decision }) => [passageHash, decision]));
}

/** Places in order and apart, as those of chunks are. */
function masked(text: string, places: readonly { start: number; end: number }[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of places) {
    parts.push(text.slice(at, start), maskOf(end - start));
    at = end;
  }
  return parts.join("") + text.slice(at);
}

const columns = {
  id: chunks.id,
  documentId: chunks.documentId,
  documentTitle: documents.title,
  ordinal: chunks.ordinal,
  headingPath: chunks.headingPath,
  page: chunks.page,
  start: chunks.start,
  end: chunks.end,
  text: chunks.text,
  state: chunks.flag,
  reason: chunks.flagReason,
};

/** In the order they were stored, at most `limit`. */
export async function listFlags(
  datasetId: string,
  page: { state: FlagState; after: number; limit: number },
): Promise<FlaggedPassage[]> {
  const db = await database();
  const rows = await db
    .select(columns)
    .from(chunks)
    .innerJoin(documents, eq(documents.id, chunks.documentId))
    .where(and(eq(chunks.datasetId, datasetId), eq(chunks.flag, page.state), gt(chunks.id, page.after)))
    .orderBy(chunks.id)
    .limit(page.limit);
  return rows.map(toPassage);
}

/** The caller has checked that the dataset is the caller's own. */
export async function decideFlag(
  place: { datasetId: string; chunkId: number },
  decision: Decision,
): Promise<FlaggedPassage> {
  const db = await database();
  return db.transaction(async (tx) => {
    const dataset = await lockDataset(tx, place.datasetId);
    const documentId = (await find(tx, place))?.documentId;
    if (!dataset || documentId === undefined) throw gone();
    const [document] = await tx
      .select({ title: documents.title, text: documents.text })
      .from(documents)
      .where(eq(documents.id, documentId))
      .for("update");
    const chunk = await find(tx, place);
    if (!chunk?.state || document?.text == null) throw gone();
    if (chunk.state === decision) return toPassage(chunk);
    if (chunk.state === "redacted") throw new ApiError("conflict", "The passage is redacted already.");
    const { start, end } = flagOf(chunk.text) ?? { start: 0, end: chunk.text.length };
    await remember(tx, place.datasetId, passageHash(chunk.text.slice(start, end)), decision);
    if (decision === "approved") {
      await tx.update(chunks).set({ flag: decision }).where(eq(chunks.id, chunk.id));
      return toPassage({ ...chunk, state: decision });
    }
    const indexed = { datasetId: dataset.id, documentId, language: dataset.language, title: document.title };
    await retireText(tx, documentId);
    await tx
      .update(documents)
      .set({ text: masked(document.text, [{ start: chunk.start + start, end: chunk.start + end }]) })
      .where(eq(documents.id, documentId));
    await removeChunks(tx, indexed, [String(chunk.id)]);
    const text = masked(chunk.text, [{ start, end }]);
    const { ordinal, headingPath, page, reason: flagReason } = chunk;
    const rewritten: NewChunk = {
      ordinal,
      headingPath,
      page,
      start: chunk.start,
      end: chunk.end,
      text,
      flag: decision,
      flagReason,
    };
    await storeChunks(tx, { ...indexed, chunks: [rewritten] });
    const [stored] = await tx
      .select(columns)
      .from(chunks)
      .innerJoin(documents, eq(documents.id, chunks.documentId))
      .where(and(eq(chunks.documentId, documentId), eq(chunks.ordinal, ordinal)));
    if (!stored) throw new Error("the redacted passage was not stored");
    return toPassage(stored);
  });
}

type Row = Omit<FlaggedPassage, "chunkId" | "state" | "reason"> & {
  id: number;
  ordinal: number;
  state: FlagState | null;
  reason: string | null;
};

async function find(
  tx: Transaction,
  { datasetId, chunkId }: { datasetId: string; chunkId: number },
): Promise<Row | undefined> {
  const [row] = await tx
    .select(columns)
    .from(chunks)
    .innerJoin(documents, eq(documents.id, chunks.documentId))
    .where(and(eq(chunks.id, chunkId), eq(chunks.datasetId, datasetId)));
  return row;
}

async function remember(tx: Transaction, datasetId: string, hash: string, decision: Decision): Promise<void> {
  await tx
    .insert(passageDecisions)
    .values({ datasetId, passageHash: hash, decision })
    .onConflictDoUpdate({
      target: [passageDecisions.datasetId, passageDecisions.passageHash],
      set: { decision, decidedAt: new Date() },
    });
}

function gone(): ApiError {
  return new ApiError("not_found", "No such flagged passage.", {
    hint: "Its document was read anew or deleted: list the flagged passages again.",
  });
}

/** The paragraphs that hold the signs, not the whole chunk. */
function toPassage({ id, ordinal: _, text, start, end: __, state, reason, ...row }: Row): FlaggedPassage {
  const place = flagOf(text) ?? { start: 0, end: text.length };
  return {
    ...row,
    chunkId: String(id),
    start: start + place.start,
    end: start + place.end,
    text: text.slice(place.start, place.end),
    state: state ?? "flagged",
    reason: reason ?? "",
  };
}
