/** Calls that the loop breaker paused: their owner sees them and lets them run again. */
import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { apikey } from "#db/schema/auth.ts";
import { callPauses } from "#db/schema/pauses.ts";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { ApiError } from "../errors.ts";
import { idField, timeField } from "../fields.ts";
import { getRepeatStore } from "../repeat-store.ts";
import { procedure, router } from "../trpc.ts";

const pauseSchema = z
  .object({
    id: z.string(),
    credentialKind: z.string().describe("apiKey, connection or login"),
    credentialId: z.string(),
    name: z.string().nullable().describe("Of the key or app"),
    operation: z.string(),
    repeats: z.int().describe("How often the identical call was made"),
    createdAt: timeField,
    expiresAt: timeField.describe("When it resumes by itself"),
  })
  .meta({ id: "CallPause" });

const shown = 100;

export const pausesRouter = router({
  list: procedure("pauses.list", {
    input: z.strictObject({}),
    output: z.object({ items: z.array(pauseSchema) }),
  }).query(async ({ ctx }) => {
    const db = await database();
    const rows = await db
      .select({ pause: callPauses, name: sql<string | null>`coalesce(${apikey.name}, ${connections.name})` })
      .from(callPauses)
      .leftJoin(apikey, eq(apikey.id, callPauses.credentialId))
      .leftJoin(connections, eq(connections.id, callPauses.credentialId))
      .where(
        and(
          eq(callPauses.accountId, callerOf(ctx).accountId),
          isNull(callPauses.resumedAt),
          gt(callPauses.expiresAt, sql`now()`),
        ),
      )
      .orderBy(desc(callPauses.id))
      .limit(shown);
    return {
      items: rows.map(({ pause, name }) => ({
        id: pause.id,
        credentialKind: pause.credentialKind,
        credentialId: pause.credentialId,
        name,
        operation: pause.operation,
        repeats: pause.repeats,
        createdAt: pause.createdAt.toISOString(),
        expiresAt: pause.expiresAt.toISOString(),
      })),
    };
  }),

  resume: procedure("pauses.resume", {
    input: z.strictObject({ pauseId: idField }),
    output: z.void(),
  }).mutation(async ({ ctx, input: { pauseId } }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    const [row] = await db
      .update(callPauses)
      .set({ resumedAt: sql`now()` })
      .where(
        and(eq(callPauses.id, pauseId), eq(callPauses.accountId, accountId), isNull(callPauses.resumedAt)),
      )
      .returning();
    if (!row) throw new ApiError("not_found", "No such paused call.");
    await getRepeatStore().forget(row.callKey);
    const { credentialId: subjectId, operation } = row;
    await auditAct(ctx, accountId, { event: "calls.resume", subjectId, detail: { operation } });
  }),
});
