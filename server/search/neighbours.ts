/**
 * Hits with the chunks that stand before and after them in the version of the document that was searched.
 * Hits that come to touch are one passage, in the place and with the score of the best of them. What stands
 * between two chunks is white space alone, of which only the length is known.
 */
import { query } from "#db/client.ts";
import type { Hit } from "./query.ts";

export type Neighbour = {
  hitId: string;
  ordinal: number;
  start: number;
  end: number;
  text: string;
  flagged: boolean;
};

/** The chunk of each hit and those around it. */
const aroundStatement = `
  select hit.id::text as "hitId", around.ordinal, around.start, around."end", around.text,
    around.flag is not distinct from 'flagged' as flagged
  from unnest($1::bigint[], $2::int[]) as given(id, version)
  join chunks hit on hit.id = given.id
  join documents on documents.id = hit.document_id and documents.version = given.version
  join chunks around on around.document_id = hit.document_id
    and around.ordinal between hit.ordinal - $3::int and hit.ordinal + $3::int
  -- What its owner took out is not shown, nor what lies behind it.
  where not exists (
    select from chunks hidden where hidden.document_id = hit.document_id and hidden.flag = 'redacted'
      and hidden.ordinal between least(hit.ordinal, around.ordinal) and greatest(hit.ordinal, around.ordinal)
  )
  order by hit.id, around.ordinal`;

export async function withNeighbours(hits: readonly Hit[], neighbours: number): Promise<Hit[]> {
  const rows = await query<Neighbour>(aroundStatement, [
    hits.map(({ chunkId }) => chunkId),
    hits.map(({ version }) => version),
    neighbours,
  ]);
  return joinNeighbours(hits, rows);
}

export function joinNeighbours(hits: readonly Hit[], rows: readonly Neighbour[]): Hit[] {
  const around = Map.groupBy(rows, ({ hitId }) => hitId);
  const passages: { hit: Hit; parts: Map<number, Neighbour> }[] = [];
  for (const hit of hits) {
    const own = around.get(hit.chunkId) ?? [];
    const parts = new Map(own.map((part) => [part.ordinal, part]));
    const touching = passages.filter(
      (passage) => passage.hit.documentId === hit.documentId && touch(passage.parts, parts),
    );
    const [best, ...others] = touching;
    if (!best) {
      passages.push({ hit, parts });
      continue;
    }
    for (const [ordinal, part] of [parts, ...others.map((passage) => passage.parts)].flatMap((more) => [
      ...more,
    ]))
      best.parts.set(ordinal, part);
    for (const passage of others) passages.splice(passages.indexOf(passage), 1);
  }
  return passages.map(({ hit, parts }) => ({ ...hit, ...join(parts, hit) }));
}

/** A gap of no ordinal between them. A hit whose document has changed since has no parts and touches nothing. */
function touch(one: ReadonlyMap<number, unknown>, other: ReadonlyMap<number, unknown>): boolean {
  return [...other.keys()].some((ordinal) => [-1, 0, 1].some((step) => one.has(ordinal + step)));
}

function join(
  parts: ReadonlyMap<number, Neighbour>,
  hit: Hit,
): Pick<Hit, "start" | "end" | "text" | "flagged"> {
  const [first, ...others] = [...parts.values()].sort((a, b) => a.ordinal - b.ordinal);
  if (!first) return hit;
  let { text, end, flagged } = first;
  for (const part of others) {
    text += whiteSpace(part.start - end) + part.text;
    end = part.end;
    flagged ||= part.flagged;
  }
  return { start: first.start, end, text, flagged };
}

/** Keeps lines and paragraphs apart, and every offset true. */
function whiteSpace(length: number): string {
  return length <= 2 ? "\n".repeat(length) : `${" ".repeat(length - 2)}\n\n`;
}
