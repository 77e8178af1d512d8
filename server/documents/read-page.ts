/**
 * One page of a source: asked for only if it changed, made into a document or into the next version of its
 * document. What did not change costs nothing; a page that is gone marks its document, which stays.
 */
import { eq, sql } from "drizzle-orm";
import { database, query } from "#db/client.ts";
import { documents } from "#db/schema/documents.ts";
import type { pageOutcomes, sourcePages, sources } from "#db/schema/sources.ts";
import { env } from "#env";
import { createDocuments } from "./create.ts";
import { documentOf } from "./page-document.ts";
import { fetchWeb, type WebAnswer } from "./web/fetch.ts";
import { visitor } from "./web/hosts.ts";

export type Source = typeof sources.$inferSelect;
/** `intact`: its document is there and was read, so that only a change is of interest. */
export type Page = Pick<
  typeof sourcePages.$inferSelect,
  "address" | "documentId" | "etag" | "lastModified"
> & { intact: boolean };

type Outcome = {
  outcome: (typeof pageOutcomes)[number];
  reason: string | null;
  documentId: string | null;
  etag: string | null;
  lastModified: string | null;
};

export async function readPage(source: Source, page: Page): Promise<void> {
  const { etag, lastModified } = page;
  const answer = await fetchWeb(page.address, {
    maxBytes: env.MAX_UPLOAD_BYTES,
    known: page.intact ? { etag, lastModified } : undefined,
    visit: visitor({ robots: true }),
  });
  const outcome = await take(source, page, answer);
  if (outcome.documentId) await markGone(outcome.documentId, outcome.outcome === "gone");
  const db = await database();
  await db.execute(sql`
    update source_pages set outcome = ${outcome.outcome}, reason = ${outcome.reason},
      document_id = (select id from documents where id = ${outcome.documentId}),
      etag = ${outcome.etag}, last_modified = ${outcome.lastModified}, read_at = clock_timestamp()
    where source_id = ${source.id} and address = ${page.address}`);
}

async function take(source: Source, page: Page, answer: WebAnswer): Promise<Outcome> {
  const { documentId, etag, lastModified } = page;
  const as = (outcome: Outcome["outcome"], reason: string | null = null) => ({
    outcome,
    reason,
    documentId,
    etag,
    lastModified,
  });
  if (answer.outcome === "unchanged") return as("unchanged");
  if (answer.outcome !== "read") return as(answer.outcome, answer.reason);
  const [row] = await createDocuments({
    datasetId: source.datasetId,
    credential: { kind: source.credentialKind, id: source.credentialId },
    items: [{ ...(await documentOf(answer)), externalId: page.address }],
  });
  if (!row) throw new Error("createDocuments returned nothing");
  return {
    outcome: row.duplicate ? "unchanged" : documentId === row.id ? "changed" : "added",
    reason: null,
    documentId: row.id,
    etag: answer.etag,
    lastModified: answer.lastModified,
  };
}

async function markGone(documentId: string, gone: boolean): Promise<void> {
  const db = await database();
  await db
    .update(documents)
    .set({ goneAt: gone ? sql`coalesce(${documents.goneAt}, now())` : null })
    .where(eq(documents.id, documentId));
}

/** Nobody deleted the source meanwhile. */
export async function isThere(sourceId: string): Promise<boolean> {
  return (await query("select from sources where id = $1", [sourceId])).length > 0;
}
