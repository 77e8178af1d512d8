/**
 * The address of an export: signed, for one account, good for a short while, and answered only to a browser
 * where that account is signed in.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { env } from "#env";
import { deriveSecret } from "../secret.ts";

const goodForSeconds = 15 * 60;

export const exportPath = "/api/export/";

export function exportLink(accountId: string, nowMs = Date.now()): { url: string; expiresAt: string } {
  const expiresAtMs = nowMs + goodForSeconds * 1000;
  const told = Buffer.from(JSON.stringify([accountId, expiresAtMs])).toString("base64url");
  return {
    url: `${env.appUrl}${exportPath}${told}.${sign(told)}`,
    expiresAt: new Date(expiresAtMs).toISOString(),
  };
}

/** Whose export it is; null for a link that was made up or has expired. */
export function accountOfLink(link: string): string | null {
  const [told = "", signature = ""] = link.split(".");
  const right = Buffer.from(sign(told));
  const given = Buffer.from(signature);
  if (right.length !== given.length || !timingSafeEqual(right, given)) return null;
  const [accountId, expiresAtMs]: [string, number] = JSON.parse(
    Buffer.from(told, "base64url").toString("utf8"),
  );
  return expiresAtMs > Date.now() ? accountId : null;
}

function sign(told: string): string {
  return createHmac("sha256", deriveSecret("export")).update(told).digest("base64url");
}
