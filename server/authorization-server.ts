/**
 * The authorization server (OAuth 2.1, RFC 8414, RFC 7591, RFC 8628, Client ID Metadata Documents) as a set
 * of Better Auth plugins, and what this installation adds to them: a token is issued within a connection or
 * not at all, and names it. PKCE with S256 is demanded of every client.
 */
import { cimd } from "@better-auth/cimd";
import { fetchClientMetadataResource } from "@better-auth/cimd/node";
import { mcp } from "@better-auth/mcp";
import { extendOAuthProvider, oauthDeviceAuthorization } from "@better-auth/oauth-provider";
import type { BetterAuthPlugin } from "better-auth";
import { APIError } from "better-auth/api";
import { type JwtOptions, jwt } from "better-auth/plugins";
import { z } from "zod";
import { query } from "#db/client.ts";
import { env } from "#env";
import { connectionClaim, issuer, resource, retiredKeySeconds } from "./access-token.ts";
import { notBanned } from "./accounts.ts";
import { noteClientStep } from "./client-steps.ts";
import { offlineAccess, withOfflineAccess } from "./offline-access.ts";
import { scopes } from "./operations.ts";
import { completedRegistration } from "./registration.ts";

/** Signing keys: RS256 alone, made anew after a while, the old ones published until their tokens have expired. */
export const jwtOptions: JwtOptions = {
  jwks: {
    keyPairConfig: { alg: "RS256", modulusLength: 2048 },
    rotationInterval: env.SIGNING_KEY_DAYS * 24 * 3600,
    gracePeriod: retiredKeySeconds,
  },
  jwt: { issuer, audience: resource },
  disableSettingJwtHeader: true,
};

/** Of a connection that is not used; one that is renews itself until the connection expires. */
const refreshTokenSeconds = 365 * 24 * 3600;

/** Plugins cannot be shared by two instances, so they are made anew for each. */
export function authorizationServerPlugins(
  fetchMetadata: MetadataTransport = fetchClientMetadataResource,
): BetterAuthPlugin[] {
  const plugins: readonly unknown[] = [
    jwt(jwtOptions),
    mcp({
      resource,
      loginPage: "/sign-in",
      consentPage: "/consent",
      signup: { page: "/sign-up" },
      scopes: [...Object.keys(scopes), offlineAccess],
      advertisedMetadata: { scopes_supported: [...Object.keys(scopes), offlineAccess] },
      grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      accessTokenExpiresIn: env.ACCESS_TOKEN_SECONDS,
      m2mAccessTokenExpiresIn: env.ACCESS_TOKEN_SECONDS,
      refreshTokenExpiresIn: refreshTokenSeconds,
      // Only for requests that this server signed: what is asked is shown before anything is granted.
      allowPublicClientPrelogin: true,
      clientPrivileges: () => true,
      // Ours count in all processes together.
      rateLimit: {
        token: false,
        authorize: false,
        introspect: false,
        revoke: false,
        register: false,
        userinfo: false,
      },
    }),
    ...(env.CLIENT_METADATA_DOCUMENTS === "on" ? [metadataDocuments(fetchMetadata)] : []),
    oauthDeviceAuthorization({ verificationUri: `${env.appUrl}/device`, expiresIn: "15m", interval: "5s" }),
    connectionClaims(),
  ];
  // Their declarations were not written for exactOptionalPropertyTypes.
  return plugins as BetterAuthPlugin[];
}

/** Only this plugin makes them known, and advertises that. */
function metadataDocuments(fetchMetadata: MetadataTransport) {
  return cimd({
    fetchClientMetadataResource: fetchMetadata,
    metadataProfile: "mcp-2026-07-28",
    onClientCreated: ({ client }) => liftScopes(client.clientId),
    onClientRefreshed: ({ client }) => liftScopes(client.clientId),
  });
}

export type MetadataTransport = typeof fetchClientMetadataResource;

/** What a client may have is decided at consent; a list in its document would only keep it from refreshing. */
async function liftScopes(clientId: string): Promise<void> {
  await query("update oauth_client set scopes = null where client_id = $1", [clientId]);
}

/** Each token names the connection it is issued in. Without one that stands, none is issued. */
function connectionClaims() {
  return {
    id: "fltr-connections",
    init(ctx) {
      extendOAuthProvider(ctx, {
        claims: {
          accessToken: async ({ user, client }) => ({
            [connectionClaim]: await connectionFor(user?.id ?? null, client.clientId),
          }),
        },
      });
    },
  } satisfies BetterAuthPlugin;
}

/** A machine acts for the account that registered it, so it has no user. */
async function connectionFor(userId: string | null, clientId: string): Promise<string> {
  const [row] = await query<{ id: string }>(
    `select c.id from connections c join "user" u on u.id = c.account_id
     where c.client_id = $2 and (c.expires_at is null or c.expires_at > now())
       and ${notBanned}
       and c.account_id = coalesce($1, (select user_id from oauth_client where client_id = $2))`,
    [userId, clientId],
  );
  if (row) return row.id;
  throw new APIError("BAD_REQUEST", {
    error: "invalid_grant",
    error_description: "The connection was ended by its owner or has expired. Ask the user again.",
  });
}

/** Clients leave out what is needed to let them in and to keep them connected; it is added here. */
export async function beforeOAuth(
  path: string,
  { method, query: given, body }: { method?: unknown; query?: unknown; body?: unknown },
) {
  if (path === "/oauth2/register") return { context: { body: completedRegistration(body) } };
  if (path === "/oauth2/authorize") {
    return method === "POST"
      ? { context: { body: await completedRequest(body) } }
      : { context: { query: await completedRequest(given) } };
  }
  return undefined;
}

const requestSchema = z.looseObject({
  client_id: z.string(),
  scope: z.string().optional(),
  resource: z.union([z.string(), z.array(z.string())]).optional(),
});

/**
 * A client that can refresh is taken to want it: the user decides on the consent page how long it stays. No
 * `resource` is this one, the only there is (RFC 8707 §2).
 */
async function completedRequest(given: unknown): Promise<unknown> {
  const { success, data } = requestSchema.safeParse(given);
  if (!success) return given;
  await noteClientStep(data.client_id, "asked");
  await forgetLapsedConsents(data.client_id);
  const [client] = await query<{ refreshes: boolean }>(
    `select coalesce('refresh_token' = any(grant_types), false) and (scopes is null or 'offline_access' = any(scopes)) as refreshes
     from oauth_client where client_id = $1`,
    [data.client_id],
  );
  const scope = data.scope ?? Object.keys(scopes).slice(0, 1).join(" ");
  return {
    ...data,
    // A client that is yet to be known by its document gets no refresh token if that does not name the grant.
    scope: (client?.refreshes ?? true) ? withOfflineAccess(scope) : scope,
    resource: data.resource ?? resource,
  };
}

/** What was consented to counts as long as the connection stands; after that the user is asked anew. */
async function forgetLapsedConsents(clientId: string): Promise<void> {
  await query(
    `delete from oauth_consent o where o.client_id = $1 and not exists (
       select from connections c where c.client_id = o.client_id and c.account_id = o.user_id
         and (c.expires_at is null or c.expires_at > now()))`,
    [clientId],
  );
}
