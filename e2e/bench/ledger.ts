/** The ledger by itself: hold and capture as the chain does them, beside the floor's one charge. */
import { query } from "#db/client.ts";
import { newId } from "#server/ids.ts";
import { captureHold, holdCredits } from "#server/ledger.ts";
import { operation } from "#server/operations.ts";
import { hashKey, identify, type Principal } from "#server/principal.ts";
import { floorCharge } from "./floor-charge.ts";

const id = "search.query";
const { priceCredits } = operation(id);

export type Payer = { readonly principal: Principal; readonly keyHash: string };

export async function payersOf(keys: readonly string[]): Promise<Payer[]> {
  const payers: Payer[] = [];
  for (const key of keys) {
    const headers = new Headers({ "x-api-key": key });
    const { principal } = await identify(headers, { sessions: false, remember: false, address: "127.0.0.1" });
    if (!principal) throw new Error("A key of the bench is not accepted.");
    payers.push({ principal, keyHash: hashKey(key) });
  }
  return payers;
}

/** Two statements, as for a search with ten hits. @throws when nothing is held or captured */
export async function holdAndCapture({ principal }: Payer): Promise<void> {
  const result = await holdCredits(principal, id, priceCredits);
  if (result.outcome !== "held") throw new Error(`A hold was answered with ${result.outcome}.`);
  const receipt = { id: newId("rcpt"), query: "manual page", hits: tenHits, durationMs: 3, endpoints: [] };
  const balance = await captureHold(result.hold, priceCredits, principal, id, receipt);
  if (balance === null) throw new Error("A hold had expired.");
}

const tenHits = Array.from({ length: 10 }, (_, index) => ({
  datasetId: "ds_0123456789abcdefghij",
  documentId: "doc_0123456789abcdefghij",
  documentTitle: "mount (8)",
  version: 1,
  chunkId: String(index),
  start: 1_000 * index,
  end: 1_000 * (index + 1),
  rank: index + 1,
  score: 0.5,
}));

/** @throws when it does not charge */
export async function chargeByHand({ keyHash }: Payer): Promise<void> {
  const rows = await query(floorCharge, [keyHash, priceCredits, newId("call")]);
  if (rows.length !== 1) throw new Error("The floor did not charge.");
}
