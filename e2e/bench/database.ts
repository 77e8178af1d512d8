/**
 * Fills the bench's database through the product's own code: the corpus is uploaded and ingested, accounts
 * are opened and given credits by the ledger. Only users and keys are inserted directly, since hashing a
 * hundred passwords is not what is measured.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { closeDatabase, query } from "#db/client.ts";
import { openAccount } from "#server/accounts.ts";
import { createDocuments } from "#server/documents/create.ts";
import { startIngestion } from "#server/documents/ingestion-worker.ts";
import { changeCredits } from "#server/grants.ts";
import { balanceMultipliers } from "#server/operations.ts";
import { hashKey, keyPrefix } from "#server/principal.ts";
import type { Page } from "./corpus.ts";
import { floorTables } from "./floor-charge.ts";
import { endpointCounts } from "./mcp-cases.ts";

export type Filled = {
  readonly datasetId: string;
  /** For calls: so many keys of as many accounts that the limits, which are in force, refuse nobody. */
  readonly keys: readonly string[];
  /** For the ledger by itself, which knows no limits. */
  readonly payingKeys: readonly string[];
  /** By how many endpoints the key's account has. */
  readonly endpointKeys: ReadonlyMap<number, string>;
};

const callingAccounts = 100;
const payingAccounts = 1_000;
const accountsAtOnce = 10;
const pagesAtOnce = 200;
const loadTimeoutMs = 180_000;

export async function fillDatabase(pages: readonly Page[]): Promise<Filled> {
  const datasetId = "ds_bench";
  const ingestion = await startIngestion();
  try {
    const keys = await openRichAccounts("bench", callingAccounts);
    const payingKeys = await openRichAccounts("paying", payingAccounts);
    await query(
      "insert into datasets (id, owner_id, name, visibility) values ($1, 'bench_0', 'Manual pages', 'public')",
      [datasetId],
    );
    const endpointKeys = new Map<number, string>();
    for (const count of endpointCounts) endpointKeys.set(count, await openWithEndpoints(count));
    for (let first = 0; first < pages.length; first += pagesAtOnce) {
      const items = pages.slice(first, first + pagesAtOnce).map(({ name, text }) => ({
        fileName: name,
        externalId: name,
        content: new TextEncoder().encode(text),
      }));
      await createDocuments({ datasetId, items });
    }
    await ingested(datasetId);
    for (const statement of floorTables) await query(statement);
    // Plans prepared on empty tables stay as they are.
    await query("vacuum analyze");
    return { datasetId, keys, payingKeys, endpointKeys };
  } finally {
    await ingestion.stop();
    await closeDatabase();
  }
}

async function openRichAccounts(name: string, count: number): Promise<string[]> {
  const keys: string[] = [];
  while (keys.length < count) {
    const ids = Array.from({ length: accountsAtOnce }, (_, index) => `${name}_${keys.length + index}`);
    keys.push(...(await Promise.all(ids.map(openRichAccount))));
  }
  return keys;
}

async function openRichAccount(userId: string): Promise<string> {
  const key = `${keyPrefix}${randomBytes(36).toString("base64url")}`;
  await query(`insert into "user" (id, name, email) values ($1, 'Bench', $1 || '@example.test')`, [userId]);
  await openAccount(userId);
  const credits = 100 * Math.max(...balanceMultipliers.map(({ fromCredits }) => fromCredits));
  await changeCredits({ accountId: userId, kind: "grant", amount: credits, reason: "bench" });
  await query(
    `insert into apikey (id, name, reference_id, key, created_at, updated_at, rate_limit_enabled, permissions)
     values ($1 || '_key', 'bench', $1, $2, now(), now(), false, '{"scope":["mcp:tools"]}')`,
    [userId, hashKey(key)],
  );
  return key;
}

/** Twenty a dataset, published, with a description as long as a model needs. */
async function openWithEndpoints(count: number): Promise<string> {
  const owner = `with_${count}_endpoints`;
  const key = await openRichAccount(owner);
  await query(
    `insert into datasets (id, owner_id, name) select $1 || '_' || n, $1, 'Manual ' || n
     from generate_series(0, ($2::int - 1) / 20) n`,
    [owner, count],
  );
  const saved = `'Section ' || n, repeat('What its pages say of options. ', 4), '{"topK": 8}'::jsonb, '{mode}'::text[]`;
  await query(
    `insert into endpoints (id, dataset_id, name, title, description, options, fixed, published_version, latest_version)
     select $1 || '_ep_' || n, $1 || '_' || (n / 20), 'section-' || n, ${saved}, 1, 1
     from generate_series(0, $2::int - 1) n`,
    [owner, count],
  );
  await query(
    `insert into endpoint_versions (endpoint_id, version, title, description, options, fixed)
     select $1 || '_ep_' || n, 1, ${saved} from generate_series(0, $2::int - 1) n`,
    [owner, count],
  );
  return key;
}

async function ingested(datasetId: string): Promise<void> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < loadTimeoutMs) {
    const rows = await query<{ state: string; reason: string | null }>(
      "select state, reason from documents where dataset_id = $1 and state <> 'ready' limit 1",
      [datasetId],
    );
    const [open] = rows;
    if (!open) return;
    if (open.state === "failed") throw new Error(`A page of the corpus was not ingested: ${open.reason}`);
    await sleep(500);
  }
  throw new Error(`The corpus was not ingested within ${loadTimeoutMs / 1000} s.`);
}

export async function countChunks(datasetId: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    "select count(*)::int as count from chunks where dataset_id = $1",
    [datasetId],
  );
  await closeDatabase();
  return row?.count ?? 0;
}

/** What the ledger must say of itself after so much was charged at once. */
export async function checkLedger(): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `select a.id from credit_accounts a join entries e on e.account_id = a.id
     group by a.id, a.balance, a.seq
     having a.balance <> sum(e.delta) or a.seq <> count(*) or a.seq <> max(e.seq)`,
  );
  await closeDatabase();
  return rows.map(({ id }) => id);
}
