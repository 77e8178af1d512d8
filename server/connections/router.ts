/**
 * Connections: what one user granted one client, and the requests for them. The connection is written before
 * its code is issued, so there is no token without one; deleting it is disconnecting, and the next call of
 * the app is refused in every process.
 */
import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { type Database, database, query, type Transaction } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { oauthConsent } from "#db/schema/oauth.ts";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { noteClientStep } from "../client-steps.ts";
import type { Context } from "../context.ts";
import { accessFields, accessShape, addDatasetsField, readAccess, setAccess } from "../credential-access.ts";
import { disconnect } from "../disconnect.ts";
import { ApiError } from "../errors.ts";
import { idField, nameField, scopeField, timeField } from "../fields.ts";
import { newId } from "../ids.ts";
import { offlineAccess } from "../offline-access.ts";
import { pageOf } from "../pages.ts";
import { procedure, router } from "../trpc.ts";
import { clientShape, findClients } from "./client.ts";
import { registerMachine } from "./machine.ts";
import { deleteRegistered, listRegistered, registerClient, registeredSchema } from "./registered.ts";
import { answerRequest, type ConnectionRequest, readRequest, requestField } from "./request.ts";

const secondsADay = 24 * 3600;

const expiryField = z.int().min(1).max(3_650).nullable().describe("Days from now; null: never");

const connectionSchema = z
  .object({
    id: z.string(),
    client: clientShape,
    login: z
      .boolean()
      .describe("A program that signed in with e-mail and password: it has all of your rights"),
    scopes: z.array(scopeField),
    ...accessShape,
    createdAt: timeField,
    expiresAt: timeField.nullable().describe("null: never"),
    pausedAt: timeField.nullable().describe("Set: its calls are refused until it is resumed"),
    lastUsedAt: timeField.nullable().describe("To about half a minute"),
    alertedAt: timeField.nullable().describe("When a code or refresh token of it was used twice"),
  })
  .meta({ id: "Connection" });

