/**
 * What an owner gives a key or a connection: datasets, a budget, calls an hour, addresses. Both are given it
 * in the same fields and stored in the same tables; each change raises the revision that a call is checked
 * against, so it is in force on the next one.
 */
import { and, eq, inArray, ne, or, sql } from "drizzle-orm";
import { z } from "zod";
import { database, type Transaction } from "#db/client.ts";
import { credentialAccess, credentialDatasets } from "#db/schema/access.ts";
import { datasets } from "#db/schema/documents.ts";
import { budgetPeriods, budgets, creditAccounts } from "#db/schema/ledger.ts";
import { parseAllowlist } from "./client-address.ts";
import { ApiError } from "./errors.ts";
import { idField } from "./fields.ts";
import { credentialLimit } from "./limits.ts";
import { getRateLimiter } from "./rate-limit.ts";

const budgetField = z
  .strictObject({
    credits: z.int().min(1).max(1_000_000_000),
    period: z.enum(budgetPeriods).describe("day and month begin at 0:00 UTC"),
  })
  .describe("What calls with it may spend");

const addressField = z
  .string()
  .trim()
  .max(60)
  .refine(isAddressOrRange, "must be an address or a CIDR range such as 203.0.113.0/24");

function isAddressOrRange(text: string): boolean {
  try {
    parseAllowlist([text]);
    return true;
  } catch {
    return false;
  }
}

/** Fields of an input; all may be left out. */
export const accessFields = {
  datasets: z
    .union([z.literal("all"), z.array(idField).max(1_000)])
    .optional()
    .describe('Ids of the datasets it may read, or "all": every dataset you may query, also future ones'),
  budget: budgetField.nullish().describe("null: all of the balance"),
  callsPerHour: z.int().min(1).max(1_000_000).nullish().describe("null: the account's limits alone"),
  addresses: z.array(addressField).max(100).optional().describe("Empty: it may be used from anywhere"),
};

/** Besides `datasets`, which replaces what was granted: two who add one each at the same moment both do. */
export const addDatasetsField = z
  .array(idField)
  .max(100)
  .optional()
  .describe("Ids of datasets it may read besides those it has");

export type AccessInput = {
  readonly datasets?: "all" | readonly string[] | undefined;
  readonly addDatasets?: readonly string[] | undefined;
  readonly budget?: z.output<typeof budgetField> | null | undefined;
  readonly callsPerHour?: number | null | undefined;
  readonly addresses?: readonly string[] | undefined;
};

/** The same fields in an output. */
export const accessShape = {
  datasets: z.union([z.literal("all"), z.array(z.object({ id: z.string(), name: z.string() }))]),
  budget: budgetField.extend({ used: z.int() }).nullable().describe("null: all of the balance"),
  callsPerHour: z.int().nullable(),
  callsThisHour: z.int().nullable().describe("Of callsPerHour; null where there is no such limit"),
  addresses: z.array(z.string()),
};

type Owner = { readonly credentialId: string; readonly accountId: string };

/** Writes what is given and leaves the rest. @throws ApiError not_found for a dataset the account cannot read */
export async function setAccess(tx: Transaction, owner: Owner, given: AccessInput): Promise<void> {
  const { credentialId, accountId } = owner;
  const { callsPerHour, addresses } = given;
  const changed = {
    ...(given.datasets === undefined ? {} : { allDatasets: given.datasets === "all" }),
    ...(callsPerHour === undefined ? {} : { callsPerHour }),
    ...(addresses === undefined ? {} : { addresses: [...addresses] }),
  };
  await tx
    .insert(credentialAccess)
    .values({ credentialId, accountId, allDatasets: true, ...changed })
    .onConflictDoUpdate({
      target: credentialAccess.credentialId,
      set: { ...changed, revision: sql`${credentialAccess.revision} + 1` },
    });
  if (given.datasets !== undefined)
    await setDatasets(tx, owner, given.datasets === "all" ? [] : given.datasets);
  if (given.addDatasets !== undefined) await grantDatasets(tx, owner, given.addDatasets);
  if (given.budget !== undefined) await setBudget(tx, owner, given.budget);
}

async function setDatasets(tx: Transaction, owner: Owner, ids: readonly string[]) {
  await tx.delete(credentialDatasets).where(eq(credentialDatasets.credentialId, owner.credentialId));
  await grantDatasets(tx, owner, ids);
}

async function grantDatasets(tx: Transaction, { credentialId, accountId }: Owner, ids: readonly string[]) {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const readable = or(eq(datasets.ownerId, accountId), eq(datasets.visibility, "public"));
  const known = await tx.$count(datasets, and(inArray(datasets.id, wanted), readable));
  if (known < wanted.length) throw new ApiError("not_found", "Dataset not found.");
  await tx
    .insert(credentialDatasets)
    .values(wanted.map((datasetId) => ({ credentialId, datasetId })))
    .onConflictDoNothing();
}

