/**
 * What Better Auth's routes leave in the audit log: who signed in or tried to, signed out, changed a
 * password. A failed try stands in the log of the account whose address was given, if there is one.
 */
import { APIError } from "better-auth/api";
import { z } from "zod";
import { query } from "#db/client.ts";
import { audit } from "./audit.ts";
import { log } from "./log.ts";

const events: Record<string, string> = {
  "/sign-up/email": "signUp",
  "/sign-in/email": "signIn",
  "/sign-out": "signOut",
  "/change-password": "password.change",
  "/reset-password": "password.reset",
  "/change-email": "email.change",
  "/revoke-sessions": "sessions.revokeAll",
  "/revoke-other-sessions": "sessions.revokeOthers",
  "/revoke-session": "sessions.revoke",
  "/admin/set-role": "admin.setRole",
  "/admin/ban-user": "admin.banUser",
  "/admin/unban-user": "admin.unbanUser",
  "/admin/impersonate-user": "admin.impersonate",
  "/admin/stop-impersonating": "admin.stopImpersonating",
};

type Ended = {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Headers | undefined;
  readonly context: {
    readonly returned?: unknown;
    readonly session?: { readonly user: { readonly id: string } } | null;
    readonly newSession?: { readonly user: { readonly id: string } } | null;
  };
};

const bodySchema = z.object({ email: z.string().optional(), userId: z.string().optional() }).catch({});

/** Nothing that goes wrong here keeps anybody out. */
export async function auditAuth(ended: Ended, addressHeader: string): Promise<void> {
  const event = events[ended.path];
  if (!event) return;
  try {
    const { email, userId } = bodySchema.parse(ended.body ?? {});
    const failed = ended.context.returned instanceof APIError;
    const actor = ended.context.newSession?.user.id ?? ended.context.session?.user.id ?? null;
    const named = await accountOf(email);
    await audit({
      accountId: userId ?? actor ?? named,
      actor: { kind: "user", id: actor },
      event: failed ? `${event}.failed` : event,
      address: ended.headers?.get(addressHeader) ?? null,
      userAgent: ended.headers?.get("user-agent") ?? null,
    });
  } catch (error) {
    log.error({ err: error, event }, "not written to the audit log");
  }
}

async function accountOf(email: string | undefined): Promise<string | null> {
  const [row] = await query<{ id: string }>('select id from "user" where email = $1', [
    email?.toLowerCase() ?? "",
  ]);
  return row?.id ?? null;
}
