/**
 * The installation's one secret, from AUTH_SECRET or, embedded, made at first start and kept in DATA_DIR
 * readable by its owner alone. Every other secret is derived from it, so processes agree without storage.
 */
import { createHmac, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError, env } from "#env";

let remembered: string | undefined;

/** Throws ConfigurationError in scaled mode without AUTH_SECRET: processes would not know each other's cookies. */
export function authSecret(): string {
  if (env.AUTH_SECRET) return env.AUTH_SECRET;
  if (!env.embedded) {
    throw new ConfigurationError(
      "AUTH_SECRET is missing: with DATABASE_URL set it must be given, the same for every process (make one with: openssl rand -base64 32).",
    );
  }
  remembered ??= readOrMake(join(env.DATA_DIR, "secret"));
  return remembered;
}

/** 256 bits in base64url that only this installation can compute for `purpose`. */
export function deriveSecret(purpose: string): string {
  return createHmac("sha256", authSecret()).update(purpose).digest("base64url");
}

function readOrMake(path: string): string {
  const stored = read(path);
  if (stored) return stored;
  mkdirSync(env.DATA_DIR, { recursive: true, mode: 0o700 });
  const mine = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(mine, randomBytes(32).toString("base64url"), { mode: 0o600 });
  try {
    linkSync(mine, path);
  } catch {
    // Another process made it first: its secret is the one that counts.
  } finally {
    unlinkSync(mine);
  }
  const made = read(path);
  if (!made) throw new ConfigurationError(`The secret could not be stored in ${path}.`);
  return made;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch {
    return null;
  }
}
