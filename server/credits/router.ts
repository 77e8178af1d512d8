/** Credits: the balance, what is held of it, the statement, and how to get more. */
import { and, desc, eq, gte, ilike, inArray, lt, or, sql } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { creditRequests } from "#db/schema/billing.ts";
import { creditAccounts, entries, entryKinds, holds } from "#db/schema/ledger.ts";
import { callerOf } from "../admission.ts";
import { proseField, timeField } from "../fields.ts";
import { likeText } from "../like.ts";
import { operation, operationIds } from "../operations.ts";
import { decodeCursor, pageInput, pageOf, toPage } from "../pages.ts";
import { procedure, router } from "../trpc.ts";
import { checkout, packs, request } from "./buying.ts";
import { readSettings, settings, settingsFields } from "./settings.ts";

export const creditsRouter = router({
  packs,
  checkout,
  request,
  settings,

  get: procedure("credits.get", {
    input: z.strictObject({}),
    output: z.object({
      balance: z.int().describe("Credits you may spend"),
      held: z.int().describe("Credits set aside for calls under way, not part of the balance"),
      low: z.boolean().describe("The balance is below threshold"),
      openRequest: z
        .object({ id: z.string(), amount: z.int(), createdAt: timeField })
        .nullable()
        .describe("Credits that you asked for, while no admin has decided"),
      ...settingsFields,
    }),
  }).query(async ({ ctx }) => {
    const { accountId } = callerOf(ctx);
    const db = await database();
    const [row] = await db
      .select({
        balance: creditAccounts.balance,
        held: sql<number>`(select coalesce(sum(${holds.amount}), 0)::int from ${holds} where ${holds.accountId} = ${accountId} and ${holds.state} = 'held')`,
      })
      .from(creditAccounts)
      .where(eq(creditAccounts.id, accountId));
    const { balance, held } = row ?? { balance: 0, held: 0 };
    const [asked] = await db
      .select()
      .from(creditRequests)
      .where(and(eq(creditRequests.accountId, accountId), eq(creditRequests.state, "open")));
    const openRequest = asked
      ? { id: asked.id, amount: asked.amount, createdAt: asked.createdAt.toISOString() }
      : null;
    const set = await readSettings(accountId);
    return { balance, held, low: balance < set.threshold, openRequest, ...set };
  }),

  entries: procedure("credits.entries", {
    input: z.strictObject({
      ...pageInput,
      kind: z.enum(entryKinds).optional(),
      from: timeField.optional(),
      to: timeField.optional().describe("Exclusive"),
      text: proseField(200).optional().describe("Stands in the reason, or in what the charged call does"),
    }),
    output: pageOf(
      z
        .object({
          seq: z.int(),
          kind: z.enum(entryKinds),
          delta: z.int(),
          balanceAfter: z.int(),
          reason: z.string(),
          createdAt: timeField,
        })
        .meta({ id: "Entry" }),
    ),
  }).query(async ({ ctx, input }) => {
    const { accountId } = callerOf(ctx);
    const before = decodeCursor(input.cursor, /^\d{1,15}$/);
    const db = await database();
    const rows = await db
      .select()
      .from(entries)
      .where(
        and(
          eq(entries.accountId, accountId),
          before ? lt(entries.seq, Number(before)) : undefined,
          input.kind ? eq(entries.kind, input.kind) : undefined,
          input.from ? gte(entries.createdAt, sql`${input.from}::timestamptz`) : undefined,
          input.to ? lt(entries.createdAt, sql`${input.to}::timestamptz`) : undefined,
          input.text ? saying(input.text) : undefined,
        ),
      )
      .orderBy(desc(entries.seq))
      .limit(input.limit + 1);
    return toPage(
      rows,
      input.limit,
      ({ seq, kind, delta, balanceAfter, reason, createdAt }) => ({
        seq,
        kind,
        delta,
        balanceAfter,
        reason,
        createdAt: createdAt.toISOString(),
      }),
      ({ seq }) => seq,
    );
  }),
});

/** A charge's reason is an operation's id; a person looks for the words that stand for it. */
function saying(text: string) {
  const wanted = text.toLowerCase();
  const ids = operationIds.filter((id) => operation(id).summary.toLowerCase().includes(wanted));
  return or(ilike(entries.reason, `%${likeText(text)}%`), inArray(entries.reason, ids));
}
