/**
 * The only reader of process.env. Parsed once with zod; what is wrong is told in one line that names
 * the variable. Empty strings count as unset. Embedded mode is what an empty environment gives.
 */
import { createHash } from "node:crypto";
import { z } from "zod";

const text = z.string().trim().min(1);
const whole = (fallback: number, min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int(error).min(min, error).max(max, error).default(fallback);
};

const schema = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  NEXT_PHASE: text.optional(),
  PORT: whole(3000, 0, 65535),
  HOST: text.default("127.0.0.1"),
  APP_URL: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  DATA_DIR: text.default(".data"),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "must look like postgres://user:password@host:5432/name" })
    .optional(),
  DATABASE_POOL: whole(10, 2, 500),
  /** Several, separated by commas, are nodes of one cluster. */
  REDIS_URL: z
    .string()
    .regex(
      /^rediss?:\/\/[^\s,]+(\s*,\s*rediss?:\/\/[^\s,]+)*$/,
      "must look like redis://host:6379, or several with commas for a cluster",
    )
    .optional(),
  /** Signs cookies and derives every other secret; at least 32 characters. */
  AUTH_SECRET: z.string().min(32, "must be at least 32 characters").optional(),
  /** How long an access token is good, of a login or of a connected app. */
  ACCESS_TOKEN_SECONDS: whole(3600, 60, 24 * 3600),
  /** Tokens are signed with a new key after so many days. */
  SIGNING_KEY_DAYS: whole(90, 1, 3650),
  /** A service that speaks Nominatim's /search; the embedded gazetteer alone without one. */
  GEOCODER_URL: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  GEOCODER_TIMEOUT_SECONDS: whole(5, 1, 60),
  /** The static key of an old deployment, kept as its SHA-256, and the e-mail address it stands for. */
  LEGACY_API_KEY: z
    .string()
    .trim()
    .min(16, "must be at least 16 characters")
    .max(200, "must be at most 200 characters")
    .transform((key) => createHash("sha256").update(key).digest("base64url"))
    .optional(),
  LEGACY_API_KEY_USER: z.email({ error: "must be an e-mail address" }).optional(),
  LEGACY_API_KEY_UNTIL: z.iso
    .date({ error: "must be a date such as 2027-01-31" })
    .transform((date) => new Date(`${date}T00:00:00Z`))
    .optional(),
  TRUSTED_PROXY_HOPS: whole(0, 0, 10),
  /** Off where the server cannot fetch from the internet: apps then register by themselves. */
  CLIENT_METADATA_DOCUMENTS: z.enum(["on", "off"]).default("on"),
  RATE_LIMIT_ALLOWLIST: z
    .string()
    .default("")
    .transform((list) => list.split(/[\s,]+/).filter(Boolean)),
  /** Hosts, addresses and ranges that documents may be read from though they are private. */
  FETCH_ALLOWLIST: z
    .string()
    .default("")
    .transform((list) => list.split(/[\s,]+/).filter(Boolean)),
  /** Number of server processes that share the limits; each holds its share while Redis is away. */
  WEB_CONCURRENCY: whole(1, 1, 1024),
  /** A body that brings nothing for so long is given up. */
  BODY_TIMEOUT_SECONDS: whole(30, 1, 3600),
  MAX_UPLOAD_BYTES: whole(20 * 1024 * 1024, 1024, 1024 * 1024 * 1024),
  /** Bearer token for /api/metrics; without one only this machine may read it. */
  METRICS_TOKEN: text.optional(),
  /** Both or neither: payments are off without them. */
  STRIPE_SECRET_KEY: text.optional(),
  STRIPE_WEBHOOK_SECRET: text.optional(),
  /** Another server that speaks Stripe's interface, for tests. */
  STRIPE_API_URL: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  /** An OpenAI-compatible /v1; together with the model. The built-in lexical-hash without them. */
  EMBEDDINGS_URL: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  EMBEDDINGS_MODEL: text.optional(),
  EMBEDDINGS_API_KEY: text.optional(),
  /** Asked of the model where set, and checked in each answer. */
  EMBEDDINGS_DIMENSIONS: whole(0, 1, 16_000).unwrap().optional(),
  /** Texts in one request to the provider, and requests at once of one call. */
  EMBEDDINGS_BATCH_SIZE: whole(32, 1, 2_048),
  EMBEDDINGS_CONCURRENCY: whole(4, 1, 64),
  EMBEDDINGS_TIMEOUT_SECONDS: whole(30, 1, 600),
  /** Where to POST for reranking, in full; none without it. */
  RERANK_URL: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  RERANK_INTERFACE: z.enum(["cohere", "tei"]).default("cohere"),
  RERANK_MODEL: text.optional(),
  RERANK_API_KEY: text.optional(),
  /** How long a search waits for it in all. */
  RERANK_TIMEOUT_SECONDS: whole(5, 1, 60),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: "must look like smtp://user:password@host:587" }).optional(),
  MAIL_FROM: text.optional(),
  /** Off: whoever signs up is in at once, also under an address that is not his. Default: on with SMTP_URL. */
  REQUIRE_VERIFIED_EMAIL: z.enum(["on", "off"]).optional(),
  /** Have I Been Pwned's range interface, which is sent five digits of a password's SHA-1; off: nothing is. */
  PASSWORD_CHECK_URL: z
    .union([
      z.literal("off"),
      z.url({ protocol: /^https?$/, error: "must be an http or https address, or off" }),
    ])
    .default("https://api.pwnedpasswords.com"),
  /** Each pair lets people sign in with that provider; both or neither. */
  GOOGLE_CLIENT_ID: text.optional(),
  GOOGLE_CLIENT_SECRET: text.optional(),
  GITHUB_CLIENT_ID: text.optional(),
  GITHUB_CLIENT_SECRET: text.optional(),
  /** Any other OpenID provider, by its issuer; with a client there. */
  OIDC_ISSUER: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  OIDC_CLIENT_ID: text.optional(),
  OIDC_CLIENT_SECRET: text.optional(),
  /** What the button calls it. */
  OIDC_NAME: text.default("single sign-on"),
  LOG_LEVEL: z.enum(["silent", "fatal", "error", "warn", "info", "debug"]).default("info"),
});

