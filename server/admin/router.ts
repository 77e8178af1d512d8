/** What an admin may do: see the accounts and give credits. Every act is an entry with its reason. */
import { and, desc, eq, ilike, inArray, lt, or } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { user } from "#db/schema/auth.ts";
import { creditAccounts, limitOverrides } from "#db/schema/ledger.ts";
import { openAccount } from "../accounts.ts";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { recheckBalance } from "../balance-watch.ts";
import { ApiError } from "../errors.ts";
import { idField, nameField, proseField, timeField } from "../fields.ts";
import { changeCredits } from "../grants.ts";
import { likeText } from "../like.ts";
import { mailOwner } from "../mail.ts";
import { operation, operationIds, roles, tierNames } from "../operations.ts";
import { decodeCursor, pageInput, pageOf, toPage } from "../pages.ts";
import { rotateSigningKey } from "../signing-keys.ts";
import { creditsText } from "../stripe.ts";
import { procedure, router } from "../trpc.ts";
import { changeRights } from "../user-rights.ts";
import { credentials } from "./access.ts";
import { auditOfEveryone } from "./audit-of-everyone.ts";
import { funnel, health, policy, refusalRate } from "./installation.ts";
import { creditRequestsList, declineCreditRequest, resolveRequest, stripeEventsList } from "./payments.ts";

const role = z.enum(roles).catch("user");
const overridesField = z
  .record(z.string(), z.int())
  .describe("Limits that an admin set for the account, by name; the others are as the table says");
const limitNames: readonly [string, ...string[]] = [
  tierNames.apiKey,
  tierNames.session,
  ...operationIds.filter((id) => operation(id).limit),
];

