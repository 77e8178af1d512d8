/** For tests of the ledger: a caller with a key of its own, budgets on it, and what a call leaves. */
import { query } from "#db/client.ts";
import { newId } from "#server/ids.ts";
import { type BudgetPeriod, type Hold, holdCredits } from "#server/ledger.ts";
import { identify, type Principal } from "#server/principal.ts";
import type { Receipt } from "#server/receipt.ts";
import { createTestAccount } from "./accounts.ts";

export async function createCaller(): Promise<Principal> {
  const account = await createTestAccount();
  const { key } = await account.createKey();
  const { principal } = await identify(new Headers({ "x-api-key": key }), {
    sessions: false,
    remember: false,
    address: "127.0.0.1",
  });
  if (!principal) throw new Error("the key is not accepted");
  return principal;
}

export async function setBudget(caller: Principal, period: BudgetPeriod, amount: number): Promise<void> {
  await query(
    `insert into budgets (credential_id, account_id, period, amount) values ($1, $2, $3, $4)
     on conflict (credential_id, period) do update set amount = excluded.amount`,
    [caller.credentialId, caller.accountId, period, amount],
  );
}

export async function usedOf(caller: Principal, period: BudgetPeriod): Promise<number | null> {
  const [row] = await query<{ used: number }>(
    "select used::float8 as used from budgets where credential_id = $1 and period = $2",
    [caller.credentialId, period],
  );
  return row?.used ?? null;
}

/** @throws Error naming the outcome when nothing could be held */
export async function hold(caller: Principal, amount: number): Promise<Hold> {
  const result = await holdCredits(caller, "search.query", amount);
  if (result.outcome !== "held") throw new Error(result.outcome);
  return result.hold;
}

export async function balanceOf({ accountId }: Principal): Promise<number> {
  const [row] = await query<{ balance: number }>(
    "select balance::float8 as balance from credit_accounts where id = $1",
    [accountId],
  );
  return row?.balance ?? Number.NaN;
}

export const receipt = (): Receipt => ({
  id: newId("rcpt"),
  query: "granite",
  hits: [
    {
      datasetId: "s",
      documentId: "d",
      documentTitle: "Rocks",
      version: 1,
      chunkId: "1",
      start: 0,
      end: 7,
      rank: 1,
      score: 1,
    },
  ],
  endpoints: [],
  durationMs: 3,
});
