/**
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a retry is answered as the first call was,
 * with one charge, for a day. A key is claimed before the work; a priced call completes it in the statement
 * that captures its charge; a refused call gives it up, so that a retry may succeed. A free call that ended
 * without an answer may have had its effect: the next run makes the same ids (`idFor`) and finds it again.
 * Answers are stored sealed, since one may hold a secret.
 */
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { query } from "#db/client.ts";
import { ApiError, problemOf } from "./errors.ts";
import { newId } from "./ids.ts";
import type { Completion } from "./ledger.ts";
import { holdSeconds, type OperationId, operation } from "./operations.ts";
import { seal, unseal } from "./secret.ts";

/** Longer than a hold lives, so that a run whose claim is taken over can no longer capture. */
const claimSeconds = 2 * holdSeconds;
const keptHours = 24;
const waitMs = 10_000;
const pollMs = 50;

/** What the answer's headers tell, stored with the output. */
type AnswerFields = {
  creditsCharged: number | null;
  creditsRemaining: number | null;
  receiptId: string | null;
};

export type Idempotency = {
  /** Null: the caller sent none. */
  readonly key: string | null;
  /** Keys of one account are unrelated to another's; anonymous callers have none. */
  bind(accountId: string | null): void;
  /**
   * An id for what the call makes: under a key the same in each run of the call, so that a run after a crash
   * can insert it "on conflict do nothing" and read back what is there. `place` tells several apart.
   */
  idFor(prefix: string, place?: number): string;
  /** Whether a run of this very call began before and left no answer: what it did is this call's own. */
  resumed(): boolean;
  /** For the statement that captures the charge of `output`. Null: no key is claimed. */
  completion(output: unknown, told: AnswerFields): Completion | null;
  /** While the call runs on. False: another took the claim over, and this one must not be charged. */
  keepClaim(): Promise<boolean>;
  /**
   * Runs a call, or answers as the first call with this key and input did; then it writes into `answer`
   * what that one told.
   */
  once(
    id: OperationId,
    readInput: () => Promise<unknown>,
    run: (readInput: () => Promise<unknown>) => Promise<unknown>,
    call: { readonly signal: AbortSignal; readonly answer: AnswerFields },
  ): Promise<unknown>;
};

const storedSchema = z.object({
  output: z.unknown(),
  fields: z.object({
    creditsCharged: z.int().nullable(),
    creditsRemaining: z.int().nullable(),
    receiptId: z.string().nullable(),
  }),
});

/** Leaves the chain with the stored answer, before the handler. */
class Replay extends Error {
  readonly stored: z.output<typeof storedSchema>;
  constructor(stored: z.output<typeof storedSchema>) {
    super("answered before");
    this.stored = stored;
  }
}

export function createIdempotency(headers: Headers): Idempotency {
  const key = headers.get("idempotency-key");
  let account: string | null = null;
  let held: Claim | null = null;

  async function begin(id: OperationId, input: unknown): Promise<void> {
    if (key === null || account === null) return;
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new ApiError(
        "invalid_input",
        "Invalid input: Idempotency-Key: 1 to 255 visible ASCII characters.",
      );
    }
    held = await claimKey(account, key, fingerprint(id, input));
  }

  async function finish(output: unknown, told: AnswerFields): Promise<void> {
    if (held === null) return;
    await query(
      `update idempotency_keys set state = 'done', answer = $4
       where account_id = $1 and key = $2 and claim = $3 and state = 'running'`,
      [account, key, held.claim, store(output, told)],
    );
  }

  async function giveUp(): Promise<void> {
    if (held === null) return;
    await query(
      "delete from idempotency_keys where account_id = $1 and key = $2 and claim = $3 and state = 'running'",
      [account, key, held.claim],
    );
  }

  /** Whether it had its effect is not known: the next run may begin at once, and is this call again. */
  async function letLapse(): Promise<void> {
    if (held === null) return;
    await query(
      `update idempotency_keys set claimed_until = now()
       where account_id = $1 and key = $2 and claim = $3 and state = 'running'`,
      [account, key, held.claim],
    );
  }

  async function keepClaim(): Promise<boolean> {
    if (held === null) return true;
    const kept = await query(
      `update idempotency_keys set claimed_until = now() + make_interval(secs => $4::int)
       where account_id = $1 and key = $2 and claim = $3 and state = 'running' returning key`,
      [account, key, held.claim, claimSeconds],
    );
    return kept.length > 0;
  }

  return {
    key,
    keepClaim,
    bind: (accountId) => {
      account = accountId;
    },
    idFor: (prefix, place = 0) =>
      held === null ? newId(prefix) : derivedId(prefix, held, `${account}\n${key}\n${prefix}\n${place}`),
    resumed: () => held?.resumed ?? false,
    completion: (output, told) =>
      key === null || held === null ? null : { key, claim: held.claim, answer: store(output, told) },
    once: async (id, readInput, run, { signal, answer }) => {
      try {
        const output = await run(async () => {
          const input = await readInput();
          await begin(id, input);
          return input;
        });
        // Nobody waits any more. What is free was done and must not be done again; what is priced was
        // released unless the capture came first, and that completed the key itself.
        if (signal.aborted && operation(id).priceCredits > 0) await giveUp();
        else await finish(output, answer);
        return output;
      } catch (error) {
        const replay = error instanceof Error && error.cause instanceof Replay ? error.cause : error;
        if (replay instanceof Replay) {
          Object.assign(answer, replay.stored.fields);
          return replay.stored.output ?? undefined;
        }
        await (isRefusal(error) ? giveUp() : letLapse());
        throw error;
      }
    },
  };
}

