/**
 * Who is calling: API key (X-API-Key, or as a bearer token), access token of a connection or a login (RFC
 * 6750), browser session, or nobody. Credentials are read from the database with one indexed statement; nothing revoked is
 * served. Who a key or token stands for may be remembered so that a priced call saves that statement,
 * because its hold checks the credential again.
 */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { query } from "#db/client.ts";
import { type AccessToken, looksLikeToken, verifyAccessToken } from "./access-token.ts";
import { notBanned, openAccount } from "./accounts.ts";
import { getAuth } from "./auth.ts";
import { ensureLegacyKey, isLegacyKey } from "./legacy-key.ts";
import { log } from "./log.ts";
import { type CallerKind, type Role, roles, type Scope, scopes } from "./operations.ts";
import { provenAt } from "./session-proof.ts";

export type Principal = {
  readonly kind: Exclude<CallerKind, "anonymous">;
  readonly accountId: string;
  /** Of the key, the connection, the login or the session; never the secret. */
  readonly credentialId: string;
  readonly scopes: readonly Scope[];
  readonly role: Role;
  /** Role, permissions and overrides as stored: a hold checks that they are still the same. */
  readonly rights: Rights;
  /** Points that an admin set for this account, by the limit's name. */
  readonly overrides: Readonly<Record<string, number>>;
  /** As of identification; decides the balance multiplier alone. */
  readonly balance: number;
  /** Least that a budget of the credential had left then; null without one. */
  readonly budgetLeft: number | null;
  readonly access: Access;
  /** Unix time in ms when this proof ends, a token's expiry or a retired secret's; null: with the credential. */
  readonly validUntil: number | null;
  /** Of a session: the admin who sits there in the owner's place. */
  readonly actingAdminId: string | null;
  /** Of a session: Unix time in ms when who sits there last proved who he is. */
  readonly provenAt: number | null;
};

/** What the owner gave this key or connection of the account. */
type Access = {
  /** False: only the datasets granted to the credential, whoever owns them. */
  readonly allDatasets: boolean;
  readonly callsPerHour: number | null;
  /** Addresses and ranges it may be used from; empty: any. */
  readonly addresses: readonly string[];
};

