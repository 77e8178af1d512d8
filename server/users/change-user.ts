/** What a user changes of the own account, and an admin of any (fastapi-users: `update`, safe or not). */
import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { database, type Transaction } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { account, session, user } from "#db/schema/auth.ts";
import { userProfiles } from "#db/schema/users.ts";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { getAuth } from "../auth.ts";
import type { Context } from "../context.ts";
import { ApiError, fastApiRefusal } from "../errors.ts";
import { sendMail } from "../mail.ts";
import { roles } from "../operations.ts";
import { passwordFault } from "../password-policy.ts";
import type { Principal } from "../principal.ts";
import { changeRights, type RightsChange } from "../user-rights.ts";
import { invalidPassword } from "./auth-call.ts";
import { emailField, nameInput } from "./fields.ts";
import { fullName, getUser, type UserView } from "./user-view.ts";

/** Null stands for what is left out, as fastapi-users takes it. */
export const ownFields = {
  email: emailField.nullish(),
  password: z.string().max(1_000).nullish(),
  ...nameInput,
};

export const adminFields = {
  ...ownFields,
  role: z.enum(roles).nullish(),
  is_superuser: z.boolean().nullish().describe("True: the role admin; false: no longer"),
  is_active: z.boolean().nullish().describe("False: banned"),
  is_verified: z.boolean().nullish(),
};

const changeSchema = z.object(adminFields);
type Change = z.output<typeof changeSchema>;

type Acting = Context & { principal: Principal | null };

/** @throws ApiError not_found, update_user_email_already_exists, invalid_password, last_admin */
export async function changeUser(ctx: Acting, userId: string, change: Change): Promise<UserView> {
  const before = await getUser(userId);
  const hash = change.password ? await hashOf(change.password, [before.email]) : null;
  const email = change.email && change.email !== before.email ? change.email : null;
  const names = { ...before, ...given(change) };
  const db = await database();
  await db.transaction(async (tx) => {
    const rights = rightsOf(change, before);
    if (rights) await changeRights(tx, ctx, userId, rights);
    if (email) await changeEmail(tx, ctx, before, email);
    if (change.is_verified !== null && change.is_verified !== undefined) {
      await tx.update(user).set({ emailVerified: change.is_verified }).where(eq(user.id, userId));
    }
    if (change.first_name !== undefined || change.last_name !== undefined) {
      const { first_name: firstName, last_name: lastName } = names;
      await tx
        .insert(userProfiles)
        .values({ userId, firstName, lastName })
        .onConflictDoUpdate({ target: userProfiles.userId, set: { firstName, lastName } });
      await tx
        .update(user)
        .set({ name: fullName(names, email ?? before.email), updatedAt: sql`now()` })
        .where(eq(user.id, userId));
    }
    if (hash) await changePassword(tx, ctx, userId, hash);
  });
  if (email) await sendMail(before.email, addressChanged(email));
  return getUser(userId);
}

function given({ first_name, last_name }: Change) {
  return {
    ...(first_name === undefined ? {} : { first_name }),
    ...(last_name === undefined ? {} : { last_name }),
  };
}

function rightsOf(change: Change, before: UserView): RightsChange | null {
  const { role, is_superuser: superuser, is_active: active } = change;
  const asked = superuser ? "admin" : before.is_superuser ? "user" : undefined;
  const wanted = role ?? (superuser === null || superuser === undefined ? undefined : asked);
  if (role && typeof superuser === "boolean" && superuser !== (role === "admin")) {
    throw new ApiError("invalid_input", "Invalid input: is_superuser: true is the role admin and no other.");
  }
  const banned = typeof active === "boolean" && active !== before.is_active ? !active : undefined;
  return wanted === undefined && banned === undefined ? null : { role: wanted, banned };
}

async function changeEmail(tx: Transaction, ctx: Acting, before: UserView, email: string): Promise<void> {
  const [taken] = await tx.select({ id: user.id }).from(user).where(eq(user.email, email));
  if (taken) throw fastApiRefusal("update_user_email_already_exists");
  try {
    await tx
      .update(user)
      .set({ email, emailVerified: false, updatedAt: sql`now()` })
      .where(eq(user.id, before.id));
  } catch (error) {
    // Two took it at once.
    if (isDuplicate(error)) throw fastApiRefusal("update_user_email_already_exists");
    throw error;
  }
  await auditAct(ctx, callerOf(ctx).accountId, { event: "email.change", accountId: before.id }, tx);
}

function isDuplicate(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause && cause.code === "23505";
}

async function hashOf(password: string, own: readonly string[]): Promise<string> {
  const fault = await passwordFault(password, own);
  if (fault) throw refused(fault.message);
  const { password: hasher } = await (await getAuth()).$context;
  return hasher.hash(password);
}

function refused(reason: string): ApiError {
  return invalidPassword("UPDATE_USER_INVALID_PASSWORD", reason);
}

/** Whoever was signed in with the old one is signed out, but for the one who changes it. */
async function changePassword(tx: Transaction, ctx: Acting, userId: string, hash: string): Promise<void> {
  const { accountId: me, credentialId } = callerOf(ctx);
  const own = and(eq(account.userId, userId), eq(account.providerId, "credential"));
  const changed = await tx.update(account).set({ password: hash }).where(own).returning({ id: account.id });
  if (changed.length === 0) throw refused("This account has no password: it signs in with another provider.");
  await tx.delete(session).where(and(eq(session.userId, userId), ne(session.id, credentialId)));
  await tx
    .delete(connections)
    .where(
      and(eq(connections.accountId, userId), eq(connections.login, true), ne(connections.id, credentialId)),
    );
  await auditAct(ctx, me, { event: "password.change", accountId: userId }, tx);
}

function addressChanged(email: string) {
  return {
    subject: "The e-mail address of your account was changed",
    text: `Your account now has the address ${email}. If this was not you, tell the operator of this server at once: whoever did it could sign in as you.`,
  };
}
