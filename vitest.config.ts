import { defineConfig } from "vitest/config";

const databaseUrl = process.env.TEST_DATABASE_URL || null;
const redisUrl = process.env.TEST_REDIS_URL || null;

const shared = {
  environment: "node" as const,
  globalSetup: ["server/testing/scratch-folder.ts"],
  setupFiles: ["server/testing/no-console-error.ts", "server/testing/own-redis.ts"],
  // Tests name the address they call from in X-Forwarded-For.
  env: {
    NODE_ENV: "test" as const,
    LOG_LEVEL: "silent",
    TRUSTED_PROXY_HOPS: "1",
    DATA_DIR: ".test/data",
    REQUIRE_VERIFIED_EMAIL: "off",
    PASSWORD_CHECK_URL: "off",
  },
  testTimeout: 150_000,
  hookTimeout: 120_000,
  restoreMocks: true,
  unstubEnvs: true,
};

const pglite = {
  test: {
    ...shared,
    name: "pglite",
    include: ["*.test.ts", "{app,db,server}/**/*.test.{ts,tsx}"],
    provide: { store: "pglite" as const, databaseUrl: null, redisUrl: null },
  },
};

// The same tests where calls really run at once: PGlite has a single connection and hides races.
const postgres = {
  test: {
    ...shared,
    name: "postgres",
    include: ["{app,db,server}/**/*.integration.test.ts"],
    provide: { store: "postgres" as const, databaseUrl, redisUrl },
  },
};

export default defineConfig({
  test: {
    allowOnly: false,
    // Each file has its own PGlite of about 500 MB.
    maxWorkers: 2,
    projects: databaseUrl === null ? [pglite] : [pglite, postgres],
  },
});