type Rights = {
  readonly role: string | null;
  readonly permissions: string | null;
  readonly overrides: string | null;
  /** With the revision that every change of the grant raises. */
  readonly access: string | null;
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

const accessOf = (credential: string) =>
  `(select json_build_object('allDatasets', g.all_datasets, 'callsPerHour', g.calls_per_hour, 'addresses', g.addresses, 'revision', g.revision)::text from credential_access g where g.credential_id = ${credential})`;

const budgetLeftOf = (credential: string) =>
  `(select min(b.amount - case when b.period_start < budget_period_start(b.period) then 0 else b.used end)::float8 from budgets b where b.credential_id = ${credential})`;

const usableKey = "k.enabled and (k.expires_at is null or k.expires_at > now())";
const usableConnection = "c.paused_at is null and (c.expires_at is null or c.expires_at > now())";

/**
 * What must be true of a credential at the moment it is used, as SQL over the user `u`; the ledger's hold
 * repeats it. Parameters: $1 kind, $2 id of the credential.
 */
export const usableCredential = `
  select u.id as account_id, u.role, k.permissions, ${overridesOfUser} as overrides, ${accessOf("k.id")} as access
  from apikey k join "user" u on u.id = k.reference_id
  where $1 = 'apiKey' and k.id = $2 and ${usableKey} and ${notBanned}
  union all
  select u.id, u.role, to_json(c.scopes)::text, ${overridesOfUser}, ${accessOf("c.id")}
  from connections c join "user" u on u.id = c.account_id
  where $1 = case when c.login then 'login' else 'connection' end and c.id = $2 and ${usableConnection} and ${notBanned}
  union all
  select u.id, u.role, null, ${overridesOfUser}, null
  from session s join "user" u on u.id = s.user_id
  where $1 = 'session' and s.id = $2 and s.expires_at > now() and ${notBanned}`;

function withRights(rights: Rights) {
  return {
    rights,
    role: roles.find((known) => known === rights.role) ?? "user",
    scopes: rights.permissions === null ? allScopes : scopesOf(rights.permissions),
    overrides: rights.overrides === null ? {} : overridesSchema.parse(JSON.parse(rights.overrides)),
    access: rights.access === null ? everything : accessSchema.parse(JSON.parse(rights.access)),
  };
}

const allScopes = Object.keys(scopes) as Scope[];
const everything: Access = { allDatasets: true, callsPerHour: null, addresses: [] };

const overridesSchema = z.record(z.string(), z.int());
const accessSchema = z.object({
  allDatasets: z.boolean(),
  callsPerHour: z.int().nullable(),
  addresses: z.array(z.string()),
});
/** A key's permissions, or the scopes of a connection, which may hold others than ours (offline_access). */
const permissionsSchema = z.union([
  z.object({ scope: z.array(z.string()) }).transform(({ scope }) => scope),
  z.array(z.string()),
]);

function scopesOf(permissions: string): readonly Scope[] {
  try {
    const held = permissionsSchema.parse(JSON.parse(permissions));
    return allScopes.filter((scope) => held.includes(scope));
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
  /** Where the call comes from, to be shown beside a retired key. */
  readonly address: string;
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
  const credential = keyOf(headers);
  if (credential !== null) return identifyCredential(credential, options);
  if (!options.sessions || !headers.has("cookie")) return nobody;
  return identifySession(headers);
}

/** True when this process lately accepted it: such a caller is not held up by its neighbours' guesses. */
export function isRemembered(headers: Headers): boolean {
  const credential = keyOf(headers);
  return credential !== null && isShaped(credential) && recall(hashKey(credential)) !== null;
}

function isShaped(credential: string): boolean {
  return isKeyShaped(credential) || looksLikeToken(credential) || isLegacyKey(credential);
}

function isKeyShaped(key: string): boolean {
  return key.startsWith(keyPrefix) && key.length <= 200;
}

function recall(hash: string): Principal | null {
  const known = remembered.get(hash);
  if (!known || (known.validUntil !== null && known.validUntil <= Date.now())) return null;
  return known;
}

async function identifyCredential(credential: string, options: IdentifyOptions): Promise<Identity> {
  if (!isShaped(credential)) return rejected;
  const hash = hashKey(credential);
  const known = options.remember ? recall(hash) : null;
  if (known) return { principal: known, rejected: false };
  const legacy = isLegacyKey(credential);
  if (legacy) await ensureLegacyKey();
  const principal = await together(hash, async () =>
    isKeyShaped(credential) || legacy
      ? findByKey(hash, options.address)
      : findByToken(await verifyAccessToken(credential)),
  );
  if (!principal) {
    remembered.delete(hash);
    return rejected;
  }
  remembered.set(hash, principal);
  return { principal, rejected: false };
}

const asked = new Map<string, Promise<Principal | null>>();

/**
 * An agent's calls often come several at once: those of one turn of the event loop are one statement, which
 * is sent after the last of them has come, so that nothing revoked before is served.
 */
function together(hash: string, find: () => Promise<Principal | null>): Promise<Principal | null> {
  const known = asked.get(hash);
  if (known !== undefined) return known;
  const found = setImmediate().then(() => {
    asked.delete(hash);
    return find();
  });
  asked.set(hash, found);
  return found;
}

type CredentialRow = Rights & {
  credential_id: string;
  account_id: string;
  balance: number | null;
  budget_left: number | null;
};

type KeyRow = CredentialRow & { retired: boolean; retired_until: number | null };

/** A rotated key answers to its old secret until that one's grace ends. */
async function findByKey(hash: string, address: string): Promise<Principal | null> {
  const [row] = await query<KeyRow>(
    `select k.id as credential_id, u.id as account_id, u.role, k.permissions, ${overridesOfUser} as overrides,
       ${accessOf("k.id")} as access, a.balance, ${budgetLeftOf("k.id")} as budget_left, r.key is not null as retired,
       extract(epoch from r.expires_at)::float8 * 1000 as retired_until
     from apikey k join "user" u on u.id = k.reference_id left join credit_accounts a on a.id = u.id
     left join retired_keys r on r.key = $1 and r.key_id = k.id
     where (k.key = $1 or k.id = (select key_id from retired_keys where key = $1 and expires_at > now()))
       and ${usableKey} and ${notBanned}`,
    [hash],
  );
  if (!row) return null;
  noteUse(row.credential_id, "update apikey set last_request = now() where id = $1", [row.credential_id]);
  if (row.retired) {
    const note = "update retired_keys set last_used_at = now(), last_address = $2 where key = $1";
    noteUse(hash, note, [hash, address]);
  }
  return toPrincipal("apiKey", row, row.retired_until);
}

/** A connection that was ended, paused, has expired or whose tokens were called back serves no token. */
async function findByToken(token: AccessToken | null): Promise<Principal | null> {
  if (!token) return null;
  const [row] = await query<CredentialRow & { login: boolean }>(
    `select c.id as credential_id, c.login, u.id as account_id, u.role, to_json(c.scopes)::text as permissions,
       ${overridesOfUser} as overrides, ${accessOf("c.id")} as access, a.balance,
       ${budgetLeftOf("c.id")} as budget_left
     from connections c join "user" u on u.id = c.account_id left join credit_accounts a on a.id = u.id
     where c.id = $1 and c.client_id = $2 and c.tokens_from <= to_timestamp($3::float8)
       and not exists (select from revoked_tokens where jti = $4) and ${usableConnection} and ${notBanned}`,
    [token.connectionId, token.clientId, token.issuedAt, token.id],
  );
  if (!row) return null;
  noteUse(row.credential_id, "update connections set last_used_at = now() where id = $1", [
    row.credential_id,
  ]);
  const principal = await toPrincipal(row.login ? "login" : "connection", row, token.expiresAt * 1000);
  return { ...principal, scopes: principal.scopes.filter((scope) => token.scopes.includes(scope)) };
}

async function toPrincipal(
  kind: Principal["kind"],
  row: CredentialRow,
  validUntil: number | null,
): Promise<Principal> {
  if (row.balance === null) await openAccount(row.account_id);
  const { role, permissions, overrides, access } = row;
  return {
    kind,
    accountId: row.account_id,
    credentialId: row.credential_id,
    ...withRights({ role, permissions, overrides, access }),
    balance: row.balance ?? 0,
    budgetLeft: row.budget_left,
    validUntil,
    actingAdminId: null,
    provenAt: null,
  };
}

type SessionRow = Pick<Rights, "role" | "overrides"> & {
  balance: number | null;
  impersonated_by: string | null;
  proven_at: number;
};

async function identifySession(headers: Headers): Promise<Identity> {
  const auth = await getAuth();
  const found = await auth.api.getSession({ headers, query: { disableRefresh: true } });
  if (!found) return nobody;
  const [row] = await query<SessionRow>(
    `select u.role, ${overridesOfUser} as overrides, a.balance, s.impersonated_by,
       extract(epoch from ${provenAt})::float8 * 1000 as proven_at
     from session s join "user" u on u.id = s.user_id left join credit_accounts a on a.id = u.id
     where s.id = $1 and ${notBanned}`,
    [found.session.id],
  );
  if (!row) return nobody;
  const credential = { credential_id: found.session.id, account_id: found.user.id };
  const principal = await toPrincipal(
    "session",
    { ...credential, ...row, permissions: null, access: null, budget_left: null },
    null,
  );
  const { impersonated_by: actingAdminId, proven_at: provenAtMs } = row;
  return { principal: { ...principal, actingAdminId, provenAt: provenAtMs }, rejected: false };
}

const lastNoted = new LRUCache<string, true>({ max: 10_000, ttl: 30_000 });

/** Last use is shown to the owner, to about half a minute, without a write on every call. */
function noteUse(what: string, statement: string, parameters: readonly string[]): void {
  if (lastNoted.has(what)) return;
  lastNoted.set(what, true);
  query(statement, parameters).catch((error: unknown) => {
    log.warn({ error: error instanceof Error ? error.name : "unknown" }, "last use not noted");
  });
}
