/**
 * The loop breaker: an agent that makes the identical call again within a minute is answered as before and
 * pays nothing, and one that does not stop is paused for that call until its owner resumes it. A kept answer
 * is of one credential with its rights as they were, sealed, and given only while what it read is unchanged
 * and still readable; a credential that was revoked is refused before.
 */
import { createHmac } from "node:crypto";
import { query } from "#db/client.ts";
import { audit } from "./audit.ts";
import { readableSql, restrictedTo } from "./dataset-access.ts";
import { ApiError } from "./errors.ts";
import { newId } from "./ids.ts";
import { log } from "./log.ts";
import { type OperationId, operation } from "./operations.ts";
import type { Principal } from "./principal.ts";
import { countedSeconds, getRepeatStore, type Seen } from "./repeat-store.ts";
import { deriveSecret, seal, unseal } from "./secret.ts";

/** Identical calls within ten minutes; the next one is paused. */
export const mostRepeats = 10;
const pausedSeconds = 3_600;
const largestAnswer = 256 * 1024;

/** Reading is what loops repeat; where the caller stands and what there is may well be asked again. */
export function isBroken(id: OperationId): boolean {
  const { priceCredits, kind, readOnly } = operation(id);
  return id === "documents.read" || (priceCredits > 0 && (kind === "query" || readOnly === true));
}

export type KeptAnswer = { readonly output: unknown; readonly receiptId: string };

export type Repeat = { readonly key: string; readonly seen: Seen };

/** Null: the store is away, and the call is like any other. */
export async function countCall(
  principal: Principal,
  id: OperationId,
  input: unknown,
): Promise<Repeat | null> {
  const key = keyOf(principal, id, input);
  try {
    return { key, seen: await getRepeatStore().count(key) };
  } catch (error) {
    warn(error);
    return null;
  }
}

function keyOf({ kind, credentialId, rights, scopes }: Principal, id: OperationId, input: unknown): string {
  const call = JSON.stringify([kind, credentialId, rights.access, scopes, id, sorted(input)]);
  return createHmac("sha256", deriveSecret("repeats")).update(call).digest("base64url");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => [name, sorted(field)]);
}

/** @throws ApiError call_paused, from the call after `mostRepeats` on */
export async function refusePaused(
  principal: Principal,
  id: OperationId,
  { key, seen }: Repeat,
): Promise<void> {
  if (!seen.paused && seen.times <= mostRepeats) return;
  if (!seen.paused) await pause(principal, id, key, seen.times);
  throw new ApiError(
    "call_paused",
    `Paused: this identical call was made ${mostRepeats} times within ${countedSeconds / 60} minutes, and its answer has not changed. Use the answer you have, or ask something else; other calls work.`,
    { repeats: seen.times },
  );
}

async function pause(principal: Principal, id: OperationId, key: string, repeats: number): Promise<void> {
  const { accountId, kind, credentialId } = principal;
  try {
    await getRepeatStore().pause(key, pausedSeconds);
    const pauseId = newId("pause");
    // Several processes may come here at once with one call: it is told of once.
    const made = await query(
      `insert into call_pauses (id, account_id, credential_kind, credential_id, operation, call_key, repeats, expires_at)
       select $1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8::int)
       where not exists (select from call_pauses where account_id = $2 and call_key = $6 and resumed_at is null and expires_at > now())
       returning id`,
      [pauseId, accountId, kind, credentialId, id, key, repeats, pausedSeconds],
    );
    if (made.length === 0) return;
    // A login is one of the connections.
    const actor = { kind: kind === "apiKey" ? kind : ("connection" as const), id: credentialId };
    await audit({
      accountId,
      actor,
      event: "calls.pause",
      subjectId: credentialId,
      detail: { operation: id, repeats },
    });
  } catch (error) {
    warn(error);
  }
}

/** What the call was answered a moment ago, if that is still true. */
export async function keptAnswer(
  principal: Principal,
  input: unknown,
  { seen }: Repeat,
): Promise<KeptAnswer | null> {
  if (seen.answer === null) return null;
  const kept = JSON.parse(unseal(seen.answer)) as KeptAnswer;
  return (await isStillTrue(principal, input, kept.receiptId)) ? kept : null;
}

/**
 * The receipt tells when the answer was read and from which texts: none may have been replaced, taken away
 * or withdrawn since, and no document of the datasets asked may be newer.
 */
const stillTrue = `
  select r.id from receipts r
  where r.id = $1::text and r.account_id = $2::text and r.credential_id = $3::text and r.created_at > now() - interval '10 minutes'
    and not exists (
      select from jsonb_array_elements(r.hits) as hit
      where not exists (
        select from datasets join documents d on d.dataset_id = datasets.id
        where datasets.id = hit->>'datasetId' and ${readableSql("$2::text", "$4::text")}
          and d.id = hit->>'documentId' and d.text is not null and d.version = (hit->>'version')::int
      )
    )
    and not exists (
      select from unnest(string_to_array($5::text, E'\\n')) as asked(id)
      where not exists (
        select from datasets where datasets.id = asked.id and ${readableSql("$2::text", "$4::text")}
          and datasets.updated_at < r.created_at
      ) or exists (
        select from documents d where d.dataset_id = asked.id
          and d.updated_at >= r.created_at - make_interval(secs => r.duration_ms / 1000.0)
      )
    )`;

async function isStillTrue(principal: Principal, input: unknown, receiptId: string): Promise<boolean> {
  const { accountId, credentialId } = principal;
  const datasets = [...datasetIdsIn(input)].filter((id) => !/[\n\0]/.test(id)).join("\n");
  const values = [receiptId, accountId, credentialId, restrictedTo(principal), datasets];
  return (await query(stillTrue, values)).length > 0;
}

/** Wherever an input names datasets: of one search, of several, of each in a batch. */
function datasetIdsIn(input: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown, name: string): void => {
    if (typeof value === "string" && /^datasetIds?$/.test(name)) found.add(value);
    else if (Array.isArray(value)) for (const item of value) visit(item, name);
    else if (typeof value === "object" && value !== null) {
      for (const [field, content] of Object.entries(value)) visit(content, field);
    }
  };
  visit(input, "");
  return found;
}

export async function keepAnswer({ key }: Repeat, answer: KeptAnswer): Promise<void> {
  const text = JSON.stringify(answer);
  if (text.length > largestAnswer) return;
  await getRepeatStore().keep(key, seal(text)).catch(warn);
}

function warn(error: unknown): void {
  log.warn({ error: error instanceof Error ? error.name : "unknown" }, "repeated calls are not counted");
}
