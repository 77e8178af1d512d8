/** What an admin sees of money: who asks for credits, and what became of Stripe's events. */
import { and, desc, eq, lt } from "drizzle-orm";
import { z } from "zod";
import { database, query } from "#db/client.ts";
import { user } from "#db/schema/auth.ts";
import { creditRequests, eventOutcomes, requestStates, stripeEvents } from "#db/schema/billing.ts";
import { callerOf } from "../admission.ts";
import { ApiError } from "../errors.ts";
import { idField, proseField, timeField } from "../fields.ts";
import { mailOwner } from "../mail.ts";
import { decodeCursor, idPattern, pageInput, pageOf, toPage } from "../pages.ts";
import { procedure } from "../trpc.ts";

export const creditRequestsList = procedure("admin.creditRequests", {
  input: z.strictObject({ ...pageInput, state: z.enum(requestStates).optional() }),
  output: pageOf(
    z
      .object({
        id: z.string(),
        userId: z.string(),
        email: z.string(),
        amount: z.int(),
        message: z.string(),
        state: z.enum(requestStates),
        createdAt: timeField,
        decidedAt: timeField.nullable(),
      })
      .meta({ id: "CreditRequest" }),
  ),
}).query(async ({ input }) => {
  const before = decodeCursor(input.cursor, idPattern);
  const db = await database();
  const rows = await db
    .select({ request: creditRequests, email: user.email })
    .from(creditRequests)
    .innerJoin(user, eq(user.id, creditRequests.accountId))
    .where(
      and(
        before ? lt(creditRequests.id, before) : undefined,
        input.state ? eq(creditRequests.state, input.state) : undefined,
      ),
    )
    .orderBy(desc(creditRequests.id))
    .limit(input.limit + 1);
  return toPage(
    rows,
    input.limit,
    ({ request, email }) => ({
      id: request.id,
      userId: request.accountId,
      email,
      amount: request.amount,
      message: request.message,
      state: request.state,
      createdAt: request.createdAt.toISOString(),
      decidedAt: request.decidedAt?.toISOString() ?? null,
    }),
    ({ request }) => request.id,
  );
});

export const declineCreditRequest = procedure("admin.declineCreditRequest", {
  input: z.strictObject({ requestId: idField, note: proseField(500).default("").describe("For the user") }),
  output: z.object({ id: z.string(), state: z.literal("declined") }),
}).mutation(async ({ ctx, input: { requestId, note } }) => {
  const adminId = callerOf(ctx).accountId;
  const [declined] = await query<{ account_id: string }>(
    `update credit_requests set state = 'declined', decided_by = $2, decided_at = now()
     where id = $1 and state = 'open' returning account_id`,
    [requestId, adminId],
  );
  const id = requestId;
  if (!declined) {
    if (ctx.idempotency.resumed() && (await wasDeclinedBy(requestId, adminId)))
      return { id, state: "declined" as const };
    throw await undecidable(requestId);
  }
  await mailOwner(declined.account_id, {
    kind: "creditRequests",
    subject: "Your request for credits was declined",
    text: ["An admin declined your request for credits.", note].filter(Boolean).join("\n\n"),
  });
  return { id, state: "declined" as const };
});

async function wasDeclinedBy(requestId: string, adminId: string): Promise<boolean> {
  const rows = await query(
    "select id from credit_requests where id = $1 and state = 'declined' and decided_by = $2",
    [requestId, adminId],
  );
  return rows.length > 0;
}

/**
 * Marks a request as granted before its credits are entered. A crash in between is mended by granting
 * again: the ledger enters the request's idempotency key once. Answers who granted it first.
 * @throws ApiError not_found, conflict
 */
export async function resolveRequest(requestId: string, userId: string, adminId: string): Promise<string> {
  const [granted] = await query<{ decided_by: string }>(
    `update credit_requests set state = 'granted', decided_by = coalesce(decided_by, $3), decided_at = coalesce(decided_at, now())
     where id = $1 and account_id = $2 and state in ('open', 'granted') returning decided_by`,
    [requestId, userId, adminId],
  );
  if (!granted) throw await undecidable(requestId, userId);
  return granted.decided_by;
}

async function undecidable(requestId: string, userId?: string): Promise<ApiError> {
  const [known] = await query<{ account_id: string }>(
    "select account_id from credit_requests where id = $1",
    [requestId],
  );
  if (!known || (userId !== undefined && known.account_id !== userId)) {
    return new ApiError("not_found", "Request not found.");
  }
  return new ApiError("conflict", "This request has been decided already.");
}

export const stripeEventsList = procedure("admin.stripeEvents", {
  input: z.strictObject({ ...pageInput, outcome: z.enum(eventOutcomes).optional() }),
  output: pageOf(
    z
      .object({
        id: z.string(),
        type: z.string(),
        outcome: z.enum(eventOutcomes),
        detail: z.string(),
        paymentId: z.string().nullable(),
        accountId: z.string().nullable(),
        deliveries: z.int(),
        createdAt: timeField,
        receivedAt: timeField,
      })
      .meta({ id: "StripeEvent" }),
  ),
}).query(async ({ input }) => {
  const before = decodeCursor(input.cursor, /^\d{1,15}$/);
  const db = await database();
  const rows = await db
    .select()
    .from(stripeEvents)
    .where(
      and(
        before ? lt(stripeEvents.seq, Number(before)) : undefined,
        input.outcome ? eq(stripeEvents.outcome, input.outcome) : undefined,
      ),
    )
    .orderBy(desc(stripeEvents.seq))
    .limit(input.limit + 1);
  return toPage(
    rows,
    input.limit,
    ({ seq: _, createdAt, receivedAt, ...event }) => ({
      ...event,
      createdAt: createdAt.toISOString(),
      receivedAt: receivedAt.toISOString(),
    }),
    ({ seq }) => seq,
  );
});
