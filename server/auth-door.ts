/**
 * /api/auth/*: Better Auth's routes behind one door. Some paths are closed, since their work is done by
 * operations; those of the authorization server are open to pages of any origin and limited by address.
 */
import { z } from "zod";
import { env } from "#env";
import { resource } from "./access-token.ts";
import { getAuth } from "./auth.ts";
import { readBody } from "./body.ts";
import { isAllowlisted } from "./client-address.ts";
import { addressHeader } from "./entry.ts";
import { admitTry, isEntryPath, TooManyTries, type Try } from "./entry-guard.ts";
import { ApiError, methodNotAllowed } from "./errors.ts";
import { errorResponse, json, preflight, withHeaders } from "./http.ts";
import { authorizationLimits } from "./operations.ts";
import { exactAddressOf, limitAddressOf } from "./peer.ts";
import { getRateLimiter, rateLimitHeaders } from "./rate-limit.ts";
import { answerIntrospection, answerRevocation, answerToken } from "./token-endpoints.ts";

/** Forms of a few fields, and client metadata. */
const maxBodyBytes = 64 * 1024;
const prefix = "/api/auth";

/** Done by operations, with our checks and words, or not at all. */
const closedPaths = new Set([
  "/admin/remove-user",
  "/admin/create-user",
  "/admin/get-user",
  "/admin/list-users",
  "/admin/update-user",
  "/admin/set-role",
  "/admin/ban-user",
  "/admin/unban-user",
  "/admin/set-user-password",
  "/admin/list-user-sessions",
  "/admin/revoke-user-session",
  "/admin/revoke-user-sessions",
  "/delete-user",
  "/delete-user/callback",
  // These answer with tokens, of sessions or of other sites.
  "/list-sessions",
  "/revoke-session",
  "/revoke-sessions",
  "/revoke-other-sessions",
  "/get-access-token",
  "/refresh-token",
  "/account-info",
  "/two-factor/get-totp-uri",
  "/api-key/create",
  "/api-key/update",
  "/api-key/delete",
  "/api-key/get",
  "/api-key/list",
  "/api-key/verify",
  "/api-key/delete-all-expired-api-keys",
  "/oauth2/consent",
  "/oauth2/continue",
  "/oauth2/create-client",
  "/oauth2/update-client",
  "/oauth2/delete-client",
  "/oauth2/get-client",
  "/oauth2/get-clients",
  "/oauth2/client/rotate-secret",
  "/oauth2/get-consent",
  "/oauth2/get-consents",
  "/oauth2/update-consent",
  "/oauth2/delete-consent",
  "/oauth2/public-client",
  "/oauth2/public-client-prelogin",
  "/device",
  "/device/approve",
  "/device/deny",
  // Gives a session, not a connection.
  "/device/token",
  // Gives a token of the session to whoever sends its cookie.
  "/token",
]);

/** Called by clients that run in a page of another origin; no cookie counts there. */
const openPaths = new Set([
  "/oauth2/token",
  "/oauth2/register",
  "/oauth2/revoke",
  "/oauth2/introspect",
  "/oauth2/userinfo",
  "/device/code",
  "/jwks",
]);

/** Asked by POST alone (RFC 6749 §3.2, RFC 7009 §2.1, RFC 7662 §2.1, RFC 7591 §3.1, RFC 8628 §3.1). */
const formPaths = new Set([
  "/oauth2/token",
  "/oauth2/register",
  "/oauth2/revoke",
  "/oauth2/introspect",
  "/device/code",
]);

/** Answers everything under /api/auth. */
export async function handleAuth(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.slice(prefix.length).replace(/\/+$/, "");
  try {
    if (closedPaths.has(path) || path.startsWith("/admin/oauth2/")) {
      throw new ApiError("unknown_path", "There is nothing here.");
    }
    const open = openPaths.has(path) || path.startsWith("/.well-known/");
    const early = open ? preflight(request, "GET, POST, OPTIONS") : null;
    if (early) return early;
    if (formPaths.has(path) && request.method !== "POST") throw methodNotAllowed(["POST", "OPTIONS"]);
    const limits = await limit(request, path);
    if ("refusal" in limits) return limits.refusal;
    const body = request.body ? await readBody(request, maxBodyBytes) : null;
    if (hasNul(request, body)) return unstorable(path);
    const response = (await refusalOfTry(path, tryOf(request, body))) ?? (await answer(request, path, body));
    return open ? withHeaders(response, limits.headers) : response;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return errorResponse(error);
  }
}

/** Calls one of Better Auth's routes, also a closed one, as the caller whose headers are given. */
export async function callAuth(
  path: string,
  call: { readonly headers: Headers; readonly address: string; readonly body?: unknown },
): Promise<Response> {
  const headers = new Headers();
  for (const name of ["cookie", "user-agent"]) {
    const value = call.headers.get(name);
    if (value) headers.set(name, value);
  }
  headers.set(addressHeader, call.address);
  headers.set("origin", new URL(env.appUrl).origin);
  const auth = await getAuth();
  if (call.body === undefined) return auth.handler(new Request(`${env.appUrl}${prefix}${path}`, { headers }));
  const email = namedSchema.safeParse(call.body).data?.email;
  const refusal = await refusalOfTry(path, {
    address: call.address,
    exactAddress: call.address,
    headers: call.headers,
    email,
  });
  if (refusal) return refusal;
  headers.set("content-type", "application/json");
  const body = JSON.stringify(call.body);
  return auth.handler(new Request(`${env.appUrl}${prefix}${path}`, { method: "POST", headers, body }));
}

