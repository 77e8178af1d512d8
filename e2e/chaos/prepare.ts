/**
 * Fills an empty database through the product's own code and prints what the callers need: rich accounts
 * whose limits refuse nobody, poor ones at the edge of their balance, and some whose keys have budgets.
 */
import { randomBytes } from "node:crypto";
import { closeDatabase, query } from "#db/client.ts";
import { openAccount } from "#server/accounts.ts";
import { createDocuments } from "#server/documents/create.ts";
import { ingestDocument } from "#server/documents/ingest.ts";
import { changeCredits } from "#server/grants.ts";
import { hashKey, keyPrefix } from "#server/principal.ts";
import type { Prepared } from "./judge.ts";

const richCredits = 5_000_000;
const poorCredits = 400;
const text = [
  "# Igneous rocks",
  "Granite is a coarse igneous rock of quartz, feldspar and mica.",
  "# Metamorphic rocks",
  "Marble was limestone before heat and pressure changed it.",
].join("\n\n");

async function openCaller(name: string, credits: number, budget: number | null) {
  const key = `${keyPrefix}${randomBytes(36).toString("base64url")}`;
  await query(`insert into "user" (id, name, email) values ($1, $1, $1 || '@example.test')`, [name]);
  await openAccount(name);
  const [account] = await query<{ balance: number }>(
    "select balance::float8 as balance from credit_accounts where id = $1",
    [name],
  );
  const amount = credits - (account?.balance ?? 0);
  await changeCredits({ accountId: name, kind: "adjustment", amount, reason: "chaos" });
  await query(
    `insert into apikey (id, name, reference_id, key, created_at, updated_at, rate_limit_enabled, permissions)
     values ($1 || '_key', 'chaos', $1, $2, now(), now(), false, '{"scope":["mcp:tools"]}')`,
    [name, hashKey(key)],
  );
  await query(
    `insert into limit_overrides (account_id, name, points, reason)
     values ($1, 'apiKey', 1000000, 'chaos'), ($1, 'search.batch', 1000000, 'chaos')`,
    [name],
  );
  if (budget !== null) {
    await query(
      `insert into budgets (credential_id, account_id, period, amount)
       values ($1 || '_key', $1, 'day', $2), ($1 || '_key', $1, 'total', $2 * 2)`,
      [name, budget],
    );
  }
  return { account: name, key };
}

const callers: Prepared["callers"] = [];
for (let n = 0; n < 8; n++) callers.push(await openCaller(`rich_${n}`, richCredits, null));
for (let n = 0; n < 2; n++) callers.push(await openCaller(`budget_${n}`, richCredits, 3_000));
for (let n = 0; n < 2; n++) callers.push(await openCaller(`poor_${n}`, poorCredits, null));
const datasetId = "ds_chaos";
await query(
  "insert into datasets (id, owner_id, name, visibility) values ($1, 'rich_0', 'Stones', 'public')",
  [datasetId],
);
const [document] = await createDocuments({
  datasetId,
  items: [{ title: "Rocks", content: new TextEncoder().encode(text) }],
});
if (!document) throw new Error("No document was created.");
await ingestDocument(document.id);
process.stdout.write(JSON.stringify({ datasetId, callers } satisfies Prepared));
await closeDatabase();
process.exit(0);
