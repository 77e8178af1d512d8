/**
 * What a client's registration (RFC 7591) leaves out or says in a way that Better Auth refuses, on the way in and
 * out, whichever way it comes: by the app itself or by its user.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { withOfflineAccess } from "./offline-access.ts";

const registrationSchema = z.looseObject({
  redirect_uris: z.array(z.string()).optional(),
  grant_types: z.array(z.string()).optional(),
  application_type: z.string().optional(),
  scope: z.string().optional(),
});
const registeredSchema = z.looseObject({ client_id: z.string(), redirect_uris: z.array(z.string()) });

/**
 * SDK 1 says neither that it is a native application, without which its loopback redirect is refused (RFC
 * 8252 §7.3), nor that it wants `offline_access`, without which it could not refresh. Cursor says "web", whose
 * clients have no address of an app.
 */
export function completedRegistration(body: unknown): unknown {
  const { success, data } = registrationSchema.safeParse(body);
  if (!success) return body;
  const addresses = data.redirect_uris ?? [];
  const native =
    addresses.some(opensApp) || (addresses.some(staysHere) && data.application_type === undefined);
  const refreshes = data.grant_types?.includes("refresh_token") ?? false;
  return {
    ...data,
    ...(data.redirect_uris && { redirect_uris: addresses.map(asAcceptable) }),
    ...(native ? { application_type: "native" } : {}),
    ...(refreshes && data.scope !== undefined ? { scope: withOfflineAccess(data.scope) } : {}),
  };
}

/** The answer as the client wants it, once its own addresses are stored; undefined: it is that already. */
export async function restoredRegistration(answer: unknown): Promise<unknown> {
  const { data: client } = registeredSchema.safeParse(answer);
  const addresses = client?.redirect_uris.map(asWanted);
  if (!client || !addresses || addresses.every((uri, place) => uri === client.redirect_uris[place])) {
    return undefined;
  }
  await query(
    `update oauth_client set redirect_uris = array(select jsonb_array_elements_text($2::text::jsonb))
     where client_id = $1`,
    [client.client_id, JSON.stringify(addresses)],
  );
  return { ...client, redirect_uris: addresses };
}

/** An answer to this address goes to a program on the user's own computer. */
export function staysHere(redirect: string): boolean {
  return /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/?]|$)/i.test(redirect) || !/^https?:/i.test(redirect);
}

/** What a browser opens itself, instead of handing it to an app. */
const browsersOwn =
  /^(https?|wss?|ftp|file|filesystem|data|blob|javascript|vbscript|mailto|about|view-source|chrome|edge):/i;

/** An address of a scheme and a host that an app has for itself: `app://host/path`. */
function opensApp(uri: string): boolean {
  if (browsersOwn.test(uri) || !/^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s]+(\/[^?#*\s]*)?$/i.test(uri)) return false;
  return URL.canParse(uri);
}

/**
 * RFC 8252 §7.1 tells apps to name such a scheme by their domain, and Better Auth lets no other in. Cursor's
 * `cursor://anysphere.cursor-mcp/oauth/callback` is one; such an address passes in the form of one that is.
 */
const passing = "passing.through:/";

function asAcceptable(uri: string): string {
  return opensApp(uri) ? passing + Buffer.from(uri).toString("base64url") : uri;
}

function asWanted(uri: string): string {
  if (!uri.startsWith(passing)) return uri;
  const wanted = Buffer.from(uri.slice(passing.length), "base64url").toString();
  return opensApp(wanted) ? wanted : uri;
}
