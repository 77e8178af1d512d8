/**
 * Browsers that signed in to an account before (OWASP, "Slow Down Online Guessing Attacks with Device
 * Cookies"). One that did has tries of its own, so that strangers who guess do not keep the owner out, and
 * one that did not is told to him. A program keeps no cookies: it is known by its name and address.
 */
import { createHash, randomBytes } from "node:crypto";
import { query } from "#db/client.ts";
import { env } from "#env";
import { deriveSecret } from "./secret.ts";

export const deviceCookie = env.appUrl.startsWith("https:") ? "__Host-fltr.device" : "fltr.device";
const cookieSeconds = 400 * 24 * 3600;
const shape = /^[\w-]{43}$/;

export const deviceCookieAttributes = {
  httpOnly: true,
  secure: env.appUrl.startsWith("https:"),
  sameSite: "lax",
  path: "/",
  maxAge: cookieSeconds,
} as const;

export function newDevice(): string {
  return randomBytes(32).toString("base64url");
}

/** The secret in the browser's cookie; null without one. */
export function deviceOf(headers: Headers | undefined): string | null {
  for (const part of headers?.get("cookie")?.split(/; */) ?? []) {
    const [name, value = ""] = part.split("=", 2);
    if (name === deviceCookie && shape.test(value)) return value;
  }
  return null;
}

/** The cookie of a program, which only this installation can make. @param address as limits count it */
export function programDevice(userAgent: string | null, address: string): string {
  return `${deviceCookie}=${deriveSecret(JSON.stringify(["program", userAgent, address]))}`;
}

export function hashDevice(device: string): string {
  return createHash("sha256").update(device).digest("base64url");
}

/** Whether it signed in to the account of this e-mail address before; asked alike where there is none. */
export async function isKnownDevice(device: string, email: string): Promise<boolean> {
  const rows = await query(
    `select 1 from known_devices d join "user" u on u.id = d.account_id where d.device_hash = $1 and u.email = $2`,
    [hashDevice(device), email],
  );
  return rows.length > 0;
}

/** Answers whether it is new to an account that knows others. */
export async function noteDevice(accountId: string, device: string): Promise<boolean> {
  const [noted] = await query<{ is_new: boolean }>(
    `with others as (select count(*) as n from known_devices where account_id = $1 and device_hash <> $2)
     insert into known_devices (account_id, device_hash) values ($1, $2)
     on conflict (account_id, device_hash) do update set last_seen_at = now()
     returning (xmax = 0 and (select n from others) > 0) as is_new`,
    [accountId, hashDevice(device)],
  );
  return noted?.is_new ?? false;
}
