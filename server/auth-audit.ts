/**
 * What Better Auth's routes leave in the audit log: who got in or tried to and by which way, who changed how
 * one gets in, and which admin acted as whom. A failed try stands in the log of the account whose address was
 * given, if there is one.
 */
import { APIError } from "better-auth/api";
import { z } from "zod";
import { query } from "#db/client.ts";
import { type AuditEvent, audit } from "./audit.ts";
import type { Caller } from "./auth-caller.ts";
import { log } from "./log.ts";

/** By path; a second word tells the way. */
const events: Record<string, readonly [event: string, by?: string]> = {
  "/sign-up/email": ["signUp"],
  "/sign-in/email": ["signIn", "password"],
  "/two-factor/verify-totp": ["signIn", "authenticator"],
  "/two-factor/verify-backup-code": ["signIn", "recoveryCode"],
  "/passkey/verify-authentication": ["signIn", "passkey"],
  "/callback/:id": ["signIn", "provider"],
  "/sign-out": ["signOut"],
  "/change-password": ["password.change"],
  "/request-password-reset": ["password.resetRequest"],
  "/reset-password": ["password.reset"],
  "/change-email": ["email.changeRequest"],
  "/verify-email": ["email.verify"],
  "/two-factor/disable": ["twoFactor.disable"],
  "/two-factor/generate-backup-codes": ["twoFactor.newCodes"],
  "/passkey/verify-registration": ["passkeys.add"],
  "/passkey/update-passkey": ["passkeys.rename"],
  "/passkey/delete-passkey": ["passkeys.delete"],
  "/unlink-account": ["providers.unlink"],
  "/admin/set-role": ["admin.setRole"],
  "/admin/ban-user": ["admin.banUser"],
  "/admin/unban-user": ["admin.unbanUser"],
  "/admin/impersonate-user": ["admin.impersonate"],
  "/admin/stop-impersonating": ["admin.stopImpersonating"],
};

export type Ended = {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Headers | undefined;
  readonly context: {
    readonly returned?: unknown;
    readonly session?: { readonly user: { readonly id: string } } | null;
    readonly newSession?: {
      readonly user: { readonly id: string };
      readonly session: { readonly impersonatedBy?: string | null | undefined };
    } | null;
  };
};

const bodySchema = z.object({ email: z.string().optional(), userId: z.string().optional() }).catch({});

/** Nothing that goes wrong here keeps anybody out. @param caller who was signed in before */
export async function auditAuth(ended: Ended, caller: Caller | null, addressHeader: string): Promise<void> {
  const known = events[ended.path];
  if (!known) return;
  try {
    const where = {
      address: ended.headers?.get(addressHeader) ?? null,
      userAgent: ended.headers?.get("user-agent") ?? null,
    };
    for (const event of await eventsOf(ended, caller, known)) await audit({ ...event, ...where });
  } catch (error) {
    log.error({ err: error, event: known[0] }, "not written to the audit log");
  }
}

async function eventsOf(
  { path, body, context }: Ended,
  caller: Caller | null,
  [name, by]: readonly [event: string, by?: string],
): Promise<AuditEvent[]> {
  const { email, userId } = bodySchema.parse(body ?? {});
  const failed = isFailure(path, context.returned);
  const actorId =
    caller?.impersonatedBy ?? caller?.userId ?? context.newSession?.user.id ?? context.session?.user.id;
  const actor = { kind: "user", id: actorId ?? null } as const;
  const detail = by ? { by } : {};
  if (path === "/admin/impersonate-user" || path === "/admin/stop-impersonating") {
    const target = userId ?? caller?.userId ?? null;
    const event = failed ? `${name}.failed` : name;
    return [
      { accountId: target, actor, event },
      { accountId: actor.id, actor, event, subjectId: target },
    ];
  }
  if (by === "authenticator" && caller && !failed) {
    return [{ accountId: caller.userId, actor, event: "twoFactor.enable" }];
  }
  // The password was right; whether that is enough is not decided yet.
  const waits = path === "/sign-in/email" && !failed && !context.newSession;
  const event = failed ? `${name}.failed` : waits ? `${name}.secondFactor` : name;
  const accountId = userId ?? context.newSession?.user.id ?? actor.id ?? (await accountOf(email));
  return [{ accountId, actor, event, detail }];
}

/** A provider's answer that did not lead to a session redirects to a page that says so. */
function isFailure(path: string, returned: unknown): boolean {
  if (!(returned instanceof APIError)) return false;
  if (path !== "/callback/:id") return true;
  return /[?&]error=/.test(new Headers(returned.headers).get("location") ?? "?error=");
}

async function accountOf(email: string | undefined): Promise<string | null> {
  const [row] = await query<{ id: string }>('select id from "user" where email = $1', [
    email?.toLowerCase() ?? "",
  ]);
  return row?.id ?? null;
}
