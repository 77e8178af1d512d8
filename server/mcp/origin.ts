/**
 * Streamable HTTP, "Security & Endpoint": a request whose Origin is invalid is answered 403, against DNS
 * rebinding, where a page reaches a server it should not by having its own name resolve to it. Credentials
 * count here only as headers that another site's page does not have, so a public server may be called from
 * any site, except by a page that was served under the server's own address and a foreign name. A server
 * that is known by a loopback name alone is for pages of this machine.
 */
import { env } from "#env";
import { ApiError } from "../errors.ts";

/** @throws ApiError origin_not_allowed; programs other than browsers send no Origin */
export function checkOrigin(headers: Headers, appUrl: string = env.appUrl): void {
  const origin = headers.get("origin");
  if (origin === null || isValidOrigin(origin, headers.get("host"), new URL(appUrl))) return;
  throw new ApiError("origin_not_allowed", "This server does not take calls from pages of that origin.");
}

function isValidOrigin(origin: string, host: string | null, own: URL): boolean {
  if (origin === own.origin) return true;
  const page = URL.parse(origin);
  if (!page) return false;
  return isLoopback(own.hostname) ? isLoopback(page.hostname) : page.host !== host;
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|[\w-]+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
