/**
 * Better Auth: e-mail and password, passkeys, second factors, other providers, sessions, roles, and the
 * storage of API keys. Built once a process, lazily, since it needs the database. Its own routes for keys and
 * credits stay closed: those are operations, with one implementation behind every door. Its in-process
 * limiter is off: ours counts in all processes.
 */
import { apiKey } from "@better-auth/api-key";
import { passkey } from "@better-auth/passkey";
import { type BetterAuthPlugin, betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { admin, twoFactor } from "better-auth/plugins";
import { database } from "#db/client.ts";
import * as schema from "#db/schema/auth.ts";
import * as oauthSchema from "#db/schema/oauth.ts";
import { env } from "#env";
import { mailAlreadySignedUp, mailPasswordReset, mailVerification } from "./account-mails.ts";
import { hasAdmin, noteSignIn, openAccount } from "./accounts.ts";
import { authorizationServerPlugins, beforeOAuth, type MetadataTransport } from "./authorization-server.ts";
import { addressHeader, entryNotes, judgeEntry } from "./entry.ts";
import { log } from "./log.ts";
import { impersonationSeconds, passwordLength } from "./operations.ts";
import { openIdProvider, socialProviders } from "./providers.ts";
import { restoredRegistration } from "./registration.ts";
import { authSecret, deriveSecret } from "./secret.ts";
import { afterReset, refuseStrangersLink } from "./secret-links.ts";

/** How long the links of mails are good. */
const linkSeconds = 3600;

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
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
      autoSignIn: true,
      requireEmailVerification: env.requireVerifiedEmail,
      resetPasswordTokenExpiresIn: linkSeconds,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, token }) => mailPasswordReset(user, token),
      // What a stranger is answered under a taken address: the fields of a new user, to the letter.
      customSyntheticUser: ({ coreFields, additionalFields, id }) => ({
        ...coreFields,
        role: "user",
        banned: false,
        banReason: null,
        banExpires: null,
        twoFactorEnabled: false,
        ...additionalFields,
        id,
      }),
      onExistingUserSignUp: ({ user }) => mailAlreadySignedUp(user),
      onPasswordReset: ({ user }, request) => afterReset(user.id, request),
    },
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: true,
      // The link proves an address; who opens it is shown by signing in, with whatever else that asks for.
      autoSignInAfterVerification: false,
      expiresIn: linkSeconds,
      sendVerificationEmail: ({ user, url }) => mailVerification(user, url),
    },
    user: { changeEmail: { enabled: true } },
    account: { accountLinking: { requireLocalEmailVerified: true }, encryptOAuthTokens: true },
    socialProviders: socialProviders(),
    verification: { storeIdentifier: { default: "plain", overrides: { "reset-password:": "hashed" } } },
    // How lately somebody proved who he is is judged in auth-caller.ts.
    session: { expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600, freshAge: 0 },
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
    rateLimit: { enabled: false },
    advanced: {
      ipAddress: { ipAddressHeaders: [addressHeader] },
      useSecureCookies: env.appUrl.startsWith("https:"),
      cookiePrefix: "fltr",
      // Said here, since Better Auth would leave it out where NODE_ENV is test.
      disableOriginCheck: false,
    },
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        const { sessionToken } = ctx.context.authCookies;
        const token = await ctx.getSignedCookie(sessionToken.name, ctx.context.secret);
        const caller = await judgeEntry(ctx, token || null);
        if (/^\/(oauth2|device)\//.test(ctx.path)) return beforeOAuth(ctx.path, ctx);
        if (ctx.path === "/verify-email") refuseStrangersLink(ctx.query?.token, caller !== null);
        if (
          ctx.path === "/sign-up/email" &&
          (await needsSetupCode()) &&
          ctx.body?.setupCode !== setupCode()
        ) {
          throw new APIError("FORBIDDEN", {
            code: "SETUP_CODE_REQUIRED",
            message:
              "The first account becomes admin and needs the set-up code that the server printed at start.",
          });
        }
        return { context: { caller } };
      }),
      after: createAuthMiddleware(async (ctx) =>
        ctx.path === "/oauth2/register" ? restoredRegistration(ctx.context.returned) : undefined,
      ),
    },
    databaseHooks: {
      user: { create: { after: async (user) => openAccount(user.id) } },
      session: { create: { after: async (session) => noteSignIn(session) } },
    },
    plugins: [
      admin({ impersonationSessionDuration: impersonationSeconds }),
      twoFactor({
        issuer: "FLTR",
        // Who has no password proves lately who he is instead.
        allowPasswordless: true,
        trustDeviceMaxAge: 30 * 24 * 3600,
      }),
      passkey({
        rpName: "FLTR",
        rpID: new URL(env.appUrl).hostname,
        origin: trustedOrigins(),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        registration: { afterVerification: requireVerifiedUser },
        authentication: { afterVerification: requireVerifiedUser },
        advanced: { webAuthnChallengeCookie: "passkey" },
      }),
      ...typedAsNone([...openIdProvider(), entryNotes()]),
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
      ...typedAsNone(authorizationServerPlugins(metadataTransport)),
    ],
  });
}

/** They add no fields to users and sessions, and a list of any plugins would take the types of all others away. */
function typedAsNone(plugins: BetterAuthPlugin[]): [] {
  return plugins as unknown as [];
}

type Ceremony = {
  readonly verification: {
    readonly registrationInfo?: { readonly userVerified: boolean };
    readonly authenticationInfo?: { readonly userVerified: boolean };
  };
};

/** A passkey stands for password and second factor: it counts only where its device asked who is there. */
async function requireVerifiedUser({ verification }: Ceremony): Promise<void> {
  const { registrationInfo, authenticationInfo } = verification;
  if ((registrationInfo ?? authenticationInfo)?.userVerified) return;
  throw new APIError("UNAUTHORIZED", {
    code: "USER_NOT_VERIFIED",
    message: "This device did not check that it is you. Use one that asks for a PIN, face or fingerprint.",
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
