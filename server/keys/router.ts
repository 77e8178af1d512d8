/**
 * API keys, stored by Better Auth's api-key plugin as SHA-256. The secret is in one answer only, the one
 * that creates it. A revoked key is deleted, so its next call is refused.
 */
import { randomInt } from "node:crypto";
import { and, desc, eq, gt, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { retiredKeys } from "#db/schema/access.ts";
import { apikey } from "#db/schema/auth.ts";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { getAuth } from "../auth.ts";
import { accessFields, accessShape, deleteAccess, readAccess, setAccess } from "../credential-access.ts";
import { ApiError } from "../errors.ts";
import { idField, nameField, scopeField, timeField } from "../fields.ts";
import { pageOf } from "../pages.ts";
import { hashKey, keyPrefix } from "../principal.ts";
import { procedure, router } from "../trpc.ts";

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
    ...accessShape,
    retired: z
      .object({ until: timeField, lastUsedAt: timeField.nullable(), lastAddress: z.string().nullable() })
      .nullable()
      .describe("The secret before the last rotation, while it works, and who still uses it"),
  })
  .meta({ id: "Key" });

export const keysRouter = router({
  create: procedure("keys.create", {
    input: z.strictObject({
      name: nameField(100),
      scopes: z.array(scopeField).min(1, "choose at least one scope").default(["mcp:query", "mcp:tools"]),
      expiresInDays: z.int().min(1).max(3650).nullish().describe("Never expires when left out"),
      ...accessFields,
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
    await db.transaction(async (tx) => {
      const { datasets, budget, callsPerHour, addresses } = input;
      const owner = { credentialId: created.id, accountId };
      await setAccess(tx, owner, { datasets, budget, callsPerHour, addresses });
      await auditAct(ctx, accountId, { event: "keys.create", subjectId: created.id }, tx);
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
      return { items: await toKeys(accountId, rows), nextCursor: null };
    },
  ),

  update: procedure("keys.update", {
    input: z.strictObject({
      keyId: idField,
      name: nameField(100).optional(),
      ...accessFields,
    }),
    output: keySchema,
  }).mutation(async ({ ctx, input: { keyId, name, ...access } }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    await db.transaction(async (tx) => {
      const [known] = await tx
        .update(apikey)
        .set({ updatedAt: sql`now()`, ...(name === undefined ? {} : { name }) })
        .where(mine(keyId, accountId))
        .returning({ id: apikey.id });
      if (!known) throw keyNotFound();
      await setAccess(tx, { credentialId: keyId, accountId }, access);
      await auditAct(ctx, accountId, { event: "keys.update", subjectId: keyId }, tx);
    });
    return getKey(keyId, accountId);
  }),

  rotate: procedure("keys.rotate", {
    input: z.strictObject({
      keyId: idField,
      graceHours: z.int().min(0).max(720).default(24).describe("For so long the old secret still works"),
    }),
    output: keySchema.extend({ key: z.string().describe("The new secret, shown this once") }),
  }).mutation(async ({ ctx, input: { keyId, graceHours } }) => {
    const { accountId } = callerOf(ctx);
    const key = `${keyPrefix}${randomLetters(48)}`;
    const db = await database();
    await db.transaction(async (tx) => {
      const [known] = await tx
        .select({ key: apikey.key })
        .from(apikey)
        .where(mine(keyId, accountId))
        .for("update");
      if (!known) throw keyNotFound();
      // One old secret at a time: what was retired before ends now.
      await tx.delete(retiredKeys).where(eq(retiredKeys.keyId, keyId));
      if (graceHours > 0) {
        const expiresAt = sql`now() + make_interval(hours => ${graceHours}::int)`;
        await tx.insert(retiredKeys).values({ key: known.key, keyId, expiresAt });
      }
      await tx
        .update(apikey)
        .set({ key: hashKey(key), start: key.slice(0, 12), updatedAt: sql`now()` })
        .where(eq(apikey.id, keyId));
      await setAccess(tx, { credentialId: keyId, accountId }, {});
      await auditAct(ctx, accountId, { event: "keys.rotate", subjectId: keyId }, tx);
    });
    return { ...(await getKey(keyId, accountId)), key };
  }),

  delete: procedure("keys.delete", {
    input: z.strictObject({ keyId: idField }),
    output: z.void(),
  }).mutation(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    await db.transaction(async (tx) => {
      const gone = await tx.delete(apikey).where(mine(input.keyId, accountId)).returning({ id: apikey.id });
      if (gone.length === 0) throw keyNotFound();
      await deleteAccess(tx, input.keyId);
      await auditAct(ctx, accountId, { event: "keys.delete", subjectId: input.keyId }, tx);
    });
  }),
});

function mine(keyId: string, accountId: string) {
  return and(eq(apikey.id, keyId), eq(apikey.referenceId, accountId));
}

/** As Better Auth makes keys: letters alone, 48 of them. */
function randomLetters(count: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return Array.from({ length: count }, () => letters[randomInt(letters.length)]).join("");
}

async function getKey(keyId: string, accountId: string) {
  const db = await database();
  const [key] = await toKeys(accountId, await db.select().from(apikey).where(mine(keyId, accountId)));
  if (!key) throw keyNotFound();
  return key;
}

function keyNotFound(): ApiError {
  return new ApiError("not_found", "Key not found.");
}

const storedPermissions = z
  .string()
  .transform((text) => JSON.parse(text))
  .pipe(z.object({ scope: z.array(scopeField) }))
  .catch({ scope: [] });

async function toKeys(accountId: string, rows: readonly (typeof apikey.$inferSelect)[]) {
  const ids = rows.map(({ id }) => id);
  const accessOf = await readAccess({ kind: "apiKey", accountId }, ids);
  const db = await database();
  const retired = await db
    .select()
    .from(retiredKeys)
    .where(and(inArray(retiredKeys.keyId, ids), gt(retiredKeys.expiresAt, sql`now()`)));
  return rows.map((row) => {
    const old = retired.find(({ keyId }) => keyId === row.id);
    return {
      id: row.id,
      name: row.name ?? "",
      prefix: row.start ?? "",
      scopes: storedPermissions.parse(row.permissions).scope,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt?.toISOString() ?? null,
      lastUsedAt: row.lastRequest?.toISOString() ?? null,
      ...accessOf(row.id),
      retired: old
        ? {
            until: old.expiresAt.toISOString(),
            lastUsedAt: old.lastUsedAt?.toISOString() ?? null,
            lastAddress: old.lastAddress,
          }
        : null,
    };
  });
}
