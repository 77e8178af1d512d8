/**
 * What a receipt holds and how it is written. A priced call's is written by the statement that settles its
 * hold (server/ledger.ts), so that there is no charge without one; a free reading's here, before it is
 * answered. A query that its owner does not want kept never reaches the table.
 */
import { query } from "#db/client.ts";
import type { OperationId } from "./operations.ts";
import type { Principal } from "./principal.ts";

export type ReceiptHit = {
  readonly datasetId: string;
  readonly documentId: string;
  readonly documentTitle: string;
  /** Of the document's text that was read. */
  readonly version: number;
  /** Null: the whole document, as it was read or taken in; then there is no rank nor score either. */
  readonly chunkId: string | null;
  /** Offsets into that text, UTF-16 code units, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly rank: number | null;
  readonly score: number | null;
};

/** The version of a saved query that a call went through. */
export type ReceiptEndpoint = {
  readonly endpointId: string;
  readonly name: string;
  readonly version: number;
};

export type Receipt = {
  readonly id: string;
  readonly query: string | null;
  readonly hits: readonly ReceiptHit[];
  readonly endpoints: readonly ReceiptEndpoint[];
  readonly durationMs: number;
};

export const intoReceipts =
  "insert into receipts (id, account_id, credential_kind, credential_id, operation, query, hits, endpoints, outcome, credits_charged, duration_ms)";

/** SQL: the text, unless the owner of the account switched queries off. `account` is qualified: the settings have a column of that name. */
export function keptQuery(account: string, text: string): string {
  return `case when coalesce((select k.keep_queries from receipt_settings k where k.account_id = ${account}), true) then ${text}::text end`;
}

/** SQL: the dataset that a receipt's call read; empty where it read several or found nothing. */
export function datasetOf(receipt: string): string {
  return `(select case when count(distinct hit ->> 'datasetId') = 1 then min(hit ->> 'datasetId') else '' end
    from jsonb_array_elements(${receipt}.hits) as hit)`;
}

/** Of a reading that costs nothing. */
export async function writeFreeReceipt(
  { accountId, kind, credentialId }: Principal,
  operation: OperationId,
  receipt: Receipt,
): Promise<void> {
  const { id, query: asked, hits, endpoints, durationMs } = receipt;
  await query(
    `${intoReceipts}
     values ($1::text, $2::text, $3::text, $4::text, $5::text, ${keptQuery("$2::text", "$6")}, $7::text::jsonb, $8::text::jsonb, 'answered', 0, $9::int)`,
    [
      id,
      accountId,
      kind,
      credentialId,
      operation,
      asked,
      JSON.stringify(hits),
      JSON.stringify(endpoints),
      durationMs,
    ],
  );
}
