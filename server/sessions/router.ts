/**
 * Browser sessions: where an account is signed in, and signing out there. The token is a secret and is never
 * shown. Better Auth's rows are deleted here, since signing out everywhere and disconnecting the apps must
 * both happen or neither; each call reads the session anew, so the next one of an ended session is refused.
 */
import { and, desc, eq, gt, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { session } from "#db/schema/auth.ts";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { disconnect } from "../disconnect.ts";
import { ApiError } from "../errors.ts";
import { idField, timeField } from "../fields.ts";
import { pageOf } from "../pages.ts";
import { procedure, router } from "../trpc.ts";

const sessionSchema = z
  .object({
    id: z.string(),
    current: z.boolean().describe("The one that asks"),
    userAgent: z.string().nullable(),
    address: z.string().nullable().describe("Where it signed in from"),
    createdAt: timeField,
    lastUsedAt: timeField.describe("To about a day"),
    expiresAt: timeField,
  })
  .meta({ id: "Session" });

export const sessionsRouter = router({
  list: procedure("sessions.list", { input: z.strictObject({}), output: pageOf(sessionSchema) }).query(
    async ({ ctx }) => {
      const { accountId, credentialId } = callerOf(ctx);
      const db = await database();
      const rows = await db
        .select()
        .from(session)
        .where(and(eq(session.userId, accountId), gt(session.expiresAt, sql`now()`)))
        .orderBy(desc(session.updatedAt), desc(session.id));
      const items = rows.map((row) => ({
        id: row.id,
        current: row.id === credentialId,
        userAgent: row.userAgent || null,
        address: row.ipAddress || null,
        createdAt: row.createdAt.toISOString(),
        lastUsedAt: row.updatedAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
      }));
      return { items, nextCursor: null };
    },
  ),

  delete: procedure("sessions.delete", {
    input: z.strictObject({ sessionId: idField }),
    output: z.void(),
  }).mutation(async ({ ctx, input: { sessionId } }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    await db.transaction(async (tx) => {
      const gone = await tx
        .delete(session)
        .where(and(eq(session.id, sessionId), eq(session.userId, accountId)))
        .returning({ id: session.id });
      if (gone.length === 0) throw new ApiError("not_found", "Session not found.");
      await auditAct(ctx, accountId, { event: "sessions.revoke", subjectId: sessionId }, tx);
    });
  }),

  deleteOthers: procedure("sessions.deleteOthers", {
    input: z.strictObject({ disconnectApps: z.boolean().describe("Also disconnect every app") }),
    output: z.object({
      signedOut: z.int().describe("Sessions and logins that ended"),
      disconnected: z.int().describe("Apps that were disconnected"),
    }),
  }).mutation(async ({ ctx, input: { disconnectApps } }) => {
    const { accountId, credentialId } = callerOf(ctx);
    const db = await database();
    return db.transaction(async (tx) => {
      const gone = await tx
        .delete(session)
        .where(and(eq(session.userId, accountId), ne(session.id, credentialId)))
        .returning({ expiresAt: session.expiresAt });
      const logins = await disconnect(tx, ctx, accountId, otherConnections(credentialId, true));
      const signedOut = logins + gone.filter(({ expiresAt }) => expiresAt.getTime() > Date.now()).length;
      if (signedOut > 0) await auditAct(ctx, accountId, { event: "sessions.revokeOthers" }, tx);
      const apps = otherConnections(credentialId, false);
      return { signedOut, disconnected: disconnectApps ? await disconnect(tx, ctx, accountId, apps) : 0 };
    });
  }),
});

function otherConnections(credentialId: string, login: boolean) {
  return and(eq(connections.login, login), ne(connections.id, credentialId));
}
