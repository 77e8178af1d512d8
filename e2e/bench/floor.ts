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
import { embedLexically, lexicalHash } from "#server/lexical-hash.ts";
import { slidingWindowScript } from "#server/rate-limit-script.ts";
import { parametersOf } from "#server/search/query.ts";
import { searchStatement, valuesOf } from "#server/search/statement.ts";
import { floorCharge, withoutSearch } from "./floor-charge.ts";

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
  const [account] = await sql.unsafe(floorCharge, [key, priceCredits, randomUUID()], { prepare: true });
  if (!account) return void response.writeHead(402).end();
  const hits = url.pathname === withoutSearch ? [] : await search(url, account.id);
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

function search(url: URL, accountId: string) {
  const access = { allDatasets: true, callsPerHour: null, addresses: [] };
  const reader = { kind: "apiKey", accountId, credentialId: "", access } as const;
  const query = url.searchParams.get("query") ?? "";
  const vector = { model: lexicalHash.model, vector: embedLexically(query) };
  const parameters = parametersOf({ datasetId: url.pathname.slice(1), reader, query, depth: 11 }, vector);
  return sql.unsafe(searchStatement, valuesOf(parameters), { prepare: true });
}