/** A credential has one budget at most. */
async function setBudget(tx: Transaction, owner: Owner, budget: z.output<typeof budgetField> | null) {
  const { credentialId, accountId } = owner;
  const own = eq(budgets.credentialId, credentialId);
  // The account before its budgets, as a hold locks them: the other way round the two could wait for each other.
  await tx
    .select({ id: creditAccounts.id })
    .from(creditAccounts)
    .where(eq(creditAccounts.id, accountId))
    .for("update");
  if (budget === null) {
    await tx.delete(budgets).where(own);
    return;
  }
  const { credits: amount, period } = budget;
  await tx.delete(budgets).where(and(own, ne(budgets.period, period)));
  await tx
    .insert(budgets)
    .values({ credentialId, accountId, period, amount, ...spentInPeriod(owner, period) })
    .onConflictDoUpdate({ target: [budgets.credentialId, budgets.period], set: { amount } });
}

/** What it spent since the period began, before it had this budget. */
function spentInPeriod({ credentialId, accountId }: Owner, period: string) {
  const began = sql`greatest(budget_period_start(${period}), to_timestamp(0))`;
  return {
    periodStart: began,
    used: sql`(select coalesce(sum(case state when 'held' then amount when 'captured' then captured else 0 end), 0)
      from holds where account_id = ${accountId} and credential_id = ${credentialId} and created_at >= ${began})`,
  };
}

/** Takes everything away, with the credential itself. */
export async function deleteAccess(tx: Transaction, credentialId: string): Promise<void> {
  await tx.delete(budgets).where(eq(budgets.credentialId, credentialId));
  await tx.delete(credentialAccess).where(eq(credentialAccess.credentialId, credentialId));
}

export type AccessView = z.output<z.ZodObject<typeof accessShape>>;

type Holder = { readonly kind: "apiKey" | "connection"; readonly accountId: string };

/** What each of an account's keys or connections was given. */
export async function readAccess(
  holder: Holder,
  credentialIds: readonly string[],
): Promise<(id: string) => AccessView> {
  const ids = [...credentialIds];
  if (ids.length === 0) {
    return () => ({ datasets: "all", budget: null, callsPerHour: null, callsThisHour: null, addresses: [] });
  }
  const db = await database();
  const used = sql<number>`case when ${budgets.periodStart} < budget_period_start(${budgets.period}) then 0 else ${budgets.used} end`;
  const [rows, granted, spendings] = [
    await db.select().from(credentialAccess).where(inArray(credentialAccess.credentialId, ids)),
    await db
      .select({ credentialId: credentialDatasets.credentialId, id: datasets.id, name: datasets.name })
      .from(credentialDatasets)
      .innerJoin(datasets, eq(datasets.id, credentialDatasets.datasetId))
      .where(inArray(credentialDatasets.credentialId, ids))
      .orderBy(datasets.name, datasets.id),
    await db
      .select({
        credentialId: budgets.credentialId,
        credits: budgets.amount,
        period: budgets.period,
        used: used.mapWith(Number),
      })
      .from(budgets)
      .where(inArray(budgets.credentialId, ids)),
  ];
  const calls = await countCalls(holder, rows);
  return (id) => {
    const row = rows.find(({ credentialId }) => credentialId === id);
    const spending = spendings.find(({ credentialId }) => credentialId === id);
    return {
      datasets:
        row && !row.allDatasets
          ? granted.filter(({ credentialId }) => credentialId === id).map(({ id, name }) => ({ id, name }))
          : "all",
      budget: spending ? { credits: spending.credits, period: spending.period, used: spending.used } : null,
      callsPerHour: row?.callsPerHour ?? null,
      callsThisHour: calls.get(id) ?? null,
      addresses: row?.addresses ?? [],
    };
  };
}

async function countCalls(
  { kind, accountId }: Holder,
  rows: readonly (typeof credentialAccess.$inferSelect)[],
): Promise<ReadonlyMap<string, number>> {
  const limited = rows.flatMap(({ credentialId, callsPerHour }) =>
    callsPerHour === null ? [] : [{ credentialId, callsPerHour }],
  );
  if (limited.length === 0) return new Map();
  const states = await getRateLimiter().peek(
    limited.map(({ credentialId, callsPerHour }) =>
      credentialLimit({ kind, credentialId, accountId }, callsPerHour, 0),
    ),
  );
  return new Map(
    limited.map(({ credentialId, callsPerHour }, index) => [
      credentialId,
      callsPerHour - (states[index]?.remaining ?? callsPerHour),
    ]),
  );
}
