import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: [
    "./db/schema/auth.ts",
    "./db/schema/mail.ts",
    "./db/schema/oauth.ts",
    "./db/schema/access.ts",
    "./db/schema/audit.ts",
    "./db/schema/ledger.ts",
    "./db/schema/receipts.ts",
    "./db/schema/documents.ts",
    "./db/schema/vectors.ts",
    "./db/schema/sources.ts",
    "./db/schema/endpoints.ts",
    "./db/schema/golden.ts",
    "./db/schema/billing.ts",
    "./db/schema/usage.ts",
    "./db/schema/users.ts",
    "./db/schema/pauses.ts",
    "./db/schema/geocoding.ts",
    "./db/schema/installation.ts",
  ],
  out: "./db/migrations",
});
