/**
 * Everything that is kept of an account, as one JSON document in pieces: lists are read a page at a time and
 * documents one at a time, so that memory does not grow with what there is. No secrets: of keys and sessions
 * only what describes them.
 */
import { query } from "#db/client.ts";

const pageRows = 200;

type List = {
  readonly name: string;
  /** A statement of `$1` the account, `$2` the last row's key or null, `$3` rows: in the order of `key`. */
  readonly select: string;
  readonly key: string;
  readonly rows?: number;
};

const after = (column: string, kind = "text") => `($2::text is null or ${column} > $2::${kind})`;

const lists: readonly List[] = [
  {
    name: "sessions",
    key: "id",
    select: `select id, created_at, updated_at, expires_at, ip_address as address, user_agent from session
      where user_id = $1 and ${after("id")} order by id limit $3::int`,
  },
  {
    name: "passkeys",
    key: "id",
    select: `select id, name, device_type, created_at from passkey where user_id = $1 and ${after("id")} order by id limit $3::int`,
  },
  {
    name: "linkedSites",
    key: "id",
    select: `select id, provider_id as provider, account_id, created_at from account
      where user_id = $1 and provider_id <> 'credential' and ${after("id")} order by id limit $3::int`,
  },
  {
    name: "keys",
    key: "id",
    select: `select id, name, start, enabled, permissions, created_at, expires_at, last_request as last_used_at from apikey
      where reference_id = $1 and ${after("id")} order by id limit $3::int`,
  },
  {
    name: "connections",
    key: "id",
    select: `select c.id, c.name, c.client_id, c.scopes, c.created_at, c.expires_at, c.paused_at, c.last_used_at,
        a.all_datasets, a.calls_per_hour, a.addresses,
        array(select d.dataset_id from credential_datasets d where d.credential_id = c.id) as datasets
      from connections c left join credential_access a on a.credential_id = c.id
      where c.account_id = $1 and ${after("c.id")} order by c.id limit $3::int`,
  },
  {
    name: "budgets",
    key: "id",
    select: `select credential_id || ':' || period as id, credential_id, period, amount, used from budgets
      where account_id = $1 and ${after("credential_id || ':' || period")} order by 1 limit $3::int`,
  },
  {
    name: "datasets",
    key: "id",
    select: `select * from datasets where owner_id = $1 and ${after("id")} order by id limit $3::int`,
  },
  {
    name: "documents",
    key: "id",
    // A text may have megabytes.
    rows: 1,
    select: `select d.id, d.dataset_id, d.title, d.format, d.external_id, d.metadata, d.state, d.reason, d.version,
        d.size_bytes, d.created_at, d.updated_at, d.text
      from documents d join datasets s on s.id = d.dataset_id
      where s.owner_id = $1 and ${after("d.id")} order by d.id limit $3::int`,
  },
  {
    name: "receipts",
    key: "id",
    select: `select id, credential_kind, credential_id, operation, query, hits, outcome, credits_charged, created_at from receipts
      where account_id = $1 and ${after("id")} order by id limit $3::int`,
  },
  {
    name: "entries",
    key: "seq",
    select: `select seq, kind, delta, balance_after, reason, created_at from entries
      where account_id = $1 and ${after("seq", "bigint")} order by seq limit $3::int`,
  },
  {
    name: "payments",
    key: "id",
    select: `select id, pack_id, credits, price_cents, currency, paid_at, refunded_cents, created_at from payments
      where account_id = $1 and ${after("id")} order by id limit $3::int`,
  },
  {
    name: "audit",
    key: "seq",
    select: `select seq, event, actor_kind, actor_id, subject_id, detail, address, user_agent, created_at from audit_events
      where account_id = $1 and ${after("seq", "bigint")} order by seq limit $3::int`,
  },
];

type Row = Record<string, unknown>;

export async function* exportOf(accountId: string): AsyncGenerator<string> {
  const [profile] = await query<Row>(
    `select id, name, email, email_verified, role, created_at, two_factor_enabled as two_factor from "user" where id = $1`,
    [accountId],
  );
  yield `{"exportedAt":${JSON.stringify(new Date().toISOString())},"profile":${JSON.stringify(camelCased(profile ?? {}))}`;
  for (const list of lists) {
    yield `,\n${JSON.stringify(list.name)}:[`;
    let separator = "";
    for await (const row of rowsOf(list, accountId)) {
      yield `${separator}${JSON.stringify(camelCased(row))}`;
      separator = ",\n";
    }
    yield "]";
  }
  yield "}\n";
}

async function* rowsOf({ select, key, rows = pageRows }: List, accountId: string): AsyncGenerator<Row> {
  let last: string | null = null;
  for (;;) {
    const page: Row[] = await query<Row>(select, [accountId, last, rows]);
    yield* page;
    const final = page.at(-1);
    if (!final || page.length < rows) return;
    last = String(final[key]);
  }
}

function camelCased(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      value,
    ]),
  );
}
