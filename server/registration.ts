/**
 * Answers `/oauth2/register` (RFC 7591) beside what Better Auth does: apps on a computer, Cursor among them, are
 * called back at addresses such as `cursor://anysphere.cursor-mcp/oauth/callback`. RFC 8252 §7.1 tells them to
 * name a scheme by their domain, which Better Auth demands; they don't, and it would let none of them in.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { json } from "./http.ts";

const bodySchema = z.looseObject({ redirect_uris: z.array(z.string()).min(1) });
const clientSchema = z.looseObject({ client_id: z.string(), redirect_uris: z.array(z.string()) });

/** What a browser opens itself, instead of handing it to an app. */
const browsersOwn =
  /^(https?|wss?|ftp|file|filesystem|data|blob|javascript|vbscript|mailto|about|view-source|chrome|edge):/i;
const standIn = (place: number) => `stand.in:/${place}`;

/** `dispatch` asks Better Auth, with another body or the same. */
export async function answerRegistration(
  body: Uint8Array<ArrayBuffer>,
  dispatch: (body: Uint8Array<ArrayBuffer>) => Promise<Response>,
): Promise<Response> {
  const metadata = metadataIn(body);
  if (!metadata?.redirect_uris.some(opensApp)) return dispatch(body);
  const wanted = metadata.redirect_uris;
  const acceptable = {
    ...metadata,
    // Cursor says "web", whose clients have no such addresses.
    application_type: "native",
    redirect_uris: wanted.map((uri, place) => (opensApp(uri) ? standIn(place) : uri)),
  };
  const response = await dispatch(new TextEncoder().encode(JSON.stringify(acceptable)));
  if (!response.ok) return response;
  const client = clientSchema.parse(await response.json());
  await query(
    `update oauth_client set redirect_uris = array(select jsonb_array_elements_text($2::text::jsonb))
     where client_id = $1`,
    [client.client_id, JSON.stringify(wanted)],
  );
  return json({ ...client, redirect_uris: wanted }, response.status);
}

function metadataIn(body: Uint8Array): z.output<typeof bodySchema> | null {
  try {
    return bodySchema.safeParse(JSON.parse(new TextDecoder().decode(body))).data ?? null;
  } catch {
    return null;
  }
}

/** An address of a scheme and a host that an app has for itself: `app://host/path`. */
function opensApp(uri: string): boolean {
  if (browsersOwn.test(uri) || !/^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s]+(\/[^?#*\s]*)?$/i.test(uri)) return false;
  return URL.canParse(uri);
}