type Limited = { readonly headers: Record<string, string> } | { readonly refusal: Response };

async function limit(request: Request, path: string): Promise<Limited> {
  const row = Object.entries(authorizationLimits).find(([limited]) => limited === path)?.[1];
  if (!row || isAllowlisted(exactAddressOf(request), env.RATE_LIMIT_ALLOWLIST)) return { headers: {} };
  const decision = await getRateLimiter().take([
    { ...row, subject: `address:${limitAddressOf(request)}`, cost: 1 },
  ]);
  if (decision.admitted) return { headers: rateLimitHeaders(decision.states, Date.now(), undefined) };
  const { states, refusedBy, retryAfterSeconds } = decision;
  const error = new ApiError(
    "rate_limited",
    `Rate limit exceeded. Try again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds, limit: refusedBy.name },
  );
  return {
    refusal: errorResponse(error, {
      ...rateLimitHeaders(states, Date.now(), refusedBy),
      "Retry-After": String(retryAfterSeconds),
    }),
  };
}

const namedSchema = z.object({ email: z.string().max(320) });

function tryOf(request: Request, body: Body): Try {
  return {
    address: limitAddressOf(request),
    exactAddress: exactAddressOf(request),
    headers: request.headers,
    email: body ? namedIn(body) : undefined,
  };
}

/** The answer to who tried to get in too often. */
async function refusalOfTry(path: string, attempt: Try): Promise<Response | null> {
  if (!isEntryPath(path)) return null;
  try {
    await admitTry(path, attempt);
    return null;
  } catch (error) {
    if (error instanceof TooManyTries) return errorResponse(error, error.headers);
    throw error;
  }
}

function namedIn(body: NonNullable<Body>): string | undefined {
  const text = new TextDecoder().decode(body);
  try {
    return namedSchema.safeParse(JSON.parse(text)).data?.email;
  } catch {
    return new URLSearchParams(text).get("email") ?? undefined;
  }
}

type Body = Awaited<ReturnType<typeof readBody>> | null;

async function answer(request: Request, path: string, body: Body): Promise<Response> {
  const dispatch = () => toBetterAuth(request, body);
  if (request.method !== "POST" || body === null) return dispatch();
  if (path === "/oauth2/token" || path === "/device/code") {
    const form = formOf(body);
    const dispatch = () => toBetterAuth(request, isForm(request) ? bound(path, form) : body);
    return path === "/oauth2/token" ? answerToken(request, form, dispatch) : dispatch();
  }
  if (path === "/oauth2/introspect") return answerIntrospection(formOf(body), dispatch);
  if (path === "/oauth2/revoke") return answerRevocation(request, formOf(body), dispatch);
  return dispatch();
}

/** No `resource` is this one, the only there is (RFC 8707 §2), where no code or refresh token names it already. */
function bound(path: string, form: URLSearchParams): Uint8Array<ArrayBuffer> {
  const names = path === "/device/code" || form.get("grant_type") === "client_credentials";
  const complete = new URLSearchParams(form);
  if (names && !complete.has("resource")) complete.set("resource", resource);
  return new TextEncoder().encode(complete.toString());
}

/** PostgreSQL stores every character but this one: what has it would fail half-way. */
function hasNul(request: Request, body: Body): boolean {
  if (request.url.includes("%00")) return true;
  if (body === null) return false;
  const text = new TextDecoder().decode(body);
  if (text.includes("\0")) return true;
  return isForm(request) ? text.includes("%00") : /(?<!\\)(\\\\)*\\u0000/.test(text);
}

function unstorable(path: string): Response {
  const what = "A value contains a NUL character.";
  if (!path.startsWith("/oauth2/") && !path.startsWith("/device/")) {
    throw new ApiError("invalid_input", what);
  }
  return json({ error: "invalid_request", error_description: what }, 400);
}

function isForm(request: Request): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(request.headers.get("content-type") ?? "");
}

async function toBetterAuth(request: Request, body: Body): Promise<Response> {
  const auth = await getAuth();
  const headers = new Headers(request.headers);
  headers.set(addressHeader, limitAddressOf(request));
  // Tokens here are bearer tokens: one bound to a key by a proof would be accepted without it.
  headers.delete("dpop");
  headers.delete("content-length");
  // Built anew, not copied: the process's own Request is not one that undici can copy.
  return auth.handler(new Request(request.url, { method: request.method, headers, body }));
}

function formOf(body: NonNullable<Body>): URLSearchParams {
  return new URLSearchParams(new TextDecoder().decode(body));
}
