/**
 * What going over to another model costs: the vectors of all that a dataset holds, charged in the transaction
 * that asks for them. Texts that are added later pay for theirs as they are read.
 */
import { queryWithin, type Transaction } from "#db/client.ts";
import { chargeWork } from "./ledger.ts";
import { vectorCredits } from "./price.ts";
import type { Principal } from "./principal.ts";
import { creditsExpiring, shortOfCredits } from "./refused-hold.ts";

/** @throws ApiError insufficient_credits, budget_exceeded, unavailable */
export async function chargeVectors(
  tx: Transaction,
  { accountId, kind, credentialId: id }: Principal,
  { datasetId, model }: { datasetId: string; model: string },
): Promise<void> {
  const [held] = await queryWithin<{ characters: number }>(
    tx,
    `select coalesce(sum(characters), 0)::float8 as characters
     from (select max("end") as characters from chunks where dataset_id = $1 group by document_id) held`,
    [datasetId],
  );
  const amount = vectorCredits(held?.characters ?? 0, model);
  if (amount === 0) return;
  const credential = { kind, id };
  const operation = "datasets.update";
  const result = await chargeWork(tx, { accountId, credential, operation, amount, read: null });
  if (result.outcome === "held") return;
  const short = result.outcome === "insufficient" || result.outcome === "overBudget";
  throw short ? shortOfCredits(result, amount, kind) : creditsExpiring();
}
