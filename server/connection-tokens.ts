/**
 * Ends tokens before their time (RFC 6749 §4.1.2, RFC 9700 §4.14, RFC 7009): of a whole connection when a
 * code or a refresh token is used by two, of one token when its client gives it back. The connection stands;
 * its app has to ask its user again.
 */
import { database, query, queryWithin } from "#db/client.ts";
import { audit } from "./audit.ts";

export type Reuse = "codeReused" | "refreshTokenReused";

/** Nothing when the connection is gone already. */
export async function callBackTokens(
  connectionId: string,
  reuse: Reuse,
  from: { readonly address: string; readonly userAgent: string | null },
): Promise<void> {
  const db = await database();
  await db.transaction(async (tx) => {
    // A token of this very second must not survive it: `iat` counts whole seconds.
    const [connection] = await queryWithin<{ account_id: string; client_id: string }>(
      tx,
      `update connections set tokens_from = date_trunc('second', now()) + interval '1 second', updated_at = now()
       where id = $1 returning account_id, client_id`,
      [connectionId],
    );
    if (!connection) return;
    await queryWithin(tx, "update credential_access set revision = revision + 1 where credential_id = $1", [
      connectionId,
    ]);
    await queryWithin(tx, "delete from oauth_refresh_token where client_id = $1 and user_id = $2", [
      connection.client_id,
      connection.account_id,
    ]);
    await audit(
      {
        accountId: connection.account_id,
        actor: { kind: "client", id: connection.client_id },
        event: `connections.${reuse}`,
        subjectId: connectionId,
        ...from,
      },
      tx,
    );
  });
}

/** Ends one access token, on the next call in every process. */
export async function endToken(token: {
  id: string;
  connectionId: string;
  expiresAt: number;
}): Promise<void> {
  await query(
    "insert into revoked_tokens (jti, expires_at) values ($1, to_timestamp($2::float8)) on conflict do nothing",
    [token.id, token.expiresAt],
  );
  await query("update credential_access set revision = revision + 1 where credential_id = $1", [
    token.connectionId,
  ]);
}

export type CodeUse = { readonly first: boolean; readonly connectionId: string | null };

/** Notes that a code came. An unknown one is nobody's, and the token endpoint will say so. */
export async function noteCode(codeHash: string): Promise<CodeUse> {
  const again = "update used_codes set reused = true where code_hash = $1 returning connection_id";
  const [before] = await query<{ connection_id: string | null }>(again, [codeHash]);
  if (before) return { first: false, connectionId: before.connection_id };
  const inserted = await query(
    `insert into used_codes (code_hash, expires_at)
     select $1::text, now() + interval '1 day' where exists (select from verification where identifier = $1::text)
     on conflict do nothing returning code_hash`,
    [codeHash],
  );
  if (inserted.length > 0) return { first: true, connectionId: null };
  const [meanwhile] = await query<{ connection_id: string | null }>(again, [codeHash]);
  return { first: meanwhile === undefined, connectionId: meanwhile?.connection_id ?? null };
}

/** Says whose tokens the code gave. True when it came a second time meanwhile. */
export async function noteExchange(codeHash: string, connectionId: string): Promise<boolean> {
  const [row] = await query<{ reused: boolean }>(
    "update used_codes set connection_id = $2 where code_hash = $1 returning reused",
    [codeHash, connectionId],
  );
  return row?.reused ?? false;
}

/** Of a refresh token that was rotated away a moment ago: whether a retry is answered as the first was yet. */
export async function rotationOf(tokenHash: string): Promise<{ answered: boolean } | null> {
  const [row] = await query<{ answered: boolean }>(
    `select rotation_replay_response is not null as answered from oauth_refresh_token
     where token = $1 and rotated_at is not null and rotation_replay_expires_at > now()`,
    [tokenHash],
  );
  return row ?? null;
}

/** The connection of a refresh token that was rotated away longer ago than a retry takes, or null. */
export async function connectionOfReused(tokenHash: string): Promise<string | null> {
  const [row] = await query<{ id: string }>(
    `select c.id from oauth_refresh_token t join connections c on c.client_id = t.client_id and c.account_id = t.user_id
     where t.token = $1 and t.rotated_at is not null and coalesce(t.rotation_replay_expires_at, t.rotated_at) < now()`,
    [tokenHash],
  );
  return row?.id ?? null;
}
