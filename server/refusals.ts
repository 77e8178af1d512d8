/**
 * Counts what limits refused, so that an owner sees who ran into which. A flood of refusals is what it must
 * survive: they are added up in the process and written every few seconds, one row an hour and cause.
 */
import { query } from "#db/client.ts";
import { log } from "./log.ts";
import type { OperationId } from "./operations.ts";
import type { Principal } from "./principal.ts";

const writeAfterMs = 2_000;
/** Causes that wait to be written; what comes beyond them is not counted. */
const mostWaiting = 10_000;

type Cause = Pick<Principal, "accountId" | "kind" | "credentialId">;
type Waiting = { readonly cause: Cause; readonly limit: string; readonly operation: string; count: number };

const waiting = new Map<string, Waiting>();
let timer: NodeJS.Timeout | undefined;
let writing: Promise<void> = Promise.resolve();

/** `id` null: a request that is no operation. */
export function noteRefusal(cause: Cause, limit: string, id: OperationId | null): void {
  const operation = id ?? "";
  const key = [cause.accountId, cause.kind, cause.credentialId, limit, operation].join(" ");
  const known = waiting.get(key);
  if (known) known.count += 1;
  else if (waiting.size < mostWaiting) waiting.set(key, { cause, limit, operation, count: 1 });
  timer ??= setTimeout(write, writeAfterMs).unref();
}

/** Writes what waits; resolves once it is written, or could not be. */
export function refusalsSettled(): Promise<void> {
  write();
  return writing;
}

function write(): void {
  clearTimeout(timer);
  timer = undefined;
  if (waiting.size === 0) return;
  const rows = [...waiting.values()];
  waiting.clear();
  writing = writing
    .then(() => insert(rows))
    .catch((error: unknown) => log.warn({ err: error }, "counting refusals failed"));
}

async function insert(rows: readonly Waiting[]): Promise<void> {
  const values = rows.map(({ cause: { accountId, kind, credentialId }, limit, operation, count }) => ({
    account_id: accountId,
    limit_name: limit,
    credential_kind: kind,
    credential_id: credentialId,
    operation,
    count,
  }));
  // Sorted, so that two processes that write at once wait for each other rather than for each other's rows.
  await query(
    `insert into refusals as r (account_id, hour, limit_name, credential_kind, credential_id, operation, count, last_at)
     select account_id, date_trunc('hour', now()), limit_name, credential_kind, credential_id, operation, count, now()
     from jsonb_to_recordset($1::text::jsonb) as given(account_id text, limit_name text, credential_kind text,
       credential_id text, operation text, count int)
     where exists (select from credit_accounts a where a.id = account_id)
     order by account_id, limit_name, credential_kind, credential_id, operation
     on conflict (account_id, hour, limit_name, credential_kind, credential_id, operation)
       do update set count = r.count + excluded.count, last_at = excluded.last_at`,
    [JSON.stringify(values)],
  );
}
