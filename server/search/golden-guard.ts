/**
 * Keeps a new text of a document out of a dataset whose golden questions it makes worse, where its owner set
 * that. They are asked in the transaction that stores the text, before it and after it, so that nobody is
 * ever answered from a text that is then refused.
 */
import { queryWithin, type Transaction } from "#db/client.ts";
import { meanWithin } from "./golden-evaluate.ts";
import { difference, isWorse, type Scores } from "./golden-metrics.ts";

/** null: it is not to be judged. Else, once the text is stored, what speaks against it, in words for its owner. */
export async function weighAnswers(
  tx: Transaction,
  datasetId: string,
): Promise<((tx: Transaction) => Promise<string | null>) | null> {
  const [guarded] = await queryWithin<{ ownerId: string }>(
    tx,
    `select owner_id as "ownerId" from golden_settings s join datasets on datasets.id = s.dataset_id
     where s.dataset_id = $1 and s.on_worse = 'block' and owner_id is not null
       and exists (select from golden_questions q where q.dataset_id = s.dataset_id)`,
    [datasetId],
  );
  if (!guarded) return null;
  const before = await meanWithin(tx, datasetId, guarded.ownerId);
  return async (stored) => {
    const after = await meanWithin(stored, datasetId, guarded.ownerId);
    const change = difference(before.mean, after.mean);
    if (!isWorse(change)) return null;
    const worse = [...after.byQuestion].find(([question, now]) =>
      isLess(now, before.byQuestion.get(question)),
    );
    return [
      `It was not taken: with it golden questions are answered less well (nDCG ${before.mean.ndcg.toFixed(2)} to ${after.mean.ndcg.toFixed(2)}, recall ${before.mean.recall.toFixed(2)} to ${after.mean.recall.toFixed(2)}`,
      worse ? `, as "${worse[0].slice(0, 200)}"` : "",
      "). Change it, or allow it under Quality and retry it.",
    ].join("");
  };
}

function isLess(now: Scores, before: Scores | undefined): boolean {
  return before !== undefined && isWorse(difference(before, now));
}
