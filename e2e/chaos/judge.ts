/**
 * After the chaos: reads what the callers wrote down from standard input, lets all holds expire, waits for
 * their release, and compares receipts with answers both ways. Prints its verdict as JSON.
 */

import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { closeDatabase, query } from "#db/client.ts";
import { env } from "#env";
import { reapHolds } from "#server/ledger.ts";

export type Prepared = { datasetId: string; callers: { account: string; key: string }[] };

export type CallRecord = {
  readonly id: string;
  readonly account: string;
  readonly kind: "query" | "batch" | "miss";
  readonly idempotencyKey: string | null;
  /** Attempts whose connection died or that were not answered in time. */
  lost: number;
  /** Statuses of 500 and more. */
  failed: number[];
  answers: {
    receiptId: string | null;
    charged: number;
    told: string | null;
    remaining: string | null;
  }[];
};

export type Verdict = {
  readonly faults: string[];
  readonly acknowledgedCharges: number;
  readonly receipts: number;
  /** Charged, and the answer was lost with its connection. */
  readonly chargedAndLost: number;
  readonly heldAtEnd: number;
};

/** Of a batch, two of three find something, unless the database went away under one of them. */
const prices: Record<CallRecord["kind"], readonly number[]> = { query: [10], batch: [0, 10, 20], miss: [0] };

const releaseTimeoutMs = 30_000;

async function judge(calls: readonly CallRecord[]): Promise<Verdict> {
  const faults: string[] = [];
  const heldAtEnd = await releaseAll();
  const receipts = await query<{ id: string; account_id: string; query: string; charged: number }>(
    "select id, account_id, query, credits_charged::float8 as charged from receipts where outcome = 'answered'",
  );
  const byId = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  const byCall = Map.groupBy(receipts, ({ query: words }) => idOf(words));
  const acknowledged = new Set<string>();
  let chargedAndLost = 0;

  for (const call of calls) {
    const { id, account, answers, kind } = call;
    const charges = byCall.get(id) ?? [];
    for (const { receiptId, charged, told } of answers) {
      if (told !== String(charged))
        faults.push(`${id}: the body says ${charged} charged, the header ${told}`);
      if (!prices[kind].includes(charged)) faults.push(`${id}: a ${kind} was charged ${charged}`);
      if (receiptId === null) continue;
      acknowledged.add(receiptId);
      const receipt = byId.get(receiptId);
      if (!receipt) faults.push(`${id}: answered with receipt ${receiptId}, which is not there`);
      else if (receipt.charged !== charged || receipt.account_id !== account)
        faults.push(`${id}: answered with ${charged}, the receipt ${receiptId} says ${receipt.charged}`);
    }
    if (new Set(answers.map((answer) => JSON.stringify(answer))).size > 1)
      faults.push(`${id}: two different answers to one key`);
    if (charges.length > 1) faults.push(`${id}: charged ${charges.length} times`);
    if (charges.length === 0 || answers.length > 0) continue;
    if (call.lost > 0) chargedAndLost++;
    else faults.push(`${id}: charged, but answered ${call.failed.join(", ") || "with a refusal"}`);
  }
  const strangers = receipts.filter(({ query: words }) => idOf(words) === "");
  if (strangers.length > 0) faults.push(`${strangers.length} receipts of no call`);
  return {
    faults,
    acknowledgedCharges: acknowledged.size,
    receipts: receipts.length,
    chargedAndLost,
    heldAtEnd,
  };
}

function idOf(words: string): string {
  return /\b1\d{7}\b/.exec(words)?.[0] ?? "";
}

/** As if the time of all holds had run out. Embedded, this process holds the database and releases itself. */
async function releaseAll(): Promise<number> {
  const open = await query("update holds set expires_at = now() where state = 'held' returning id");
  for (const deadline = Date.now() + releaseTimeoutMs; Date.now() < deadline; await sleep(200)) {
    if (env.embedded) await reapHolds();
    if ((await query("select from holds where state = 'held'")).length === 0) break;
  }
  return open.length;
}

if (import.meta.main) {
  const calls: CallRecord[] = JSON.parse(await text(process.stdin));
  process.stdout.write(JSON.stringify(await judge(calls)));
  await closeDatabase();
}