export const connectionsRouter = router({
  ask: procedure("connections.ask", {
    input: z.strictObject({ request: requestField }),
    output: z.object({
      client: clientShape,
      scopes: z.array(scopeField).describe("Asked for"),
      offline: z.boolean().describe("It asks to stay connected"),
      connection: connectionSchema.nullable().describe("What it was granted before"),
    }),
  }).mutation(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const request = await readRequest(input.request, ctx);
    await noteClientStep(request.clientId, "shown");
    const [known] = await select(await database()).where(ofClient(accountId, request.clientId));
    return {
      client: (await findClients([request.clientId]))(request.clientId),
      scopes: [...request.scopes],
      offline: request.offline,
      connection: known ? ((await toConnections(accountId, [known]))[0] ?? null) : null,
    };
  }),

  grant: procedure("connections.grant", {
    input: z.strictObject({
      request: requestField,
      scopes: z
        .array(scopeField)
        .min(1, "grant at least one scope")
        .describe("Of those asked for. What else it was granted before stays, also where it is left out"),
      ...accessFields,
      expiresInDays: expiryField.optional(),
    }),
    output: z.object({
      connection: connectionSchema,
      redirectUrl: z.string().nullable().describe("Where the browser goes; null: the device knows by itself"),
    }),
  }).mutation(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    const request = await readRequest(input.request, ctx);
    const granted = request.scopes.filter((scope) => input.scopes.includes(scope));
    if (granted.length === 0)
      throw new ApiError("invalid_input", "Invalid input: scopes: grant one that was asked for.");
    const id = await store(ctx, caller.accountId, request, { ...input, scopes: granted });
    const redirectUrl = await answerRequest(input.request, ctx, {
      accept: true,
      scopes: request.offline ? [...granted, offlineAccess] : granted,
    });
    await noteClientStep(request.clientId, "allowed");
    return { connection: await getConnection(id, caller.accountId), redirectUrl };
  }),

  deny: procedure("connections.deny", {
    input: z.strictObject({ request: requestField }),
    output: z.object({ redirectUrl: z.string().nullable() }),
  }).mutation(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const { clientId } = await readRequest(input.request, ctx);
    const redirectUrl = await answerRequest(input.request, ctx, { accept: false, scopes: [] });
    await noteClientStep(clientId, "denied");
    await auditAct(ctx, accountId, { event: "connections.deny", subjectId: clientId });
    return { redirectUrl };
  }),

  createMachine: procedure("connections.createMachine", {
    input: z.strictObject({
      name: nameField(80),
      scopes: z.array(scopeField).min(1, "grant at least one scope"),
      ...accessFields,
      datasets: accessFields.datasets.unwrap(),
      budget: accessFields.budget.unwrap(),
      expiresInDays: expiryField,
    }),
    output: connectionSchema.extend({ clientSecret: z.string().describe("Shown this once") }),
  }).mutation(async ({ ctx, input: { name, ...granted } }) => {
    const caller = callerOf(ctx);
    const { clientId, clientSecret } = await registerMachine(caller.accountId, name, granted.scopes);
    const id = await store(ctx, caller.accountId, { clientId, scopes: granted.scopes }, granted);
    return { ...(await getConnection(id, caller.accountId)), clientSecret };
  }),

  registerClient: procedure("connections.registerClient", {
    input: z.strictObject({
      name: nameField(80),
      redirectUris: z.array(z.url().max(2_000)).min(1).max(10).describe("Where its users are sent back to"),
      confidential: z.boolean().describe("It can keep a secret: a server, not a page or a desktop app"),
    }),
    output: z.object({
      clientId: z.string(),
      clientSecret: z.string().nullable().describe("Shown this once; null for a public client"),
    }),
  }).mutation(async ({ ctx, input }) => {
    const made = await registerClient(ctx, input);
    await auditAct(ctx, callerOf(ctx).accountId, { event: "clients.create", subjectId: made.clientId });
    return made;
  }),

  clients: procedure("connections.clients", {
    input: z.strictObject({}),
    output: pageOf(registeredSchema),
  }).query(async ({ ctx }) => ({
    items: await listRegistered(callerOf(ctx).accountId),
    nextCursor: null,
  })),

  deleteClient: procedure("connections.deleteClient", {
    input: z.strictObject({ clientId: idField }),
    output: z.void(),
  }).mutation(async ({ ctx, input: { clientId } }) => {
    await deleteRegistered(ctx, callerOf(ctx).accountId, clientId);
  }),

  list: procedure("connections.list", { input: z.strictObject({}), output: pageOf(connectionSchema) }).query(
    async ({ ctx }) => {
      const { accountId } = callerOf(ctx);
      const rows = await select(await database())
        .where(eq(connections.accountId, accountId))
        .orderBy(desc(connections.createdAt), desc(connections.id));
      return { items: await toConnections(accountId, rows), nextCursor: null };
    },
  ),

  update: procedure("connections.update", {
    input: z.strictObject({
      connectionId: idField,
      scopes: z.array(scopeField).min(1).optional(),
      ...accessFields,
      addDatasets: addDatasetsField,
      expiresInDays: expiryField.optional(),
      paused: z.boolean().optional(),
    }),
    output: connectionSchema,
  }).mutation(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const { connectionId, scopes, expiresInDays, paused, ...access } = input;
    const db = await database();
    await db.transaction(async (tx) => {
      const [row] = await tx
        .update(connections)
        .set({
          updatedAt: sql`now()`,
          ...(scopes === undefined ? {} : { scopes }),
          ...(expiresInDays === undefined ? {} : { expiresAt: expiryOf(expiresInDays) }),
          ...(paused === undefined ? {} : { pausedAt: paused ? sql`coalesce(paused_at, now())` : null }),
        })
        .where(mine(connectionId, accountId))
        .returning();
      if (!row) throw connectionNotFound();
      if (row.login && (scopes !== undefined || access.datasets !== undefined)) {
        throw new ApiError("conflict", "A login has all of your rights. End it, or give an app less.");
      }
      if (scopes !== undefined) await narrowConsent(tx, row);
      await setAccess(tx, { credentialId: connectionId, accountId }, access);
      const detail = { changed: Object.keys(input) };
      await auditAct(ctx, accountId, { event: "connections.update", subjectId: connectionId, detail }, tx);
    });
    return getConnection(connectionId, accountId);
  }),

  delete: procedure("connections.delete", {
    input: z.strictObject({ connectionId: idField }),
    output: z.void(),
  }).mutation(async ({ ctx, input: { connectionId } }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    await db.transaction(async (tx) => {
      const ended = await disconnect(tx, ctx, accountId, eq(connections.id, connectionId));
      if (ended === 0) throw connectionNotFound();
    });
  }),
});

