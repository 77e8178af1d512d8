/**
 * The parts that the installation stands on, each looked at by whichever process does so first and kept in
 * the database, so that "since when" outlives processes and is the same for all of them.
 */
import { connection, query } from "#db/client.ts";
import { env } from "#env";
import { embed, embeddingModel } from "./embedding.ts";
import { ApiError } from "./errors.ts";
import { log } from "./log.ts";
import { getRateLimiter } from "./rate-limit.ts";

export const parts = ["database", "limits", "queue", "mail", "embeddings"] as const;
type Part = (typeof parts)[number];
/** `slow`: works, but somebody waits. */
export const partStateNames = ["ok", "slow", "down"] as const;
type Found = { readonly state: (typeof partStateNames)[number]; readonly detail: string };

type PartState = Found & {
  readonly part: Part;
  readonly since: Date;
  readonly checkedAt: Date;
};

const slowDatabaseMs = 250;
const longWaitSeconds = 300;
/** Asking an embedding provider costs: it is asked less often than the parts of our own. */
const freshSeconds: Record<Part, number> = { database: 5, limits: 5, queue: 5, mail: 5, embeddings: 60 };
const sweptSeconds: Record<Part, number> = { database: 60, limits: 60, queue: 60, mail: 60, embeddings: 600 };
const probeMs = 5_000;

const checks: Record<Part, () => Promise<Found>> = {
  database: checkDatabase,
  limits: checkLimits,
  queue: checkQueue,
  mail: checkMail,
  embeddings: checkEmbeddings,
};

/** For whoever looks now. */
export function readHealth(): Promise<PartState[]> {
  return look(freshSeconds);
}

/** While nobody looks, so that "since" is no older than a minute. */
export async function sweepHealth(): Promise<void> {
  await look(sweptSeconds);
}

async function look(goodForSeconds: Record<Part, number>): Promise<PartState[]> {
  const known = new Map((await readStates()).map((row) => [row.part, row]));
  const due = parts.filter((part) => {
    const checkedAt = known.get(part)?.checkedAt.getTime() ?? 0;
    return Date.now() - checkedAt >= goodForSeconds[part] * 1000;
  });
  await Promise.all(due.map(check));
  return due.length > 0 ? readStates() : [...known.values()];
}

async function check(part: Part): Promise<void> {
  const found = await checks[part]().catch((error: unknown): Found => {
    log.warn({ err: error, part }, "a part could not be looked at");
    return { state: "down", detail: "It could not be looked at; the server's log says why." };
  });
  await query(
    `insert into part_states as p (part, state, detail) values ($1, $2, $3)
     on conflict (part) do update set state = excluded.state, detail = excluded.detail, checked_at = now(),
       since = case when p.state = excluded.state then p.since else now() end`,
    [part, found.state, found.detail],
  );
}

async function readStates(): Promise<PartState[]> {
  const rows = await query<Found & { part: Part; since: string | Date; checked_at: string | Date }>(
    "select part, state, detail, since, checked_at from part_states where part = any($1::text[]) order by array_position($1::text[], part)",
    [`{${parts.join(",")}}`],
  );
  return rows.map(({ since, checked_at, ...row }) => ({
    ...row,
    since: new Date(since),
    checkedAt: new Date(checked_at),
  }));
}

async function checkDatabase(): Promise<Found> {
  const { kind } = await connection();
  const begun = performance.now();
  const [row] = await query<{ bytes: number | string }>(
    "select pg_database_size(current_database()) as bytes",
  );
  const tookMs = Math.round(performance.now() - begun);
  const name = kind === "pglite" ? "The embedded database" : "PostgreSQL";
  const size = `${Math.ceil(Number(row?.bytes ?? 0) / 1024 / 1024).toLocaleString("en-US")} MB`;
  if (tookMs > slowDatabaseMs)
    return { state: "slow", detail: `${name} took ${tookMs} ms to answer. ${size}.` };
  return { state: "ok", detail: `${name} answers. It holds ${size}.` };
}

async function checkLimits(): Promise<Found> {
  const { store } = getRateLimiter().status();
  if (store === "insurance") {
    return {
      state: "down",
      detail: "Redis does not answer: each process holds its share of every limit in memory until it does.",
    };
  }
  const where =
    store === "redis" ? "in Redis, for all processes together" : "in the memory of this one process";
  return { state: "ok", detail: `Limits are kept ${where}.` };
}

async function checkQueue(): Promise<Found> {
  const [row] = await query<{ waiting: number; reading: number; failed: number; seconds: number | null }>(
    `select count(*) filter (where state = 'queued')::int as waiting,
       count(*) filter (where state = 'processing')::int as reading,
       count(*) filter (where state = 'failed' and updated_at > now() - interval '1 day')::int as failed,
       extract(epoch from now() - min(updated_at) filter (where state = 'queued'))::int as seconds
     from documents where state in ('queued', 'processing', 'failed')`,
  );
  const { waiting = 0, reading = 0, failed = 0, seconds = null } = row ?? {};
  const figures = `${waiting} documents wait, ${reading} are being read, ${failed} failed in the last day.`;
  const stuck = seconds !== null && seconds > longWaitSeconds && reading === 0;
  if (stuck) return { state: "down", detail: `Nothing is being read. ${figures}` };
  if (seconds !== null && seconds > longWaitSeconds) {
    return { state: "slow", detail: `The first of the queue waits for ${minutes(seconds)}. ${figures}` };
  }
  return { state: "ok", detail: figures };
}

async function checkMail(): Promise<Found> {
  const [row] = await query<{ waiting: number; tried: number; seconds: number | null }>(
    `select count(*)::int as waiting, count(*) filter (where attempts > 1)::int as tried,
       extract(epoch from now() - min(created_at))::int as seconds from mails`,
  );
  const { waiting = 0, tried = 0, seconds = null } = row ?? {};
  const where = env.SMTP_URL
    ? "Mail goes out by SMTP."
    : "No mail server is set: mail is kept in the outbox folder.";
  if (tried > 0 && seconds !== null) {
    const detail = `${waiting} mails wait, the first for ${minutes(seconds)}; the mail server refused or did not answer.`;
    return { state: seconds > longWaitSeconds ? "down" : "slow", detail };
  }
  return { state: "ok", detail: `${where} ${waiting} wait.` };
}

async function checkEmbeddings(): Promise<Found> {
  const begun = performance.now();
  const model = embeddingModel();
  const signal = AbortSignal.timeout(probeMs);
  const [vector] = await embed(["granite"], signal).catch((error: unknown) => {
    if (error instanceof ApiError || signal.aborted) return [null];
    throw error;
  });
  if (Array.isArray(vector)) {
    return { state: "ok", detail: `${model} answers, in ${Math.round(performance.now() - begun)} ms.` };
  }
  return {
    state: "down",
    detail: `${model} does not answer: documents wait, and searches go by words alone.`,
  };
}

function minutes(seconds: number): string {
  const whole = Math.round(seconds / 60);
  return whole < 120 ? `${whole} minutes` : `${Math.round(whole / 60)} hours`;
}
