/**
 * A fresh, migrated database for a test file: PGlite loaded from a snapshot, or on the real server a
 * database of its own. The code under test reaches it as it always does, through #db/client.ts.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { closeDatabase, openPglite, openPostgres, replaceConnection } from "#db/client.ts";
import { closeJobs } from "#server/documents/queue.ts";

/** Call at the top of a test file or a describe block. */
export function setUpTestDatabase(): void {
  let drop = async () => {};

  beforeAll(async () => {
    const serverUrl = inject("databaseUrl");
    if (!serverUrl) {
      replaceConnection(await openPglite(undefined, await migratedSnapshot()));
      return;
    }
    const name = `test_${randomBytes(6).toString("hex")}`;
    const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
    await admin.unsafe(`create database ${name}`);
    drop = async () => {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end();
    };
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    replaceConnection(await openPostgres(url.href));
  }, 240_000);

  afterAll(async () => {
    await closeJobs();
    await closeDatabase();
    await drop();
  }, 120_000);
}

/** Made once a run by whichever test file comes first, then read by the others. */
async function migratedSnapshot(): Promise<Blob> {
  const path = join(inject("scratchFolder"), "migrated.tar");
  const stored = await readFile(path).catch(() => null);
  if (stored) return new Blob([new Uint8Array(stored)]);
  const { driver, close } = await openPglite();
  if (!("pglite" in driver)) throw new Error("openPglite gave another driver");
  const snapshot = await driver.pglite.dumpDataDir("none");
  await close();
  const scratch = join(await mkdtemp(join(inject("scratchFolder"), "snapshot-")), "migrated.tar");
  await writeFile(scratch, Buffer.from(await snapshot.arrayBuffer()));
  await rename(scratch, path);
  return snapshot;
}
