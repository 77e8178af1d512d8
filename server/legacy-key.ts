/**
 * The one static key of an old deployment, for as long as LEGACY_API_KEY is set: it stands for a named user
 * and is stored among the keys, by its hash like every other, so that limits, credits, receipts and revoking
 * are the same. Each answer to it says that it is going away (RFC 9745, RFC 8594).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { query } from "#db/client.ts";
import { env } from "#env";
import { log } from "./log.ts";
import { scopes } from "./operations.ts";

export const legacyKeyId = "legacy_api_key";

/** 27 November 2026, when keys of this server's own took its place. */
const deprecatedAt = 1_795_737_600;
const logEveryMs = 60_000;

/** Compared in constant time, by hash: the key itself is not kept. */
export function isLegacyKey(credential: string): boolean {
  if (!env.LEGACY_API_KEY || hasEnded()) return false;
  const digest = createHash("sha256").update(credential).digest();
  return timingSafeEqual(digest, Buffer.from(env.LEGACY_API_KEY, "base64url"));
}

function hasEnded(): boolean {
  return env.LEGACY_API_KEY_UNTIL !== undefined && env.LEGACY_API_KEY_UNTIL <= new Date();
}

let stored: Promise<void> | undefined;

/** Stores the key at its first use by this process, for whoever has the e-mail address now. */
export function ensureLegacyKey(): Promise<void> {
  stored ??= storeLegacyKey().catch((error: unknown) => {
    stored = undefined;
    throw error;
  });
  return stored;
}

/** At start. Without the setting the key goes. */
export async function storeLegacyKey(): Promise<void> {
  if (!env.LEGACY_API_KEY || hasEnded()) {
    await query("delete from apikey where id = $1", [legacyKeyId]);
    return;
  }
  const made = await query(
    `insert into apikey (id, name, reference_id, key, enabled, rate_limit_enabled, created_at, updated_at, permissions)
     select $1::text, 'LEGACY_API_KEY', u.id, $2::text, true, false, now(), now(), $3::text from "user" u where u.email = $4
     on conflict (id) do update set reference_id = excluded.reference_id, key = excluded.key,
       enabled = true, permissions = excluded.permissions
     returning id`,
    [
      legacyKeyId,
      env.LEGACY_API_KEY,
      JSON.stringify({ scope: Object.keys(scopes) }),
      env.LEGACY_API_KEY_USER?.toLowerCase(),
    ],
  );
  if (made.length > 0) return;
  stored = undefined;
  log.error("LEGACY_API_KEY is refused: no account has the e-mail address of LEGACY_API_KEY_USER");
}

let loggedAt = 0;

/** Says in the log that somebody still uses it, once a minute, so that its last user is found. */
export function noteLegacyUse(address: string): void {
  if (Date.now() - loggedAt < logEveryMs) return;
  loggedAt = Date.now();
  log.warn({ address }, "LEGACY_API_KEY was used: give its user a key of this server, then unset it");
}

export function deprecationHeaders(): Record<string, string> {
  return {
    Deprecation: `@${deprecatedAt}`,
    ...(env.LEGACY_API_KEY_UNTIL ? { Sunset: env.LEGACY_API_KEY_UNTIL.toUTCString() } : {}),
    Link: `<${env.appUrl}/docs/accounts>; rel="deprecation"; type="text/html"`,
  };
}
