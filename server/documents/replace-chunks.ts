/**
 * From the chunks that a document has to those of its new text. A chunk whose text and headings are the same
 * stays, with its id and whatever was computed from it: only its place is updated. For transactions that
 * hold the document's row.
 */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { queryWithin, type Transaction } from "#db/client.ts";
import {
  type FlagState,
  headingSeparator,
  type Indexed,
  indexedAs,
  type NewChunk,
  reindexChunks,
  removeChunks,
  retitleChunks,
  storable,
  storableHeadings,
  storeChunks,
} from "./store-chunks.ts";

type Kept = {
  id: string;
  ordinal: number;
  start: number;
  end: number;
  page: number | null;
  flag: FlagState | null;
  flagReason: string | null;
};

const movesPerStatement = 500;

/** `indexedTitle` and `indexedAs` are what the present chunks are found by. Answers the characters read anew. */
export async function replaceChunks(
  tx: Transaction,
  document: Indexed & { indexedTitle: string; indexedAs: string },
  chunks: readonly NewChunk[],
): Promise<number> {
  const present = await hashesOf(tx, document);
  const added: NewChunk[] = [];
  const moved: { from: Kept; to: NewChunk }[] = [];
  let [readAnew, end] = [0, 0];
  for (const chunk of chunks) {
    const same = present.get(hashOf(chunk))?.shift();
    if (!same) {
      added.push(chunk);
      // With what parts it from the one before, so that the chunks of a new text come to all of it.
      readAnew += chunk.end - end;
    } else if (!isInPlace(same, chunk)) moved.push({ from: same, to: chunk });
    end = chunk.end;
  }
  const gone = [...present.values()].flat();
  if (gone.length > 0) {
    await removeChunks(
      tx,
      document,
      gone.map(({ id }) => id),
    );
  }
  await move(tx, document, moved);
  if (added.length < chunks.length) {
    if (document.title !== document.indexedTitle) await retitleChunks(tx, document);
    else if (document.indexedAs !== indexedAs(document.language)) await reindexChunks(tx, document);
  }
  await storeChunks(tx, { ...document, chunks: added });
  return readAnew;
}

/** And what is thought of it is the same. */
function isInPlace(kept: Kept, { ordinal, start, end, page, flag, flagReason }: NewChunk): boolean {
  if (kept.ordinal !== ordinal || kept.start !== start || kept.end !== end) return false;
  return (
    kept.page === (page ?? null) && kept.flag === (flag ?? null) && kept.flagReason === (flagReason ?? null)
  );
}

/** What the document has, by hash; chunks of one text in their order. */
async function hashesOf(tx: Transaction, { documentId, datasetId }: Indexed): Promise<Map<string, Kept[]>> {
  const rows = await queryWithin<Kept & { hash: string }>(
    tx,
    `select id::text, ordinal, start, "end", page, flag, flag_reason as "flagReason",
       encode(sha256(convert_to(array_to_string(heading_path, $1::text) || E'\\x1e' || text, 'UTF8')), 'hex') as hash
     from chunks where document_id = $2 and dataset_id = $3 order by ordinal`,
    [headingSeparator, documentId, datasetId],
  );
  return Map.groupBy(rows, ({ hash }) => hash);
}

function hashOf(chunk: NewChunk): string {
  const identity = `${storableHeadings(chunk)}\u001e${storable(chunk.text)}`;
  return createHash("sha256").update(identity).digest("hex");
}

async function move(tx: Transaction, document: Indexed, moves: { from: Kept; to: NewChunk }[]) {
  const { documentId, datasetId } = document;
  const ofDocument = sql`chunks.document_id = ${documentId} and chunks.dataset_id = ${datasetId}`;
  // Ordinals are unique at every moment: those that change go out of each other's way first.
  const reordered = moves.filter(({ from, to }) => from.ordinal !== to.ordinal);
  if (reordered.length > 0) {
    const ids = sql.param(reordered.map(({ from }) => from.id));
    await tx.execute(sql`
      update chunks set ordinal = -1 - ordinal where ${ofDocument} and id = any(${ids}::bigint[])`);
  }
  for (let first = 0; first < moves.length; first += movesPerStatement) {
    const batch = moves.slice(first, first + movesPerStatement);
    await setImmediate();
    const column = <T>(of: (each: (typeof batch)[number]) => T) => sql.param(batch.map(of));
    await tx.execute(sql`
      update chunks set ordinal = moved.ordinal, start = moved.start, "end" = moved."end", page = moved.page,
        flag = moved.flag, flag_reason = moved.flag_reason
      from unnest(
        ${column(({ from }) => from.id)}::bigint[],
        ${column(({ to }) => to.ordinal)}::int[],
        ${column(({ to }) => to.start)}::int[],
        ${column(({ to }) => to.end)}::int[],
        ${column(({ to }) => to.page ?? null)}::int[],
        ${column(({ to }) => to.flag ?? null)}::text[],
        ${column(({ to }) => to.flagReason ?? null)}::text[]
      ) as moved(id, ordinal, start, "end", page, flag, flag_reason)
      where chunks.id = moved.id and ${ofDocument}`);
  }
}
