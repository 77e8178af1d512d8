/**
 * Better Auth: e-mail and password, sessions, roles, and the storage of API keys. Built once a process,
 * lazily, since it needs the database. Its own routes for keys and credits stay closed: those are
 * operations, with one implementation behind every door.
 */
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { admin } from "better-auth/plugins";
import { z } from "zod";
import { database } from "#db/client.ts";
import * as schema from "#db/schema/auth.ts";
import * as oauthSchema from "#db/schema/oauth.ts";
import { env } from "#env";
import { hasAdmin, noteSignIn, openAccount } from "./accounts.ts";
import { auditAuth } from "./auth-audit.ts";
import { authorizationServerPlugins, beforeOAuth, type MetadataTransport } from "./authorization-server.ts";
import { endLogins } from "./disconnect.ts";
import { nameField } from "./fields.ts";
import { log } from "./log.ts";
import { authSecret, deriveSecret } from "./secret.ts";

/** Set by the door on every request, so a caller's own header of this name does not count. */
export const addressHeader = "x-fltr-address";

const userName = nameField(100);

/** Shown at start where the server can be reached from elsewhere; every process computes the same one. */
export function setupCode(): string {
  return deriveSecret("set-up code").slice(0, 12);
}

/** True while the first account, the admin's, still has to be made with the set-up code. */
export async function needsSetupCode(): Promise<boolean> {
  return !env.loopback && !(await hasAdmin());
}

/** Both spellings of this machine reach a server that listens on loopback. */
function trustedOrigins(): string[] {
  const url = new URL(env.appUrl);
  if (!["localhost", "127.0.0.1"].includes(url.hostname)) return [url.origin];
  return ["localhost", "127.0.0.1"].map(
    (host) => `${url.protocol}//${host}${url.port ? `:${url.port}` : ""}`,
  );
}

async function buildAuth() {
  return betterAuth({
    appName: "FLTR",
    baseURL: env.appUrl,
    basePath: "/api/auth",
    secret: authSecret(),
    trustedOrigins: trustedOrigins(),
    database: drizzleAdapter(await database(), { provider: "pg", schema: { ...schema, ...oauthSchema } }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      autoSignIn: true,
      onPasswordReset: async ({ user }) => {
        await endLogins(user.id, { others: null });
      },
    },
    session: { expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600 },
    telemetry: { enabled: false },
    logger: {
      level: "error",
      log: (level, message) => log[level]({ from: "auth" }, message),
    },
    onAPIError: {
      onError: (error) => {
        // A refusal is the caller's affair: Better Auth would print each.
        if (!(error instanceof APIError)) log.error({ err: error }, "auth failed");
      },
    },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 600,
      customRules: { "/sign-in/email": { window: 60, max: 30 }, "/sign-up/email": { window: 60, max: 30 } },
    },
    advanced: {
      ipAddress: { ipAddressHeaders: [addressHeader] },
      useSecureCookies: env.appUrl.startsWith("https:"),
      cookiePrefix: "fltr",
      // Said here, since Better Auth would leave it out where NODE_ENV is test.
      disableOriginCheck: false,
    },
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        if (/^\/(oauth2|device)\//.test(ctx.path)) return beforeOAuth(ctx.path, ctx);
        if (ctx.path === "/sign-up/email" || ctx.path === "/update-user") checkName(ctx.body);
        if (ctx.path !== "/sign-up/email" || !(await needsSetupCode())) return;
        if (ctx.body?.setupCode === setupCode()) return;
        throw new APIError("FORBIDDEN", {
          code: "SETUP_CODE_REQUIRED",
          message:
            "The first account becomes admin and needs the set-up code that the server printed at start.",
        });
      }),
      after: createAuthMiddleware(async (ctx) => {
        await auditAuth(ctx, addressHeader);
        const { session, returned } = ctx.context;
        if (ctx.path !== "/change-password" || !ctx.body?.revokeOtherSessions) return;
        if (session && !(returned instanceof APIError)) await endLogins(session.user.id, { others: null });
      }),
    },
    databaseHooks: {
      user: { create: { after: async (user) => openAccount(user.id) } },
      session: { create: { after: async (session) => noteSignIn(session) } },
    },
    plugins: [
      admin(),
      apiKey({
        defaultPrefix: "fltr_",
        defaultKeyLength: 48,
        startingCharactersConfig: { shouldStore: true, charactersLength: 12 },
        rateLimit: { enabled: false },
        maximumNameLength: 100,
        requireName: true,
        keyExpiration: { minExpiresIn: 1, maxExpiresIn: 3650 },
        enableSessionForAPIKeys: false,
      }),
      // Typed as nothing: they add no fields to users and sessions.
      ...(authorizationServerPlugins(metadataTransport) as unknown as []),
    ],
  });
}

function checkName(body: unknown): void {
  const { error } = z.object({ name: userName.optional() }).safeParse(body);
  if (!error) return;
  throw new APIError("BAD_REQUEST", {
    code: "INVALID_NAME",
    message: `Invalid name: ${error.issues[0]?.message ?? "not a text"}.`,
  });
}

export type Auth = Awaited<ReturnType<typeof buildAuth>>;

let metadataTransport: MetadataTransport | undefined;

const slot: { [key: symbol]: Promise<Auth> | undefined } = globalThis as never;
const key = Symbol.for("fltr.auth");

export function getAuth(): Promise<Auth> {
  slot[key] ??= buildAuth().catch((error: unknown) => {
    slot[key] = undefined;
    throw error;
  });
  return slot[key];
}

/** For tests, which put another database under the process, and other hosts under the transport. */
export function resetAuth(transport?: MetadataTransport): void {
  slot[key] = undefined;
  metadataTransport = transport;
}
