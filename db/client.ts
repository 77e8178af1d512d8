/**
 * The database: PGlite in DATA_DIR, or PostgreSQL by DATABASE_URL, migrated before first use. Opened
 * lazily once a process and kept on globalThis, since Next bundles a second copy of this module into the
 * same process. `query` is for hot statements: on PostgreSQL they are prepared once a connection.
 */
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { vector } from "@electric-sql/pglite-pgvector";
import { sql } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import { drizzle as drizzlePostgres } from "drizzle-orm/postgres-js";
import { migrate as migratePostgres } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { ConfigurationError, env } from "#env";
import { lockFolder } from "./folder-lock.ts";

export type Database = PgDatabase<PgQueryResultHKT>;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

export type Connection = {
  readonly db: Database;
  readonly kind: "pglite" | "postgres";
  /** The driver itself, for what must share the database: the job queue. */
  readonly driver: { pglite: PGlite } | { postgres: postgres.Sql; url: string };
  /** Runs one statement with `$1` parameters. bigint comes as number, times as the driver gives them. */
  query<Row>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
};

/** Compiled files of .next stand elsewhere than the sources, so the folder is found from the process. */
const migrationsFolder = join(process.cwd(), "db/migrations");
/** Any constant: names the lock under which one process migrates while others wait. */
const migrationLock = 7_315_011;
/** Between two tries to connect again. */
const longestBackoffSeconds = 0.5;

const slot: { [key: symbol]: Promise<Connection> | undefined } = globalThis as never;
const key = Symbol.for("fltr.database");

/** The process's connection, opened and migrated at first use; a failed opening is tried again. */
export function connection(): Promise<Connection> {
  if (env.NEXT_PHASE === "phase-production-build") {
    throw new Error("The database must not be opened while building.");
  }
  slot[key] ??= open().catch((error: unknown) => {
    slot[key] = undefined;
    throw error;
  });
  return slot[key];
}

export async function database(): Promise<Database> {
  return (await connection()).db;
}

export async function query<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  return (await connection()).query<Row>(text, parameters);
}

/** As `query`, inside of a transaction: parameters stand as `$1` in the text. */
export async function queryWithin<Row>(
  tx: Transaction,
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const parts = text.split(/\$(\d+)/);
  const bound = parts.map((part, index) =>
    index % 2 === 0 ? sql.raw(part) : sql`${parameters[Number(part) - 1]}`,
  );
  const result: unknown = await tx.execute(sql.join(bound));
  // postgres.js answers an array, PGlite an object that has it.
  return (Array.isArray(result) ? result : (result as { rows: Row[] }).rows) as Row[];
}

export async function closeDatabase(): Promise<void> {
  const opened = slot[key];
  slot[key] = undefined;
  await (await opened)?.close();
}

/** Puts a connection in place of the one the environment names: tests bring their own database. */
export function replaceConnection(opened: Connection): void {
  slot[key] = Promise.resolve(opened);
}

function open(): Promise<Connection> {
  return env.DATABASE_URL ? openPostgres(env.DATABASE_URL) : openPglite(join(env.DATA_DIR, "db"));
}

/** `folder` is created when missing; without one the database lives in memory. */
export async function openPglite(folder?: string, loadDataDir?: Blob): Promise<Connection> {
  const unlock = folder ? lockFolder(folder) : () => {};
  try {
    const client = await PGlite.create({
      ...(folder ? { dataDir: join(folder, "pglite") } : {}),
      ...(loadDataDir ? { loadDataDir } : {}),
      extensions: { btree_gin, pg_trgm, vector },
    });
    const db = drizzlePglite(client);
    await migratePglite(db, { migrationsFolder });
    return {
      db,
      kind: "pglite",
      driver: { pglite: client },
      query: async <Row>(text: string, parameters: readonly unknown[] = []) =>
        (await client.query<Row>(text, [...parameters])).rows,
      close: async () => {
        await client.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

export async function openPostgres(url: string, pool = env.DATABASE_POOL): Promise<Connection> {
  const client = postgres(url, {
    max: pool,
    connect_timeout: 10,
    // Calls wait for it: the driver's own grows to 20 seconds, also after PostgreSQL is back.
    backoff: (retries) => Math.min(2 ** retries / 100, longestBackoffSeconds),
    onnotice: () => {},
    // Statements here are short; compiling one costs more than it saves.
    connection: { application_name: "fltr", jit: "off" },
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  });
  try {
    await migrateUnderLock(client);
  } catch (error) {
    await client.end({ timeout: 1 });
    throw unusable(url, error);
  }
  return {
    db: drizzlePostgres(client),
    kind: "postgres",
    driver: { postgres: client, url },
    query: async <Row>(text: string, parameters: readonly unknown[] = []) => {
      const rows = await client.unsafe(text, parameters as never[], { prepare: true });
      return rows as unknown as Row[];
    },
    close: () => client.end({ timeout: 5 }),
  };
}

/** Several processes may boot at once: one migrates, the rest wait for its lock and find nothing to do. */
async function migrateUnderLock(client: postgres.Sql): Promise<void> {
  const lock = await client.reserve();
  try {
    await lock`select pg_advisory_lock(${migrationLock})`;
    await demandExtensions(lock);
    await migratePostgres(drizzlePostgres(client), { migrationsFolder });
    await lock`select pg_advisory_unlock(${migrationLock})`;
  } finally {
    lock.release();
  }
}

const extensions = {
  btree_gin: "it is part of PostgreSQL's contrib package",
  pg_trgm: "it is part of PostgreSQL's contrib package",
  vector:
    "install pgvector 0.7 or newer (postgresql-NN-pgvector on Debian), or run the image pgvector/pgvector",
};

/** What the first migrations create; a later pgvector than the installed one is the operator's to update. */
async function demandExtensions(client: postgres.Sql): Promise<void> {
  const rows = await client<{ name: string }[]>`
    select name from pg_available_extensions where name in ${client(Object.keys(extensions))}`;
  for (const [name, remedy] of Object.entries(extensions)) {
    if (rows.some((row) => row.name === name)) continue;
    throw new ConfigurationError(`The PostgreSQL of DATABASE_URL lacks the extension ${name}: ${remedy}.`);
  }
}

function unusable(url: string, error: unknown): unknown {
  const { host, pathname } = new URL(url);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^(E[A-Z]+|CONNECT_TIMEOUT|CONNECTION_\w+|28\w{3}|3D000|57P03)$/.test(code)) {
    const why = error instanceof Error && error.message ? error.message : code;
    return new ConfigurationError(`DATABASE_URL cannot be used (${host}${pathname}): ${why}.`);
  }
  return error;
}
