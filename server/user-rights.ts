/**
 * Role and ban of an account. These columns are Better Auth's; its own routes for them are closed, so that
 * here alone is decided what else a change means. That an installation keeps an admin is a trigger's rule,
 * also for two who would each leave the other as the last.
 */
import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { session, user } from "#db/schema/auth.ts";
import { callerOf } from "./admission.ts";
import { auditAct } from "./audit.ts";
import type { Context } from "./context.ts";
import { ApiError } from "./errors.ts";
import { type Role, roles } from "./operations.ts";
import type { Principal } from "./principal.ts";

/** What is left out stays. */
export type RightsChange = {
  readonly role?: Role | undefined;
  readonly banned?: boolean | undefined;
  readonly banReason?: string | undefined;
  readonly banUntil?: Date | undefined;
};

/**
 * In force on the next call. Who is banned is signed out; keys and connections are refused meanwhile and work
 * again when the ban is lifted. @throws the trigger's error, told as last_admin
 */
export async function changeRights(
  tx: Transaction,
  ctx: Context & { principal: Principal | null },
  userId: string,
  change: RightsChange,
): Promise<{ role: Role; banned: boolean }> {
  const [before] = await tx.select().from(user).where(eq(user.id, userId)).for("update");
  if (!before) throw new ApiError("not_found", "User not found.");
  const me = callerOf(ctx).accountId;
  const role = roles.find((known) => known === before.role) ?? "user";
  if (change.role !== undefined && change.role !== role) {
    await tx.update(user).set({ role: change.role }).where(eq(user.id, userId));
    const detail = { from: role, to: change.role };
    await auditAct(ctx, me, { event: "admin.setRole", accountId: userId, detail }, tx);
  }
  const wasBanned = (before.banned ?? false) && !(before.banExpires && before.banExpires <= new Date());
  if (change.banned === true) {
    await tx
      .update(user)
      .set({ banned: true, banReason: change.banReason ?? null, banExpires: change.banUntil ?? null })
      .where(eq(user.id, userId));
    await tx.delete(session).where(eq(session.userId, userId));
    await tx.delete(connections).where(and(eq(connections.accountId, userId), eq(connections.login, true)));
    const detail = { reason: change.banReason ?? null, until: change.banUntil?.toISOString() ?? null };
    await auditAct(ctx, me, { event: "admin.banUser", accountId: userId, detail }, tx);
  }
  if (change.banned === false && wasBanned) {
    await tx
      .update(user)
      .set({ banned: false, banReason: null, banExpires: sql`null` })
      .where(eq(user.id, userId));
    await auditAct(ctx, me, { event: "admin.unbanUser", accountId: userId }, tx);
  }
  return { role: change.role ?? role, banned: change.banned ?? wasBanned };
}
