/**
 * API keys, stored by Better Auth's api-key plugin as SHA-256. The secret is in one answer only, the one
 * that creates it. A revoked key is deleted, so its next call is refused.
 */
import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { apikey } from "#db/schema/auth.ts";
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

const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().describe("First characters, to tell keys apart"),
    scopes: z.array(scopeField),
    createdAt: timeField,
    expiresAt: timeField.nullable(),
    lastUsedAt: timeField.nullable().describe("To about half a minute"),
  })
  .meta({ id: "Key" });

export const keysRouter = router({
  create: procedure("keys.create", {
    input: z.strictObject({
      name: nameField(100),
      scopes: z.array(scopeField).min(1, "choose at least one scope").default(["mcp:query", "mcp:tools"]),
      expiresInDays: z.int().min(1).max(3650).nullish().describe("Never expires when left out"),
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
    return { ...(await getKey(created.id, accountId)), key: created.key };
  }),

  list: procedure("keys.list", { input: z.strictObject({}), output: pageOf(keySchema) }).query(
    async ({ ctx }) => {
      const { accountId } = callerOf(ctx);
      const db = await database();
      const rows = await db
        .select()
        .from(apikey)
        .where(eq(apikey.referenceId, accountId))
        .orderBy(desc(apikey.createdAt), desc(apikey.id));
      return { items: rows.map(toKey), nextCursor: null };
    },
  ),

  update: procedure("keys.update", {
    input: z.strictObject({ keyId: idField, name: nameField(100) }),
    output: keySchema,
  }).mutation(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    await db
      .update(apikey)
      .set({ name: input.name, updatedAt: sql`now()` })
      .where(and(eq(apikey.id, input.keyId), eq(apikey.referenceId, accountId)));
    return getKey(input.keyId, accountId);
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
  }),
});

async function getKey(keyId: string, accountId: string) {
  const db = await database();
  const [row] = await db
    .select()
    .from(apikey)
    .where(and(eq(apikey.id, keyId), eq(apikey.referenceId, accountId)));
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

function toKey(row: typeof apikey.$inferSelect) {
  return {
    id: row.id,
    name: row.name ?? "",
    prefix: row.start ?? "",
    scopes: storedPermissions.parse(row.permissions).scope,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastRequest?.toISOString() ?? null,
  };
}
