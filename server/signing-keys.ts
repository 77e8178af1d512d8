/**
 * Signs access tokens with the authorization server's keys (RFC 9068, RFC 7517). The newest key signs; one
 * that was retired stays published, and good, until the last token that it signed has expired.
 */
import { resolveSigningKey, signJWT } from "better-auth/plugins";
import { query } from "#db/client.ts";
import { getAuth } from "./auth.ts";
import { jwtOptions } from "./authorization-server.ts";

type Claims = {
  readonly sub: string;
  readonly aud: string[];
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
} & Readonly<Record<string, unknown>>;

export async function signAccessToken(payload: Claims): Promise<string> {
  return signJWT(await signer(), { options: jwtOptions, payload, header: { typ: "at+jwt" } });
}

/** Tokens are signed with a new key from now on. Answers its id. */
export async function rotateSigningKey(): Promise<string> {
  await query("update jwks set expires_at = now() where expires_at is null or expires_at > now()");
  const made = await resolveSigningKey(await signer(), jwtOptions);
  if (!made?.kid) throw new Error("No signing key was made.");
  return made.kid;
}

/** Better Auth types its endpoints' whole context; signing reads this part of it. */
async function signer(): Promise<Parameters<typeof signJWT>[0]> {
  const { $context } = await getAuth();
  return { context: await $context } as Parameters<typeof signJWT>[0];
}
