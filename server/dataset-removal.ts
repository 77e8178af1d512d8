/**
 * The end of datasets. At once they belong to nobody, which server/dataset-access.ts answers like datasets that
 * never were, and lose all that is small; documents and passages then go a few at a time, so that nobody waits
 * for a million of them. What is left to remove stands in the database: whoever does it next goes on where a
 * crash ended it.
 */
import { setImmediate } from "node:timers/promises";
import { query, queryWithin, type Transaction } from "#db/client.ts";

const documentsAtOnce = 20;
const chunksAtOnce = 500;
const wordsAtOnce = 2_000;

/** `ids` null: all of the account's. Answers those that it had. */
export async function deleteDatasets(
  tx: Transaction,
  accountId: string,
  ids: readonly string[] | null,
): Promise<string[]> {
  const rows = await queryWithin<{ id: string }>(
    tx,
    `with gone as (
       update datasets set owner_id = null, visibility = 'private', name = '', description = '', deleted_at = now()
       where owner_id = $1::text and ($2::text is null or id = any(string_to_array($2::text, E'\\n')))
       returning id
     ), ${small.map((table) => `of_${table} as (delete from ${table} using gone where dataset_id = gone.id)`).join(", ")}
     select id from gone`,
    [accountId, ids?.join("\n") ?? null],
  );
  return rows.map(({ id }) => id);
}

/** What would work on, be shown or count though its dataset is gone. */
const small = [
  "credential_datasets",
  "endpoints",
  "golden_questions",
  "golden_runs",
  "golden_settings",
  "indexing_requests",
  "passage_decisions",
  "sources",
];

export async function removeDeletedDatasets(): Promise<void> {
  const gone = await query<{ id: string }>("select id from datasets where deleted_at is not null");
  for (const { id } of gone) {
    await removeDocuments(id);
    await inTurns(wordsAtOnce, () =>
      query(
        `delete from lexemes where dataset_id = $1 and lexeme = any(array(
           select lexeme from lexemes where dataset_id = $1 limit ${wordsAtOnce}
         )) returning 1`,
        [id],
      ),
    );
    // A document that was being read as the dataset was deleted is waited for, and goes with it.
    await query("delete from datasets where id = $1 and deleted_at is not null", [id]);
  }
}

async function removeDocuments(datasetId: string): Promise<void> {
  for (;;) {
    const page = await query<{ id: string }>(
      "select id from documents where dataset_id = $1 order by created_at, id limit $2",
      [datasetId, documentsAtOnce],
    );
    if (page.length === 0) return;
    const ids = page.map(({ id }) => id);
    await inTurns(chunksAtOnce, () =>
      query(
        `delete from chunks where id = any(array(
           select id from chunks where document_id = any($1::text[]) limit ${chunksAtOnce}
         )) returning 1`,
        [ids],
      ),
    );
    await query("delete from documents where id = any($1::text[])", [ids]);
  }
}

/** PGlite answers in microtasks: others are served between two of them. */
async function inTurns(most: number, remove: () => Promise<unknown[]>): Promise<void> {
  while ((await remove()).length === most) await setImmediate();
}
