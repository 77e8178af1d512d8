/**
 * What this installation adds to Better Auth's ways in. Before: the rules of names and passwords, and who may
 * ask what. After, once second factors have had their say: the audit log, the browser that signed in is
 * remembered and a new one told to the owner, and so is every change of how one gets in.
 */
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { z } from "zod";
import { query } from "#db/client.ts";
import { mailEmailChange, mailEmailChanged, mailSecurityChange, type Place } from "./account-mails.ts";
import { auditAuth } from "./auth-audit.ts";
import { type Caller, findCaller, judgeCaller } from "./auth-caller.ts";
import { endLogins } from "./disconnect.ts";
import { mayMailNewSignIn, passwordTryWait } from "./entry-guard.ts";
import { nameField } from "./fields.ts";
import { deviceCookie, deviceCookieAttributes, deviceOf, newDevice, noteDevice } from "./known-devices.ts";
import { log } from "./log.ts";
import { passwordFault } from "./password-policy.ts";
import { emailChangeOf, resetIn } from "./secret-links.ts";

/** Set by the door on every request, so a caller's own header of this name does not count. */
export const addressHeader = "x-fltr-address";

const nameSchema = z.object({ name: nameField(100).optional() });
const passkeyNameSchema = z.object({ name: nameField(60).optional() });
const textSchema = z.string().max(1000).optional().catch(undefined);
const bodySchema = z
  .object({
    name: textSchema,
    email: textSchema,
    newEmail: textSchema,
    password: textSchema,
    newPassword: textSchema,
    revokeOtherSessions: z.boolean().optional().catch(undefined),
  })
  .catch({});

const newPasswordAt: Record<string, "password" | "newPassword"> = {
  "/sign-up/email": "password",
  "/admin/create-user": "password",
  "/change-password": "newPassword",
  "/reset-password": "newPassword",
  "/admin/set-user-password": "newPassword",
};

type Asked = { readonly path: string; readonly body?: unknown };

/** @throws APIError for what may not be done; answers who asks. */
export async function judgeEntry(asked: Asked, sessionToken: string | null): Promise<Caller | null> {
  const { path, body } = asked;
  if (path === "/sign-up/email" || path === "/update-user") checkName(nameSchema, body);
  if (path === "/passkey/update-passkey" || path === "/passkey/verify-registration") {
    checkName(passkeyNameSchema, body);
  }
  const caller = sessionToken ? await findCaller(sessionToken) : null;
  if (caller) {
    judgeCaller(path, caller);
    if (path === "/change-password" || path.startsWith("/two-factor/")) await takePasswordTry(caller.userId);
  }
  const field = newPasswordAt[path];
  if (field) await checkPassword(bodySchema.parse(body ?? {}), field, caller);
  return caller;
}

/** A session that is in wrong hands must not find out its owner's password. */
async function takePasswordTry(userId: string): Promise<void> {
  const wait = await passwordTryWait(userId);
  if (wait === null) return;
  throw new APIError("TOO_MANY_REQUESTS", {
    code: "TOO_MANY_TRIES",
    message: `Too many tries. Try again in ${wait} seconds.`,
  });
}

function checkName(schema: z.ZodType, body: unknown): void {
  const { error } = schema.safeParse(body);
  if (!error) return;
  throw new APIError("BAD_REQUEST", {
    code: "INVALID_NAME",
    message: `Invalid name: ${error.issues[0]?.message ?? "not a text"}.`,
  });
}

async function checkPassword(
  given: z.output<typeof bodySchema>,
  field: "password" | "newPassword",
  caller: Caller | null,
): Promise<void> {
  const own = [given.email, given.name, caller?.email].filter((text) => text !== undefined);
  const fault = await passwordFault(given[field] ?? "", own);
  if (fault) throw new APIError("BAD_REQUEST", fault);
}

/** Paths at whose end somebody has just shown who he is. */
const entryPaths = new Set([
  "/sign-up/email",
  "/sign-in/email",
  "/two-factor/verify-totp",
  "/two-factor/verify-backup-code",
  "/passkey/verify-authentication",
  "/callback/:id",
]);