/** The call was told no, and nothing was done. Anything else leaves open what was. */
function isRefusal(error: unknown): boolean {
  const refused = error instanceof ApiError || (error instanceof Error && error.cause instanceof ApiError);
  return refused || problemOf(error).status < 500;
}

function store(output: unknown, { creditsCharged, creditsRemaining, receiptId }: AnswerFields): string {
  const fields = { creditsCharged, creditsRemaining, receiptId };
  return seal(JSON.stringify({ output: output ?? null, fields }));
}

/** Null: what is stored was sealed with another AUTH_SECRET, or is of another shape. */
function open(answer: string): z.output<typeof storedSchema> | null {
  try {
    return storedSchema.parse(JSON.parse(unseal(answer)));
  } catch {
    return null;
  }
}

/** `first`: when the first run of the call began, in seconds since 1970, to the microsecond. */
type Claim = { readonly claim: string; readonly first: string; readonly resumed: boolean };

/** In the form of a new id, which begins with its time. */
function derivedId(prefix: string, { first }: Claim, from: string): string {
  const digest = createHash("sha256").update(`${first}\n${from}`).digest("hex").slice(0, 20);
  const random = BigInt(`0x${digest}`).toString(36).padStart(16, "0");
  const firstMs = Math.floor(Number(first) * 1000);
  return `${prefix}_${firstMs.toString(36).padStart(9, "0")}${random}`;
}

type KeyRow = {
  claimed: boolean;
  fingerprint: string;
  state: string;
  answer: string | null;
  first: string;
  resumed: boolean;
};

/**
 * A claim that is taken over expires when the first one would have: that names the call's first run, and
 * ids are made from it. @throws Replay, ApiError idempotency_mismatch, still_running, conflict
 */
async function claimKey(account: string, key: string, print: string): Promise<Claim> {
  const claim = randomUUID();
  for (const deadline = Date.now() + waitMs; ; await sleep(pollMs)) {
    const [row] = await query<KeyRow>(
      `with claimed as (
         insert into idempotency_keys as k (account_id, key, fingerprint, state, claim, claimed_until, expires_at)
         values ($1, $2, $3, 'running', $4, now() + make_interval(secs => $5::int), now() + make_interval(hours => $6::int))
         on conflict (account_id, key) do update set fingerprint = excluded.fingerprint, state = 'running',
           claim = excluded.claim, claimed_until = excluded.claimed_until, answer = null,
           expires_at = case when k.expires_at < now() then excluded.expires_at else k.expires_at end
         where k.expires_at < now()
           or (k.state = 'running' and k.claimed_until < now() and k.fingerprint = excluded.fingerprint)
         returning fingerprint, expires_at - make_interval(hours => $6::int) as first
       )
       select true as claimed, fingerprint, 'running' as state, null as answer,
         extract(epoch from first)::text as first, first < now() as resumed from claimed
       union all
       select false, fingerprint, state, answer, '', false from idempotency_keys
       where account_id = $1 and key = $2 and not exists (select from claimed)`,
      [account, key, print, claim, claimSeconds, keptHours],
    );
    if (row?.claimed) return { claim, first: row.first, resumed: row.resumed };
    if (row && row.fingerprint !== print) {
      throw new ApiError("idempotency_mismatch", "This Idempotency-Key came before with another input.");
    }
    if (row?.state === "done" && row.answer !== null) {
      const stored = open(row.answer);
      if (stored) throw new Replay(stored);
      // Run again it could be charged again, and what it made cannot be shown.
      throw new ApiError(
        "conflict",
        "The call with this Idempotency-Key was carried out, but its answer can no longer be read.",
      );
    }
    if (Date.now() > deadline) {
      throw new ApiError("still_running", "A call with this Idempotency-Key is still running.");
    }
  }
}

function fingerprint(id: OperationId, input: unknown): string {
  const canonical = JSON.stringify(input, (_, value: unknown) => {
    if (value instanceof Uint8Array) return createHash("sha256").update(value).digest("hex");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash("sha256").update(`${id}\n${canonical}`).digest("hex");
}

/** Removes what is older than a day. */
export async function forgetOldKeys(): Promise<void> {
  await query("delete from idempotency_keys where expires_at < now()");
}
