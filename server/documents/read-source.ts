/**
 * One reading of a source, in slices: each lists or reads a few pages and queues the next slice, so that a
 * large site holds up neither others nor a restart. A slice that is done twice, after a crash, reads nothing
 * twice: pages that were read since the reading began are passed over.
 */
import { and, eq, inArray, sql } from "drizzle-orm";
import { database, query } from "#db/client.ts";
import { sources } from "#db/schema/sources.ts";
import { usableCredential } from "#server/principal.ts";
import { listPages } from "./list-pages.ts";
import { enqueueSource } from "./queue.ts";
import { readArchive } from "./read-archive.ts";
import { isThere, type Page, readPage, type Source } from "./read-page.ts";

const pagesPerSlice = 25;

/** Throws only what may pass when tried again. */
export async function readSource(sourceId: string): Promise<void> {
  const source = await takeSource(sourceId);
  if (!source) return;
  if (!(await canPay(source))) {
    await finish(source, {
      refused: "The key or app that added it can no longer be used. Refresh it to go on under yours.",
    });
    return;
  }
  if (source.kind === "archive") {
    const read = await readArchive(source);
    if (read) await finish(source, read);
    return;
  }
  if (!source.listedAt || (source.startedAt && source.listedAt < source.startedAt)) {
    const listed = await listPages(source);
    if ("refused" in listed) return finish(source, listed);
    if (listed.note) await setReason(source, listed.note);
  }
  const due = await duePages(sourceId);
  for (const page of due) {
    if (!(await isThere(sourceId))) return;
    await readPage(source, page);
  }
  if (due.length === pagesPerSlice) await goOn(source);
  else await finish(source, await resultOf(sourceId));
}

/** The last word on a source whose job failed too often. */
export async function giveUpSource(sourceId: string, jobId: string): Promise<void> {
  await query(
    `update sources set state = 'failed', next_read_at = now() + make_interval(hours => every_hours),
       reason = 'Reading it failed several times through a fault of this server: job ' || $2::text || '.'
     where id = $1 and state in ('queued', 'reading')`,
    [sourceId, jobId],
  );
}

async function takeSource(sourceId: string): Promise<Source | null> {
  const db = await database();
  const [source] = await db
    .update(sources)
    .set({
      state: "reading",
      startedAt: sql`case when state = 'queued' then clock_timestamp() else started_at end`,
      reason: sql`case when state = 'queued' then null else reason end`,
    })
    .where(and(eq(sources.id, sourceId), inArray(sources.state, ["queued", "reading"])))
    .returning();
  return source ?? null;
}

/** A key or app that was taken away causes no more work. Of a session it is the owner who asked. */
async function canPay({ credentialKind, credentialId }: Source): Promise<boolean> {
  if (credentialKind === "session") return true;
  return (await query(usableCredential, [credentialKind, credentialId])).length > 0;
}

async function duePages(sourceId: string): Promise<Page[]> {
  return query<Page>(
    `select p.address, p.document_id as "documentId", p.etag, p.last_modified as "lastModified",
       coalesce(d.state <> 'failed', false) as intact
     from source_pages p join sources s on s.id = p.source_id left join documents d on d.id = p.document_id
     where p.source_id = $1 and (p.read_at is null or p.read_at < s.started_at)
     order by p.address limit ${pagesPerSlice}`,
    [sourceId],
  );
}

async function goOn({ id }: Source): Promise<void> {
  const db = await database();
  await db.transaction(async (tx) => {
    await enqueueSource(tx, id);
  });
}

/** A source of which nothing at all could be read has failed. */
async function resultOf(sourceId: string): Promise<{ refused: string } | { note: null }> {
  const [row] = await query<{ read: boolean; reason: string | null }>(
    `select bool_or(outcome not in ('failed', 'gone')) as read, min(reason) as reason
     from source_pages where source_id = $1`,
    [sourceId],
  );
  return row?.read === false ? { refused: row.reason ?? "None of its pages could be read." } : { note: null };
}

async function setReason({ id }: Source, reason: string): Promise<void> {
  await query("update sources set reason = $2 where id = $1", [id, reason]);
}

/** A note that an earlier slice left stays. */
async function finish({ id }: Source, result: { refused: string } | { note: string | null }): Promise<void> {
  const refused = "refused" in result;
  await query(
    `update sources set state = $2, reason = coalesce($3::text, reason), read_at = now(), updated_at = now(),
       next_read_at = now() + make_interval(hours => every_hours)
     where id = $1 and state = 'reading'`,
    [id, refused ? "failed" : "ready", refused ? result.refused : result.note],
  );
}
