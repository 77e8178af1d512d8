// npm run bench [-- --quick]: measures the server on a PostgreSQL and a Redis of its own.
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { foreground, main } from "./run.mjs";
import { startServers } from "./servers.mjs";
import { projectEnv, projectNode, root, say } from "./setup.mjs";

await main(async () => {
  say("Starting PostgreSQL and Redis …");
  const servers = await startServers({ durable: true });
  const database = `fltr_bench_${randomBytes(4).toString("hex")}`;
  const admin = postgres(servers.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(`create database ${database}`);
    const url = new URL(servers.databaseUrl);
    url.pathname = `/${database}`;
    const env = projectEnv({ DATABASE_URL: url.href, REDIS_URL: servers.redisUrl });
    const script = fileURLToPath(new URL("../e2e/bench/main.ts", import.meta.url));
    const run = [script, ...process.argv.slice(2)];
    const { code } = await foreground(projectNode(), run, { cwd: root, env });
    return code;
  } finally {
    await admin.unsafe(`drop database if exists ${database} with (force)`);
    await admin.end();
    await servers.stop();
  }
});
