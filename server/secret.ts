/**
 * The installation's one secret, from AUTH_SECRET or, embedded, made at first start and kept in DATA_DIR
 * readable by its owner alone. Every other secret is derived from it, so processes agree without storage.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
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

/** AES-256-GCM under a key of this installation: nonce, tag and text in base64url. */
export function seal(text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", sealingKey(), nonce);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
}

/** @throws Error for what this installation did not seal */
export function unseal(sealed: string): string {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", sealingKey(), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}

function sealingKey(): Buffer {
  return Buffer.from(deriveSecret("sealing"), "base64url");
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
