/** What the runner hands to every test file; read with vitest's `inject`. */
import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    readonly store: "pglite" | "postgres";
    /** A PostgreSQL server on which the test may create databases; null on PGlite. */
    readonly databaseUrl: string | null;
    /** A Redis that tests share and may empty; null where limits are kept in memory. */
    readonly redisUrl: string | null;
    /** A folder that all test files of one run share; gone afterwards. */
    readonly scratchFolder: string;
  }
}
