/**
 * The files of an archive: each that can be read is a document under its path. A file that did not change
 * costs nothing, one that is no longer in the archive marks its document.
 */
import { sql } from "drizzle-orm";
import { database } from "#db/client.ts";
import { env } from "#env";
import { createDocuments } from "./create.ts";
import type { NewDocument } from "./judge.ts";
import { isThere, type Source } from "./read-page.ts";
import { sniff } from "./sniff.ts";
import { archiveOf, filesOf } from "./web/archive.ts";
import { fetchWeb } from "./web/fetch.ts";
import { visitor } from "./web/hosts.ts";
import { WebRefusal } from "./web/request.ts";

const archiveBytes = 100 * 1024 * 1024;
const timeoutSeconds = 300;
const filesAtOnce = 100;
const bytesAtOnce = 16 * 1024 * 1024;

/** `refused`: nothing was read. Null: somebody deleted the source meanwhile. */
export async function readArchive(
  source: Source,
): Promise<{ refused: string } | { note: string | null } | null> {
  const { url, name } = archiveOf(source.url);
  const answer = await fetchWeb(url, {
    maxBytes: archiveBytes,
    timeoutSeconds,
    known: { etag: source.etag, lastModified: source.lastModified },
    visit: visitor({ robots: false, leaseSeconds: timeoutSeconds + 30 }),
  });
  if (answer.outcome === "unchanged") return { note: null };
  if (answer.outcome !== "read") return { refused: answer.reason };
  let skipped = 0;
  let taken = 0;
  let batch: NewDocument[] = [];
  let bytes = 0;
  const send = async () => {
    const there = await takeFiles(source, batch);
    taken += batch.length;
    batch = [];
    bytes = 0;
    return there;
  };
  try {
    for await (const { path, content } of filesOf(answer.body, { maxFileBytes: env.MAX_UPLOAD_BYTES })) {
      const externalId = `${name}/${path}`;
      if (externalId.length > 300 || "refused" in (await sniff(content, { fileName: path }))) {
        skipped += 1;
        continue;
      }
      if ((batch.length === filesAtOnce || bytes + content.length > bytesAtOnce) && !(await send()))
        return null;
      batch.push({ fileName: externalId, externalId, content, sourceUrl: source.url });
      bytes += content.length;
    }
    if (!(await send())) return null;
  } catch (error) {
    if (!(error instanceof WebRefusal)) throw error;
    return { refused: error.message };
  }
  if (taken === 0) return { refused: "There are no files in it that can be read." };
  await markMissing(source.id);
  const db = await database();
  await db.execute(sql`
    update sources set etag = ${answer.etag}, last_modified = ${answer.lastModified} where id = ${source.id}`);
  return { note: skipped > 0 ? `${skipped} files that are not text were left out.` : null };
}

/** False when the source is gone. */
async function takeFiles(source: Source, items: NewDocument[]): Promise<boolean> {
  const db = await database();
  if (!(await isThere(source.id))) return false;
  if (items.length === 0) return true;
  const rows = await createDocuments({
    datasetId: source.datasetId,
    credential: { kind: source.credentialKind, id: source.credentialId },
    items,
  });
  await db.execute(sql`
    insert into source_pages (source_id, address, document_id, outcome, read_at)
    select ${source.id}, address, documents.id, case when duplicate = 'true' then 'unchanged' else 'added' end, clock_timestamp()
    from unnest(
      ${sql.param(rows.map(({ externalId }) => externalId))}::text[],
      ${sql.param(rows.map(({ id }) => id))}::text[],
      ${sql.param(rows.map(({ duplicate }) => String(duplicate)))}::text[]
    ) as taken(address, document_id, duplicate)
    join documents on documents.id = taken.document_id
    where exists (select from sources where id = ${source.id})
    on conflict (source_id, address) do update set
      outcome = case when excluded.outcome = 'added' and source_pages.document_id = excluded.document_id
        then 'changed' else excluded.outcome end,
      document_id = excluded.document_id, reason = null, read_at = excluded.read_at`);
  await db.execute(sql`
    update documents set gone_at = null
    where id = any(${sql.param(rows.map(({ id }) => id))}::text[]) and gone_at is not null`);
  return true;
}

async function markMissing(sourceId: string): Promise<void> {
  const db = await database();
  await db.execute(sql`
    with missing as (
      update source_pages set outcome = 'gone', reason = 'It is no longer in the archive.'
      from sources where sources.id = source_id and source_id = ${sourceId} and source_pages.read_at < started_at
      returning document_id
    )
    update documents set gone_at = coalesce(gone_at, now()) from missing where documents.id = missing.document_id`);
}
