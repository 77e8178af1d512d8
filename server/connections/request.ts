/**
 * A request to be connected, as the consent page and the device page show and answer it: an authorization
 * request that this server signed (`oauth_query`), or the user code of a device (RFC 8628 §3.3). An edited,
 * expired or foreign one is refused before anything is shown.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { callAuth } from "../auth-door.ts";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { offlineAccess } from "../offline-access.ts";
import { type Scope, scopes } from "../operations.ts";

export const requestField = z
  .union([
    z.strictObject({ oauthQuery: z.string().min(1).max(8_192) }),
    z.strictObject({ userCode: z.string().trim().min(4).max(20) }),
  ])
  .describe("The signed query of the consent page, or the code that a device shows");

export type RequestField = z.output<typeof requestField>;

export type ConnectionRequest = {
  readonly clientId: string;
  /** Of ours, in the table's order. */
  readonly scopes: readonly Scope[];
  /** It wants to renew itself without the user. */
  readonly offline: boolean;
};

type Caller = Pick<Context, "headers" | "exactAddress">;

/** @throws ApiError not_found when it is none, has expired or is another user's */
export async function readRequest(field: RequestField, ctx: Caller): Promise<ConnectionRequest> {
  return "oauthQuery" in field ? readSigned(field.oauthQuery, ctx) : readDevice(field.userCode, ctx);
}

async function readSigned(oauthQuery: string, ctx: Caller): Promise<ConnectionRequest> {
  const asked = new URLSearchParams(oauthQuery);
  const clientId = asked.get("client_id") ?? "";
  const answer = await call(ctx, "/oauth2/public-client-prelogin", {
    client_id: clientId,
    oauth_query: oauthQuery,
  });
  if (!answer.ok) throw lapsed();
  return { clientId, ...scopesIn(asked.get("scope") ?? "") };
}

/** Looking at it claims it for this user, so that nobody else can approve it. */
async function readDevice(userCode: string, ctx: Caller): Promise<ConnectionRequest> {
  const code = plainCode(userCode);
  const answer = await callAuth(`/device?user_code=${encodeURIComponent(code)}`, {
    headers: ctx.headers,
    address: ctx.exactAddress,
  });
  const [row] = await query<{ client_id: string | null; scope: string | null; pending: boolean }>(
    `select oauth_client_id as client_id, scope, status = 'pending' and expires_at > now() as pending
     from device_code where user_code = $1`,
    [code],
  );
  if (!answer.ok || !row?.client_id || !row.pending) throw lapsed();
  return { clientId: row.client_id, ...scopesIn(row.scope ?? "mcp:query") };
}

/** How it was answered: where the browser goes next; null: the device learns it by itself. */
export async function answerRequest(
  field: RequestField,
  ctx: Caller,
  decision: { readonly accept: boolean; readonly scopes: readonly string[] },
): Promise<string | null> {
  if ("userCode" in field) {
    const path = decision.accept ? "/device/approve" : "/device/deny";
    const answer = await call(ctx, path, { userCode: plainCode(field.userCode) });
    if (!answer.ok) throw lapsed();
    return null;
  }
  const answer = await call(ctx, "/oauth2/consent", {
    accept: decision.accept,
    oauth_query: field.oauthQuery,
    ...(decision.accept ? { scope: decision.scopes.join(" ") } : {}),
  });
  const { success, data } = redirectSchema.safeParse(await answer.json().catch(() => null));
  if (!answer.ok || !success) throw lapsed();
  return data.url;
}

const redirectSchema = z.object({ url: z.url() });

function call(ctx: Caller, path: string, body: unknown): Promise<Response> {
  return callAuth(path, { headers: ctx.headers, address: ctx.exactAddress, body });
}

function scopesIn(text: string): Pick<ConnectionRequest, "scopes" | "offline"> {
  const asked = text.split(" ");
  const known = Object.keys(scopes) as Scope[];
  return { scopes: known.filter((scope) => asked.includes(scope)), offline: asked.includes(offlineAccess) };
}

/** As it is stored: a person types it in small letters and with dashes. */
function plainCode(userCode: string): string {
  return userCode.toUpperCase().replaceAll(/[\s-]/g, "");
}

function lapsed(): ApiError {
  return new ApiError("not_found", "This request has expired or was answered. Start again from the app.");
}
