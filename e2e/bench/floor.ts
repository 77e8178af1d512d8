/**
 * The floor: the least that an authenticated, limited and charged search can cost by hand, with nothing of
 * the product but its limiter's script, its search statement and its shape of hits. No sessions, no scopes,
 * no validation, no release, no receipt.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { Result } from "ioredis";
import { Redis } from "ioredis";
import postgres from "postgres";
import { slidingWindowScript } from "#server/rate-limit-script.ts";
import { parseQuery } from "#server/search/query.ts";
import { searchStatement } from "#server/search/statement.ts";

declare module "ioredis" {
  interface RedisCommander<Context> {
    floorTakeLimits(keyCount: number, ...keysThenArgs: (string | number)[]): Result<number[], Context>;
  }
}

const priceCredits = 10;
const limit = { points: 10_000, windowMs: 3_600_000 };

const redis = new Redis(process.env.REDIS_URL ?? "");
redis.defineCommand("floorTakeLimits", { lua: slidingWindowScript() });
const sql = postgres(process.env.DATABASE_URL ?? "", {
  max: Number(process.env.DATABASE_POOL ?? 10),
  types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
});

/** Money of its own: the product's ledger must still add up afterwards. */
await sql.unsafe(`
  create table floor_accounts as select id, 1000000000::bigint as balance, 0::bigint as seq from credit_accounts;
  alter table floor_accounts add primary key (id);
  create table floor_entries (
    account_id text not null, seq bigint not null, delta bigint not null, balance_after bigint not null,
    call text not null, created_at timestamptz not null default now(), primary key (account_id, seq)
  )`);

const charge = `
  with acc as materialized (
    select a.id, a.balance, a.seq from apikey k join floor_accounts a on a.id = k.reference_id
    where k.key = $1 and k.enabled for update of a
  ), debited as (
    update floor_accounts a set balance = a.balance - $2::bigint, seq = a.seq + 1
    from acc where a.id = acc.id and acc.balance >= $2::bigint returning a.id, a.balance, a.seq
  ), entered as (
    insert into floor_entries (account_id, seq, delta, balance_after, call)
    select id, seq, -$2::bigint, balance, $3::text from debited
  )
  select id, balance from debited`;

createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  const key = createHash("sha256").update(String(request.headers["x-api-key"])).digest("base64url");
  const [used = 0, , retryMs] = await redis.floorTakeLimits(
    1,
    `floor:{${key}}`,
    limit.windowMs,
    limit.points,
    1,
  );
  if (retryMs !== 0) return void response.writeHead(429).end();
  const [account] = await sql.unsafe(charge, [key, priceCredits, randomUUID()], { prepare: true });
  if (!account) return void response.writeHead(402).end();
  const { words, phrases, unfinished } = parseQuery(url.searchParams.get("query") ?? "");
  const parameters = [
    url.pathname.slice(1),
    account.id,
    words.join("\n"),
    phrases.join("\n"),
    unfinished,
    10,
  ];
  const hits = await sql.unsafe(searchStatement, parameters, { prepare: true });
  const body = JSON.stringify({ hits, creditsCharged: priceCredits });
  response
    .writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      "X-RateLimit-Remaining": limit.points - used,
      "X-Credits-Remaining": account.balance,
    })
    .end(body);
}).listen(Number(process.env.PORT), "127.0.0.1");
