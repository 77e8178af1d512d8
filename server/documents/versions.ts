/**
 * Versions of a document's text: its number grows when the text is replaced or taken away, and the old text
 * is kept, since a search that read it may be about to leave a receipt. server/receipts/retention.ts removes
 * what no receipt points into. For transactions that hold the document's row.
 */
import { queryWithin, type Transaction } from "#db/client.ts";

/** Puts the text away, if there is one. Answers the version that the next text has. */
export async function retireText(tx: Transaction, documentId: string): Promise<number> {
  await queryWithin(
    tx,
    `with retired as (
       insert into document_versions (document_id, version, title, text)
       select id, version, title, text from documents where id = $1 and text is not null
       returning document_id
     )
     update documents set version = version + 1, text = null
     from retired where documents.id = retired.document_id`,
    [documentId],
  );
  const [row] = await queryWithin<{ version: number }>(tx, "select version from documents where id = $1", [
    documentId,
  ]);
  if (!row) throw new Error(`There is no document ${documentId}.`);
  return row.version;
}