type Change = { readonly subject: string; readonly what: string };
const changes: Record<string, Change> = {
  "/change-password": {
    subject: "Your password was changed",
    what: "The password of your account was changed.",
  },
  "/two-factor/disable": {
    subject: "Two-factor sign-in is off",
    what: "Your account no longer asks for a code from your authenticator app.",
  },
  "/two-factor/generate-backup-codes": {
    subject: "New recovery codes",
    what: "New recovery codes were made for your account. The old ones no longer work.",
  },
  "/passkey/verify-registration": {
    subject: "A passkey was added",
    what: "A passkey was added to your account. It can sign in without a password.",
  },
  "/passkey/delete-passkey": {
    subject: "A passkey was removed",
    what: "A passkey of your account was removed.",
  },
};

const returnedUserSchema = z.object({ caller: z.custom<Caller>().nullish() });

/** Stands behind the plugins of second factors, which may take back a session that a password opened. */
export function entryNotes(): BetterAuthPlugin {
  return {
    id: "fltr-entry",
    hooks: {
      after: [
        {
          matcher: () => true,
          handler: createAuthMiddleware(async (ctx) => {
            const caller = returnedUserSchema.parse(ctx).caller ?? null;
            await auditAuth(ctx, caller, addressHeader);
            const { newSession, returned } = ctx.context;
            const place: Place = {
              address: ctx.headers?.get(addressHeader) ?? null,
              userAgent: ctx.headers?.get("user-agent") ?? null,
            };
            if (newSession && entryPaths.has(ctx.path) && !newSession.session.impersonatedBy) {
              const former = await ctx.getSignedCookie(
                ctx.context.authCookies.sessionToken.name,
                ctx.context.secret,
              );
              const device = deviceOf(ctx.headers) ?? newDevice();
              ctx.setCookie(deviceCookie, device, deviceCookieAttributes);
              await settle(() => welcome(newSession, { device, former: former || null, place, caller }));
            }
            const owner = resetIn(ctx.request);
            if (owner) {
              // Who has just shown that the mailbox is his is no stranger any more.
              const device = deviceOf(ctx.headers) ?? newDevice();
              ctx.setCookie(deviceCookie, device, deviceCookieAttributes);
              await settle(async () => void (await noteDevice(owner, device)));
            }
            if (caller && !(returned instanceof APIError)) await settle(() => tellChange(ctx, caller, place));
          }),
        },
      ],
    },
  };
}

type Opened = {
  readonly user: { readonly id: string };
  readonly session: { readonly token: string };
};

/** Who signs in anew in a browser leaves no second session behind there. */
async function welcome(
  { user, session }: Opened,
  from: { device: string; former: string | null; place: Place; caller: Caller | null },
): Promise<void> {
  if (from.former && from.former !== session.token) {
    await query("delete from session where token = $1 and user_id = $2", [from.former, user.id]);
  }
  if (!(await noteDevice(user.id, from.device)) || from.caller?.userId === user.id) return;
  if (!(await mayMailNewSignIn(user.id))) return;
  await mailSecurityChange(
    user.id,
    "New sign-in to your account",
    "Somebody signed in to your account with a browser or program that was not used for it before.",
    from.place,
  );
}

async function tellChange(
  { path, body, query: asked }: Asked & { readonly query?: { readonly token?: unknown } | undefined },
  caller: Caller,
  place: Place,
): Promise<void> {
  if (path === "/change-password" && bodySchema.parse(body ?? {}).revokeOtherSessions) {
    await endLogins(caller.userId, { others: null });
  }
  const change = changes[path];
  if (change) await mailSecurityChange(caller.userId, change.subject, change.what, place);
  if (path === "/two-factor/verify-totp") {
    await mailSecurityChange(
      caller.userId,
      "Two-factor sign-in is on",
      "Your account now asks for a code from your authenticator app when it is signed in to with its password.",
      place,
    );
  }
  const changed = path === "/verify-email" ? emailChangeOf(asked?.token) : null;
  if (changed) await mailEmailChanged(caller.userId, changed.email);
  const { newEmail } = bodySchema.parse(body ?? {});
  if (path === "/change-email" && newEmail) {
    await mailEmailChange({ id: caller.userId, name: "", email: caller.email }, newEmail);
  }
}

/** Nothing that goes wrong here keeps anybody out. */
async function settle(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => log.error({ err: error }, "not told after signing in"));
}
