/**
 * API keys, stored by Better Auth's api-key plugin as SHA-256. The secret is in one answer only, the one
 * that creates it. A revoked key is deleted, so its next call is refused.
 */
import { and, desc, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { type Database, database } from "#db/client.ts";
import { apikey } from "#db/schema/auth.ts";
import { budgetPeriods, budgets } from "#db/schema/ledger.ts";
import { callerOf } from "../admission.ts";
import { getAuth } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { idField, nameField, timeField } from "../fields.ts";
import { type Scope, scopes } from "../operations.ts";
import { pageOf } from "../pages.ts";
import { procedure, router } from "../trpc.ts";

const scopeField = z.enum(Object.keys(scopes) as [Scope, ...Scope[]]);
const secondsADay = 24 * 3600;
/** More keys than a person can tell apart are a mistake or an attack. */
const keysAnAccount = 200;

const budgetField = z
  .strictObject({
    credits: z.int().min(1).max(1_000_000_000),
    period: z.enum(budgetPeriods).describe("day and month begin at 0:00 UTC"),
  })
  .describe("What calls with this key may spend");

const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().describe("First characters, to tell keys apart"),
    scopes: z.array(scopeField),
    createdAt: timeField,
    expiresAt: timeField.nullable(),
    lastUsedAt: timeField.nullable().describe("To about half a minute"),
    budget: budgetField.extend({ used: z.int() }).nullable().describe("null: all of the balance"),
  })
  .meta({ id: "Key" });

export const keysRouter = router({
  create: procedure("keys.create", {
    input: z.strictObject({
      name: nameField(100),
      scopes: z.array(scopeField).min(1, "choose at least one scope").default(["mcp:query", "mcp:tools"]),
      expiresInDays: z.int().min(1).max(3650).nullish().describe("Never expires when left out"),
      budget: budgetField.nullish().describe("All of the balance when left out"),
    }),
    output: keySchema.extend({ key: z.string().describe("Shown this once") }),
  }).mutation(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    if ((await db.$count(apikey, eq(apikey.referenceId, accountId))) >= keysAnAccount) {
      throw new ApiError("conflict", `You have ${keysAnAccount} keys. Revoke one before you create another.`);
    }
    const auth = await getAuth();
    const created = await auth.api.createApiKey({
      body: {
        name: input.name,
        userId: accountId,
        permissions: { scope: [...new Set(input.scopes)] },
        ...(input.expiresInDays ? { expiresIn: input.expiresInDays * secondsADay } : {}),
      },
    });
    if (input.budget) await setBudget(created.id, accountId, input.budget);
    return { ...(await getKey(created.id, accountId)), key: created.key };
  }),

  list: procedure("keys.list", { input: z.strictObject({}), output: pageOf(keySchema) }).query(
    async ({ ctx }) => {
      const { accountId } = callerOf(ctx);
      const db = await database();
      const rows = await selectKeys(db)
        .where(eq(apikey.referenceId, accountId))
        .orderBy(desc(apikey.createdAt), desc(apikey.id));
      return { items: rows.map(toKey), nextCursor: null };
    },
  ),

  update: procedure("keys.update", {
    input: z.strictObject({
      keyId: idField,
      name: nameField(100).optional(),
      budget: budgetField.nullish().describe("null lifts it; what was used of the period stays"),
    }),
    output: keySchema,
  }).mutation(async ({ ctx, input: { keyId, name, budget } }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    const mine = and(eq(apikey.id, keyId), eq(apikey.referenceId, accountId));
    const [known] = await db
      .update(apikey)
      .set({ updatedAt: sql`now()`, ...(name === undefined ? {} : { name }) })
      .where(mine)
      .returning({ id: apikey.id });
    if (!known) throw keyNotFound();
    if (budget !== undefined) await setBudget(keyId, accountId, budget);
    return getKey(keyId, accountId);
  }),

  delete: procedure("keys.delete", {
    input: z.strictObject({ keyId: idField }),
    output: z.void(),
  }).mutation(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    const gone = await db
      .delete(apikey)
      .where(and(eq(apikey.id, input.keyId), eq(apikey.referenceId, accountId)))
      .returning({ id: apikey.id });
    if (gone.length === 0) throw keyNotFound();
    await setBudget(input.keyId, accountId, null);
  }),
});

/** A key has one budget at most. */
async function setBudget(keyId: string, accountId: string, budget: z.output<typeof budgetField> | null) {
  const db = await database();
  const ofKey = eq(budgets.credentialId, keyId);
  if (budget === null) {
    await db.delete(budgets).where(ofKey);
    return;
  }
  const { credits: amount, period } = budget;
  await db.transaction(async (tx) => {
    await tx.delete(budgets).where(and(ofKey, ne(budgets.period, period)));
    await tx
      .insert(budgets)
      .values({ credentialId: keyId, accountId, period, amount, ...spentInPeriod(keyId, accountId, period) })
      .onConflictDoUpdate({ target: [budgets.credentialId, budgets.period], set: { amount } });
  });
}

/** What the key spent since the period began, before it had this budget. */
function spentInPeriod(keyId: string, accountId: string, period: string) {
  const began = sql`greatest(budget_period_start(${period}), to_timestamp(0))`;
  return {
    periodStart: began,
    used: sql`(select coalesce(sum(case state when 'held' then amount when 'captured' then captured else 0 end), 0)
      from holds where account_id = ${accountId} and credential_id = ${keyId} and created_at >= ${began})`,
  };
}

function selectKeys(db: Database) {
  const used = sql<number>`case when ${budgets.periodStart} < budget_period_start(${budgets.period}) then 0 else ${budgets.used} end`;
  return db
    .select({ key: apikey, budget: budgets, used: used.mapWith(Number) })
    .from(apikey)
    .leftJoin(budgets, eq(budgets.credentialId, apikey.id))
    .$dynamic();
}

async function getKey(keyId: string, accountId: string) {
  const [row] = await selectKeys(await database()).where(
    and(eq(apikey.id, keyId), eq(apikey.referenceId, accountId)),
  );
  if (!row) throw keyNotFound();
  return toKey(row);
}

function keyNotFound(): ApiError {
  return new ApiError("not_found", "Key not found.");
}

const storedPermissions = z
  .string()
  .transform((text) => JSON.parse(text))
  .pipe(z.object({ scope: z.array(scopeField) }))
  .catch({ scope: [] });

type KeyRow = { key: typeof apikey.$inferSelect; budget: typeof budgets.$inferSelect | null; used: number };

function toKey({ key: row, budget, used }: KeyRow) {
  return {
    id: row.id,
    name: row.name ?? "",
    prefix: row.start ?? "",
    scopes: storedPermissions.parse(row.permissions).scope,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastRequest?.toISOString() ?? null,
    budget: budget && { credits: budget.amount, period: budget.period, used },
  };
}
