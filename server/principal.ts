/**
 * Who is calling: API key (X-API-Key, or as a bearer token), browser session, or nobody. Credentials are
 * read from the database with one indexed statement; nothing revoked is served. A key's account may be
 * remembered so that a priced call saves that statement, because its hold checks the credential again.
 */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { query } from "#db/client.ts";
import { openAccount } from "./accounts.ts";
import { getAuth } from "./auth.ts";
import { log } from "./log.ts";
import { type CallerKind, type Role, roles, type Scope, scopes } from "./operations.ts";

export type Principal = {
  readonly kind: Exclude<CallerKind, "anonymous">;
  readonly accountId: string;
  /** Of the key or the session; never the secret. */
  readonly credentialId: string;
  readonly scopes: readonly Scope[];
  readonly role: Role;
  /** Role, permissions and overrides as stored: a hold checks that they are still the same. */
  readonly rights: Rights;
  /** Points that an admin set for this account, by the limit's name. */
  readonly overrides: Readonly<Record<string, number>>;
  /** As of identification; decides the balance multiplier alone. */
  readonly balance: number;
};

type Rights = {
  readonly role: string | null;
  readonly permissions: string | null;
  readonly overrides: string | null;
};

export type Identity =
  | { readonly principal: Principal; readonly rejected: false }
  /** Nobody, or somebody whose credential was not accepted. */
  | { readonly principal: null; readonly rejected: boolean };

export const keyPrefix = "fltr_";

/** Stored form of an API key, as Better Auth's api-key plugin hashes it. */
export function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}

const overridesOfUser =
  "(select json_object_agg(o.name, o.points order by o.name)::text from limit_overrides o where o.account_id = u.id)";

/**
 * What must be true of a credential at the moment it is used, as SQL over the user `u`; the ledger's hold
 * repeats it. Parameters: $1 kind, $2 id of the credential.
 */
export const usableCredential = `
  select u.id as account_id, u.role, k.permissions, ${overridesOfUser} as overrides
  from apikey k join "user" u on u.id = k.reference_id
  where $1 = 'apiKey' and k.id = $2 and k.enabled and (k.expires_at is null or k.expires_at > now())
    and not (coalesce(u.banned, false) and (u.ban_expires is null or u.ban_expires > now()))
  union all
  select u.id, u.role, null, ${overridesOfUser}
  from session s join "user" u on u.id = s.user_id
  where $1 = 'session' and s.id = $2 and s.expires_at > now()
    and not (coalesce(u.banned, false) and (u.ban_expires is null or u.ban_expires > now()))`;

function withRights(rights: Rights) {
  return {
    rights,
    role: roles.find((known) => known === rights.role) ?? "user",
    scopes: rights.permissions === null ? allScopes : scopesOf(rights.permissions),
    overrides: rights.overrides === null ? {} : overridesSchema.parse(JSON.parse(rights.overrides)),
  };
}

const allScopes = Object.keys(scopes) as Scope[];

const overridesSchema = z.record(z.string(), z.int());
const permissionsSchema = z.object({ scope: z.array(z.enum(Object.keys(scopes) as [Scope, ...Scope[]])) });

function scopesOf(permissions: string): readonly Scope[] {
  try {
    return permissionsSchema.parse(JSON.parse(permissions)).scope;
  } catch {
    return [];
  }
}

const nobody: Identity = { principal: null, rejected: false };
const rejected: Identity = { principal: null, rejected: true };

const remembered = new LRUCache<string, Principal>({ max: 10_000, ttl: 60_000 });

/** Forgets a principal whose hold was refused because its credential changed. */
export function forget(principal: Principal): void {
  for (const [hash, known] of remembered.entries()) {
    if (known.credentialId === principal.credentialId) remembered.delete(hash);
  }
}

export type IdentifyOptions = {
  /** False where cookies do not count: at the MCP door, and on requests from another site. */
  readonly sessions: boolean;
  /** Accept what was remembered: only where a later statement checks the credential again. */
  readonly remember: boolean;
};

export function keyOf(headers: Headers): string | null {
  const header = headers.get("x-api-key");
  if (header !== null) return header.trim();
  const bearer = headers.get("authorization")?.match(/^Bearer +(\S+)\s*$/i)?.[1];
  return bearer ?? (headers.has("authorization") ? "" : null);
}

export async function identify(headers: Headers, options: IdentifyOptions): Promise<Identity> {
  const key = keyOf(headers);
  if (key !== null) return identifyKey(key, options.remember);
  if (!options.sessions || !headers.has("cookie")) return nobody;
  return identifySession(headers);
}

/** True when this process lately accepted the key: such a caller is not held up by its neighbours' guesses. */
export function isRemembered(headers: Headers): boolean {
  const key = keyOf(headers);
  return key !== null && isKeyShaped(key) && remembered.has(hashKey(key));
}

function isKeyShaped(key: string): boolean {
  return key.startsWith(keyPrefix) && key.length <= 200;
}

type KeyRow = {
  credential_id: string;
  account_id: string;
  role: string | null;
  permissions: string | null;
  overrides: string | null;
  balance: number | null;
};

async function identifyKey(key: string, mayRemember: boolean): Promise<Identity> {
  if (!isKeyShaped(key)) return rejected;
  const hash = hashKey(key);
  const known = mayRemember ? remembered.get(hash) : undefined;
  if (known) return { principal: known, rejected: false };
  const [row] = await query<KeyRow>(
    `select k.id as credential_id, u.id as account_id, u.role, k.permissions, ${overridesOfUser} as overrides, a.balance
     from apikey k join "user" u on u.id = k.reference_id left join credit_accounts a on a.id = u.id
     where k.key = $1 and k.enabled and (k.expires_at is null or k.expires_at > now())
       and not (coalesce(u.banned, false) and (u.ban_expires is null or u.ban_expires > now()))`,
    [hash],
  );
  if (!row) {
    remembered.delete(hash);
    return rejected;
  }
  if (row.balance === null) await openAccount(row.account_id);
  noteUse(row.credential_id);
  const principal: Principal = {
    kind: "apiKey",
    accountId: row.account_id,
    credentialId: row.credential_id,
    ...withRights(row),
    balance: row.balance ?? 0,
  };
  remembered.set(hash, principal);
  return { principal, rejected: false };
}

async function identifySession(headers: Headers): Promise<Identity> {
  const auth = await getAuth();
  const found = await auth.api.getSession({ headers, query: { disableRefresh: true } });
  if (!found) return nobody;
  const [row] = await query<Omit<Rights, "permissions"> & { balance: number | null }>(
    `select u.role, ${overridesOfUser} as overrides, a.balance from "user" u left join credit_accounts a on a.id = u.id
     where u.id = $1 and not (coalesce(u.banned, false) and (u.ban_expires is null or u.ban_expires > now()))`,
    [found.user.id],
  );
  if (!row) return nobody;
  if (row.balance === null) await openAccount(found.user.id);
  const principal: Principal = {
    kind: "session",
    accountId: found.user.id,
    credentialId: found.session.id,
    ...withRights({ ...row, permissions: null }),
    balance: row.balance ?? 0,
  };
  return { principal, rejected: false };
}

const lastNoted = new LRUCache<string, true>({ max: 10_000, ttl: 30_000 });

/** Last use is shown to the owner, to about half a minute, without a write on every call. */
function noteUse(keyId: string): void {
  if (lastNoted.has(keyId)) return;
  lastNoted.set(keyId, true);
  query("update apikey set last_request = now() where id = $1", [keyId]).catch((error: unknown) => {
    log.warn({ keyId, error: error instanceof Error ? error.name : "unknown" }, "last use not noted");
  });
}
