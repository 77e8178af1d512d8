/** A PostgreSQL database of a journey's own, on the servers of the test run (bin/test.mjs starts them). */
import { randomBytes } from "node:crypto";
import postgres from "postgres";

export async function createDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const url = serverUrl("TEST_DATABASE_URL");
  const name = `e2e_${randomBytes(6).toString("hex")}`;
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}

export function serverUrl(name: "TEST_DATABASE_URL" | "TEST_REDIS_URL"): URL {
  const url = URL.parse(process.env[name] ?? "");
  if (!url) throw new Error(`${name} is not set: run node bin/test.mjs e2e`);
  return url;
}
