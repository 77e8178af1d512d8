/**
 * Logins: a bearer token for e-mail and password, for programs that know no OAuth. A login is a connection
 * with all of its user's rights: it is listed among them, and ended there, by /auth/jwt/logout or by a new
 * password, on the next call in every process. Its refresh token is good once (RFC 9700 §4.14.2).
 */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { query } from "#db/client.ts";
import { env } from "#env";
import { connectionClaim, resource, restResource } from "./access-token.ts";
import { notBanned } from "./accounts.ts";
import { audit } from "./audit.ts";
import { endLogins } from "./disconnect.ts";
import { fastApiRefusal } from "./errors.ts";
import { newId } from "./ids.ts";
import { scopes } from "./operations.ts";
import { hashKey } from "./principal.ts";
import { seal, unseal } from "./secret.ts";
import { signAccessToken } from "./signing-keys.ts";

/** Of a login that is not used; each refresh begins it anew. As long as a browser stays signed in. */
const loginSeconds = 30 * 24 * 3600;

/** A client that lost the answer may send the same refresh token again for so long. */
const retrySeconds = 30;

const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  /** Unix seconds. */
  issuedAt: z.int(),
});

export type LoginTokens = {
  readonly access_token: string;
  readonly refresh_token: string;
  /** Seconds. */
  readonly expires_in: number;
};

export type From = { readonly address: string; readonly userAgent: string | null };

export async function openLogin(accountId: string, from: From): Promise<LoginTokens> {
  const id = newId("login");
  const tokens = await issue(id, accountId);
  await query(
    `with login as (
       insert into connections (id, account_id, client_id, name, login, scopes, expires_at, tokens_from)
       values ($1, $2, $1, $3, true, array(select jsonb_array_elements_text($4::text::jsonb)),
         now() + make_interval(secs => $5::int), to_timestamp($7::float8))
       returning id, expires_at
     )
     insert into login_refresh_tokens (token_hash, connection_id, expires_at)
     select $6::text, id, expires_at from login`,
    [
      id,
      accountId,
      programOf(from.userAgent),
      JSON.stringify(Object.keys(scopes)),
      loginSeconds,
      hashKey(tokens.refresh_token),
      tokens.issuedAt,
    ],
  );
  return answerOf(tokens, env.ACCESS_TOKEN_SECONDS);
}

type Stored = {
  connection_id: string;
  account_id: string;
  rotated: boolean;
  retried: boolean;
  answer: string | null;
};

const storedToken = `
  select t.connection_id, c.account_id, t.answer, t.rotated_at is not null as rotated,
    coalesce(t.rotated_at > now() - interval '${retrySeconds} seconds', false) as retried
  from login_refresh_tokens t join connections c on c.id = t.connection_id join "user" u on u.id = c.account_id
  where t.token_hash = $1 and t.expires_at > now() and c.paused_at is null and c.expires_at > now() and ${notBanned}`;

/** @throws ApiError refresh_bad_token; a token that comes after its time ends the login */
export async function refreshLogin(refreshToken: string, from: From): Promise<LoginTokens> {
  const hash = hashKey(refreshToken);
  const [stored] = await query<Stored>(storedToken, [hash]);
  if (!stored) throw fastApiRefusal("refresh_bad_token");
  if (stored.rotated) return answerAgain(stored, from);
  const tokens = await issue(stored.connection_id, stored.account_id);
  const rotated = await query(
    `with rotated as (
       update login_refresh_tokens set rotated_at = now(), answer = $2 where token_hash = $1 and rotated_at is null
       returning connection_id
     ), kept as (
       update connections c set expires_at = now() + make_interval(secs => $3::int), updated_at = now()
       from rotated where c.id = rotated.connection_id returning c.id, c.expires_at
     )
     insert into login_refresh_tokens (token_hash, connection_id, expires_at)
     select $4::text, id, expires_at from kept returning token_hash`,
    [hash, seal(JSON.stringify(tokens)), loginSeconds, hashKey(tokens.refresh_token)],
  );
  if (rotated.length > 0) return answerOf(tokens, env.ACCESS_TOKEN_SECONDS);
  // Another process refreshed with it meanwhile, or the login was ended.
  const [now] = await query<Stored>(storedToken, [hash]);
  if (!now) throw fastApiRefusal("refresh_bad_token");
  return answerAgain(now, from);
}

async function answerAgain(stored: Stored, from: From): Promise<LoginTokens> {
  if (stored.retried && stored.answer) {
    const tokens = tokensSchema.parse(JSON.parse(unseal(stored.answer)));
    const age = Math.floor(Date.now() / 1000) - tokens.issuedAt;
    return answerOf(tokens, Math.max(0, env.ACCESS_TOKEN_SECONDS - age));
  }
  const { connection_id: id, account_id: accountId } = stored;
  const ended = await endLogins(accountId, { one: id });
  if (ended.length > 0) {
    const actor = { kind: "connection", id } as const;
    await audit({ accountId, actor, event: "logins.refreshTokenReused", subjectId: id, ...from });
  }
  throw fastApiRefusal("refresh_bad_token");
}

async function issue(loginId: string, accountId: string): Promise<z.output<typeof tokensSchema>> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const accessToken = await signAccessToken({
    sub: accountId,
    aud: [resource, restResource],
    client_id: loginId,
    scope: Object.keys(scopes).join(" "),
    [connectionClaim]: loginId,
    iat: issuedAt,
    exp: issuedAt + env.ACCESS_TOKEN_SECONDS,
    jti: newId("jti"),
  });
  return { access_token: accessToken, refresh_token: randomBytes(32).toString("base64url"), issuedAt };
}

function answerOf(tokens: z.output<typeof tokensSchema>, expires_in: number): LoginTokens {
  const { access_token, refresh_token } = tokens;
  return { access_token, refresh_token, expires_in };
}

/** `python-httpx/0.28.1`, as its owner will see it: nothing that could pass for other words of the page. */
function programOf(userAgent: string | null): string {
  const plain = userAgent?.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "").trim() || "A program";
  return plain.length > 80 ? `${plain.slice(0, 79)}…` : plain;
}