type Granted = Parameters<typeof setAccess>[2] & {
  readonly scopes: readonly string[];
  readonly expiresInDays?: number | null | undefined;
};

/**
 * One connection an account and client: granting again replaces what is named of datasets, budget and the
 * rest, and of the scopes what was asked about. A request for one more scope names that one alone.
 */
async function store(
  ctx: Context,
  accountId: string,
  { clientId, scopes: asked }: Pick<ConnectionRequest, "clientId" | "scopes">,
  granted: Granted,
): Promise<string> {
  const { name } = (await findClients([clientId]))(clientId);
  const { datasets, budget, callsPerHour, addresses, expiresInDays } = granted;
  const whole = datasets !== undefined && budget !== undefined && expiresInDays !== undefined;
  const db = await database();
  return db.transaction(async (tx) => {
    const [known] = await tx.select().from(connections).where(ofClient(accountId, clientId)).for("update");
    if (!whole && (!known || isOver(known))) {
      const detail = "Invalid input: a new connection needs datasets, budget and expiresInDays.";
      throw new ApiError("invalid_input", detail);
    }
    const kept = known?.scopes.filter((scope) => !asked.some((one) => one === scope)) ?? [];
    const fields = {
      name,
      scopes: [...kept, ...granted.scopes],
      expiresAt: expiresInDays === undefined ? (known?.expiresAt ?? null) : expiryOf(expiresInDays),
      pausedAt: null,
      updatedAt: sql`now()`,
    };
    const [row] = await tx
      .insert(connections)
      .values({
        id: newId("conn"),
        accountId,
        clientId,
        tokensFrom: sql`date_trunc('second', now())`,
        ...fields,
      })
      .onConflictDoUpdate({ target: [connections.accountId, connections.clientId], set: fields })
      .returning({ id: connections.id });
    if (!row) throw new Error("The connection was not stored.");
    await setAccess(tx, { credentialId: row.id, accountId }, { datasets, budget, callsPerHour, addresses });
    const detail = { changed: granted.scopes };
    await auditAct(ctx, accountId, { event: "connections.grant", subjectId: row.id, detail }, tx);
    return row.id;
  });
}

function isOver({ expiresAt }: typeof connections.$inferSelect): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}

/** So that asking for more than that shows the consent page again. */
async function narrowConsent(tx: Transaction, row: typeof connections.$inferSelect): Promise<void> {
  await tx
    .update(oauthConsent)
    .set({ scopes: [...row.scopes, offlineAccess] })
    .where(and(eq(oauthConsent.clientId, row.clientId), eq(oauthConsent.userId, row.accountId)));
}

function expiryOf(days: number | null): Date | null {
  return days === null ? null : new Date(Date.now() + days * secondsADay * 1000);
}

function mine(connectionId: string, accountId: string) {
  return and(eq(connections.id, connectionId), eq(connections.accountId, accountId));
}

function ofClient(accountId: string, clientId: string) {
  return and(eq(connections.accountId, accountId), eq(connections.clientId, clientId));
}

function select(db: Database) {
  return db.select().from(connections).$dynamic();
}

async function getConnection(connectionId: string, accountId: string) {
  const [row] = await select(await database()).where(mine(connectionId, accountId));
  const [connection] = row ? await toConnections(accountId, [row]) : [];
  if (!connection) throw connectionNotFound();
  return connection;
}

async function toConnections(accountId: string, rows: readonly (typeof connections.$inferSelect)[]) {
  const ids = rows.map(({ id }) => id);
  const [accessOf, clientOf, alerts] = [
    await readAccess({ kind: "connection", accountId }, ids),
    await findClients(rows.map(({ clientId }) => clientId)),
    await lastAlerts(ids),
  ];
  return rows.map((row) => ({
    id: row.id,
    client: { ...clientOf(row.clientId), name: row.name },
    login: row.login,
    scopes: z.array(scopeField).parse(row.scopes),
    ...accessOf(row.id),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    pausedAt: row.pausedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    alertedAt: alerts.get(row.id) ?? null,
  }));
}

async function lastAlerts(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ id: string; at: string }>(
    `select subject_id as id, to_char(max(created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
     from audit_events where event in ('connections.codeReused', 'connections.refreshTokenReused')
       and subject_id in (select jsonb_array_elements_text($1::text::jsonb)) group by subject_id`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}

function connectionNotFound(): ApiError {
  return new ApiError("not_found", "Connection not found.");
}