const together = [
  ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"],
  ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
] as const;

const complete = schema
  .refine(({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET }) => !STRIPE_SECRET_KEY === !STRIPE_WEBHOOK_SECRET, {
    path: ["STRIPE_SECRET_KEY"],
    error: "and STRIPE_WEBHOOK_SECRET must be set together",
  })
  .refine(({ LEGACY_API_KEY, LEGACY_API_KEY_USER }) => !LEGACY_API_KEY === !LEGACY_API_KEY_USER, {
    path: ["LEGACY_API_KEY"],
    error: "and LEGACY_API_KEY_USER must be set together",
  })
  .refine((given) => !given.RERANK_URL || given.RERANK_INTERFACE === "tei" || given.RERANK_MODEL, {
    path: ["RERANK_MODEL"],
    error: "must be set with RERANK_URL, unless RERANK_INTERFACE is tei",
  })
  .refine(({ EMBEDDINGS_URL, EMBEDDINGS_MODEL }) => !EMBEDDINGS_URL === !EMBEDDINGS_MODEL, {
    path: ["EMBEDDINGS_URL"],
    error: "and EMBEDDINGS_MODEL must be set together",
  })
  .check(({ value, issues }) => {
    for (const [first, ...others] of together) {
      if ([first, ...others].every((name) => !value[name] === !value[first])) continue;
      const message = `and ${others.join(" and ")} must be set together`;
      issues.push({ code: "custom", input: value[first], path: [first], message });
    }
  });

export type Env = z.output<typeof schema> & {
  /** Public address without a trailing slash. */
  readonly appUrl: string;
  /** PGlite and one process, as opposed to PostgreSQL and any number. */
  readonly embedded: boolean;
  /** Only this machine can reach the server. */
  readonly loopback: boolean;
  /** Nobody signs in before he has shown that his e-mail address is his. */
  readonly requireVerifiedEmail: boolean;
};

/** Thrown for a setting that cannot be used; the message is one line for the operator. */
export class ConfigurationError extends Error {
  override name = "ConfigurationError";
}

export function parseEnv(source: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));
  const parsed = complete.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new ConfigurationError(`Wrong configuration: ${lines.join("; ")}.`);
  }
  const env = parsed.data;
  const appUrl = (env.APP_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, "");
  const isLoopback = (host: string) => /^(127(\.\d+){3}|\[?::1\]?|localhost)$/.test(host);
  return {
    ...env,
    appUrl,
    embedded: env.DATABASE_URL === undefined,
    requireVerifiedEmail: (env.REQUIRE_VERIFIED_EMAIL ?? (env.SMTP_URL ? "on" : "off")) === "on",
    // A public address in front of a server on loopback: a proxy lets others in.
    loopback: isLoopback(env.HOST) && isLoopback(new URL(appUrl).hostname),
  };
}

export const env: Env = parseEnv(process.env);
