/**
 * Access tokens of connections, logins among them: JWTs of this authorization server for this resource (RFC
 * 9068, RFC 8707), RS256 alone. Checked with the keys of the database, in process. What this file says is only that a token
 * is genuine and in its time: whether its connection still stands is asked of the database on each call.
 */
import { createLocalJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import { query } from "#db/client.ts";
import { env } from "#env";

export const issuer = `${env.appUrl}/api/auth`;
export const resource = `${env.appUrl}/api/mcp`;
/** What else a login's token is for. */
export const restResource = `${env.appUrl}/api/v1`;

/** A retired key is good for so long: until the last token that it signed has expired, with a margin for clocks. */
export const retiredKeySeconds = env.ACCESS_TOKEN_SECONDS + 300;

/** Claim that names the connection. */
export const connectionClaim = "connection";

export type AccessToken = {
  /** `jti` */
  readonly id: string;
  readonly connectionId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
};

/** Longer ones are not ours. */
const maximumLength = 8_192;

export function looksLikeToken(text: string): boolean {
  return text.length <= maximumLength && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

const claimsSchema = z.object({
  jti: z.string(),
  client_id: z.string(),
  scope: z.string(),
  iat: z.int(),
  exp: z.int(),
  [connectionClaim]: z.string(),
  // A token bound to a key (RFC 7800) is no bearer token.
  cnf: z.never().optional(),
});

/** Null for whatever is not a genuine token in its time. */
export async function verifyAccessToken(token: string): Promise<AccessToken | null> {
  if (!looksLikeToken(token)) return null;
  try {
    const { payload } = await jwtVerify(token, signingKey, {
      issuer,
      audience: resource,
      algorithms: ["RS256"],
      typ: "at+jwt",
    });
    const claims = claimsSchema.parse(payload);
    return {
      id: claims.jti,
      connectionId: claims[connectionClaim],
      clientId: claims.client_id,
      scopes: claims.scope.split(" "),
      issuedAt: claims.iat,
      expiresAt: claims.exp,
    };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.core.$ZodError) return null;
    throw error;
  }
}

/**
 * Keys are kept so long. One that is not among them may have been made by another process a moment ago, so
 * it is looked for again: one statement, as a key that nobody knows costs, and limited as that is.
 */
const keptMs = 5 * 60_000;

let known: { at: number; ids: ReadonlySet<string>; find: ReturnType<typeof createLocalJWKSet> } | null = null;
let reading: Promise<void> | null = null;

const signingKey: JWTVerifyGetKey = async (header, token) => {
  if (!known?.ids.has(String(header.kid)) || Date.now() - known.at > keptMs) {
    reading ??= readKeys().finally(() => {
      reading = null;
    });
    await reading;
  }
  if (!known) throw new errors.JWKSNoMatchingKey();
  return known.find(header, token);
};

async function readKeys(): Promise<void> {
  const rows = await query<{ id: string; public_key: string }>(
    `select id, public_key from jwks
     where expires_at is null or expires_at > now() - make_interval(secs => $1::int)`,
    [retiredKeySeconds],
  );
  const keys = rows.map(({ id, public_key }) => ({
    ...z.looseObject({ kty: z.literal("RSA") }).parse(JSON.parse(public_key)),
    kid: id,
    alg: "RS256",
  }));
  known = { at: Date.now(), ids: new Set(rows.map(({ id }) => id)), find: createLocalJWKSet({ keys }) };
}