export const adminRouter = router({
  audit: auditOfEveryone,

  rotateSigningKey: procedure("admin.rotateSigningKey", {
    input: z.strictObject({}),
    output: z.object({ keyId: z.string().describe("`kid` of tokens from now on") }),
  }).mutation(async ({ ctx }) => {
    const keyId = await rotateSigningKey();
    await auditAct(ctx, callerOf(ctx).accountId, { event: "admin.rotateSigningKey", subjectId: keyId });
    return { keyId };
  }),

  health,
  policy,
  refusals: refusalRate,
  funnel,
  credentials,
  creditRequests: creditRequestsList,
  declineCreditRequest,
  stripeEvents: stripeEventsList,

  users: procedure("admin.users", {
    input: z.strictObject({
      ...pageInput,
      search: proseField(200).optional().describe("Part of a name or an e-mail address"),
    }),
    output: pageOf(
      z.object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        role,
        banned: z.boolean(),
        balance: z.int(),
        overrides: overridesField,
        createdAt: timeField,
      }),
    ),
  }).query(async ({ input }) => {
    const before = decodeCursor(input.cursor, /^[\w-]{1,100}$/);
    const pattern = input.search ? `%${likeText(input.search)}%` : null;
    const db = await database();
    const rows = await db
      .select({ user, balance: creditAccounts.balance })
      .from(user)
      .leftJoin(creditAccounts, eq(creditAccounts.id, user.id))
      .where(
        and(
          before ? lt(user.id, before) : undefined,
          pattern ? or(ilike(user.name, pattern), ilike(user.email, pattern)) : undefined,
        ),
      )
      .orderBy(desc(user.id))
      .limit(input.limit + 1);
    const overrides = await overridesOf(rows.map(({ user }) => user.id));
    return toPage(
      rows,
      input.limit,
      ({ user, balance }) => ({
        id: user.id,
        name: user.name,
        email: user.email,
        role: role.parse(user.role),
        banned: user.banned ?? false,
        balance: balance ?? 0,
        overrides: overrides.get(user.id) ?? {},
        createdAt: user.createdAt.toISOString(),
      }),
      ({ user }) => user.id,
    );
  }),

  updateUser: procedure("admin.updateUser", {
    input: z.strictObject({
      userId: idField,
      role: z.enum(roles).optional(),
      banned: z.boolean().optional().describe("True: its next call is refused, and it is signed out"),
      banReason: nameField(500).optional(),
      banDays: z.int().min(1).max(3650).optional().describe("Until the ban lifts itself; left out: never"),
    }),
    output: z.object({ userId: z.string(), role, banned: z.boolean() }),
  }).mutation(async ({ ctx, input }) => {
    const { userId, role: wanted, banned, banReason, banDays } = input;
    await getUser(userId);
    const db = await database();
    const rights = await db.transaction((tx) =>
      changeRights(tx, ctx, userId, {
        role: wanted,
        banned,
        banReason,
        banUntil: banDays === undefined ? undefined : new Date(Date.now() + banDays * 24 * 3600 * 1000),
      }),
    );
    return { userId, ...rights };
  }),

  setLimit: procedure("admin.setLimit", {
    input: z.strictObject({
      userId: idField,
      name: z.enum(limitNames).describe("A tier, or the operation whose own limit it is"),
      points: z.int().min(0).max(100_000_000).nullable().describe("Admitted in any window; 0: nothing"),
      reason: nameField(500),
    }),
    output: z.object({ userId: z.string(), overrides: overridesField }),
  }).mutation(async ({ ctx, input: { userId, name, points, reason } }) => {
    const db = await database();
    await getUser(userId);
    const { accountId, name: limit } = limitOverrides;
    if (points === null) {
      await db.delete(limitOverrides).where(and(eq(accountId, userId), eq(limit, name)));
    } else {
      await db
        .insert(limitOverrides)
        .values({ accountId: userId, name, points, reason })
        .onConflictDoUpdate({ target: [accountId, limit], set: { points, reason } });
    }
    await auditAct(ctx, callerOf(ctx).accountId, {
      event: "admin.setLimit",
      accountId: userId,
      detail: { name, points, reason },
    });
    const overrides = await overridesOf([userId]);
    return { userId, overrides: overrides.get(userId) ?? {} };
  }),

  grantCredits: procedure("admin.grantCredits", {
    input: z.strictObject({
      userId: idField,
      amount: z.int().min(1).max(1_000_000_000),
      reason: nameField(500),
      requestId: idField.optional().describe("The request for credits that this answers"),
    }),
    output: z.object({ userId: z.string(), balance: z.int() }),
  }).mutation(async ({ ctx, input: { userId, amount, reason, requestId } }) => {
    await getUser(userId);
    await openAccount(userId);
    const me = callerOf(ctx).accountId;
    const grantedBy = requestId === undefined ? me : await resolveRequest(requestId, userId, me);
    const changed = await changeCredits({
      accountId: userId,
      amount,
      kind: "grant",
      reason,
      idempotencyKey: requestId === undefined ? ctx.idempotency.idFor("grant") : `request:${requestId}`,
    });
    if (changed === null) throw new ApiError("not_found", "User not found.");
    const repeated = ctx.idempotency.resumed() && grantedBy === me;
    if (changed.duplicate && !repeated)
      throw new ApiError("conflict", "This request has been granted already.");
    recheckBalance(userId);
    if (!changed.duplicate) {
      await auditAct(ctx, me, { event: "admin.grantCredits", accountId: userId, detail: { amount, reason } });
    }
    if (requestId !== undefined) {
      await mailOwner(userId, {
        kind: "creditRequests",
        subject: `You were given ${creditsText(amount)}`,
        text: `An admin granted your request: ${reason}. Your balance is ${creditsText(changed.balance)}.`,
      });
    }
    return { userId, balance: changed.balance };
  }),
});

async function overridesOf(userIds: string[]): Promise<Map<string, Record<string, number>>> {
  const found = new Map<string, Record<string, number>>();
  if (userIds.length === 0) return found;
  const db = await database();
  const rows = await db.select().from(limitOverrides).where(inArray(limitOverrides.accountId, userIds));
  for (const { accountId, name, points } of rows) {
    found.set(accountId, { ...found.get(accountId), [name]: points });
  }
  return found;
}

/** @throws ApiError not_found */
async function getUser(userId: string): Promise<void> {
  const db = await database();
  const [known] = await db.select({ id: user.id }).from(user).where(eq(user.id, userId));
  if (!known) throw new ApiError("not_found", "User not found.");
}
