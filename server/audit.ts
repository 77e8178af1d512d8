/**
 * The audit log: who did what to whose account, from where and when. Written beside what it tells of, in its
 * transaction where there is one; never with a secret or a query.
 */
import { and, desc, eq, lt } from "drizzle-orm";
import { z } from "zod";
import { database, query, queryWithin, type Transaction } from "#db/client.ts";
import { auditEvents } from "#db/schema/audit.ts";
import type { Context } from "./context.ts";
import { timeField } from "./fields.ts";
import { newId } from "./ids.ts";
import { decodeCursor, pageInput, toPage } from "./pages.ts";
import type { Principal } from "./principal.ts";

export type AuditEvent = {
  /** Whose log it stands in; null: nobody's. */
  readonly accountId: string | null;
  readonly actor: {
    readonly kind: "user" | "apiKey" | "connection" | "client" | "system";
    readonly id: string | null;
  };
  /** Feature and act, as `keys.create`, `signIn.failed`. */
  readonly event: string;
  readonly subjectId?: string | null;
  readonly detail?: Record<string, unknown>;
  readonly address?: string | null;
  readonly userAgent?: string | null;
};

export async function audit(event: AuditEvent, tx?: Transaction): Promise<void> {
  const { accountId, actor, subjectId = null, detail = {}, address = null, userAgent = null } = event;
  const statement = `insert into audit_events (id, account_id, actor_kind, actor_id, event, subject_id, detail, address, user_agent)
    values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, left($9, 500))`;
  const values = [
    newId("evt"),
    accountId,
    actor.kind,
    actor.id,
    event.event,
    subjectId,
    JSON.stringify(detail),
    address,
    userAgent,
  ];
  await (tx ? queryWithin(tx, statement, values) : query(statement, values));
}

type Act = Pick<AuditEvent, "event" | "subjectId" | "detail"> & {
  /** Whose log it stands in: the caller's own unless it was done to somebody else. */
  readonly accountId?: string;
};

/** What the caller did, with where from. */
export function auditAct(
  ctx: Pick<Context, "headers" | "exactAddress"> & { readonly principal?: Principal | null | undefined },
  callerId: string,
  act: Act,
  tx?: Transaction,
): Promise<void> {
  const { exactAddress: address, headers } = ctx;
  // Where an admin acts in somebody's place it is he who acts.
  const actor = { kind: "user", id: ctx.principal?.actingAdminId ?? callerId } as const;
  return audit({ accountId: callerId, ...act, actor, address, userAgent: headers.get("user-agent") }, tx);
}

export const auditInput = z.strictObject({
  ...pageInput,
  event: z.string().max(100).optional().describe("This event alone, as keys.create"),
});

export const auditSchema = z
  .object({
    id: z.string(),
    accountId: z.string().nullable(),
    actorKind: z.string().describe("user, apiKey, connection, client or system"),
    actorId: z.string().nullable(),
    event: z.string(),
    subjectId: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: timeField,
  })
  .meta({ id: "AuditEvent" });

/** Newest first. `accountId` null: of everyone, for an admin. */
export async function listEvents(accountId: string | null, input: z.output<typeof auditInput>) {
  const before = decodeCursor(input.cursor, /^\d{1,15}$/);
  const db = await database();
  const rows = await db
    .select()
    .from(auditEvents)
    .where(
      and(
        accountId === null ? undefined : eq(auditEvents.accountId, accountId),
        input.event ? eq(auditEvents.event, input.event) : undefined,
        before ? lt(auditEvents.seq, Number(before)) : undefined,
      ),
    )
    .orderBy(desc(auditEvents.seq))
    .limit(input.limit + 1);
  return toPage(
    rows,
    input.limit,
    ({ seq, createdAt, ...row }) => ({ ...row, createdAt: createdAt.toISOString() }),
    ({ seq }) => String(seq),
  );
}
