/**
 * What the authorization server's endpoints for tokens answer beside what Better Auth does: a code or refresh token
 * that is used by two ends the tokens of its connection (RFC 9700 §4.14), several refreshes at once are one, a
 * connection that was ended shows in introspection (RFC 7662), and a JWT can be revoked (RFC 7009).
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeJwt } from "jose";
import { z } from "zod";
import { connectionClaim, looksLikeToken, verifyAccessToken } from "./access-token.ts";
import {
  callBackTokens,
  connectionOfReused,
  endToken,
  noteCode,
  noteExchange,
  type Reuse,
  rotationOf,
} from "./connection-tokens.ts";
import { json } from "./http.ts";
import { exactAddressOf } from "./peer.ts";
import { identify } from "./principal.ts";

const retryMs = 100;
/** The first one's process may have died on the way. */
const maximumTries = 30;

/** Answers `/oauth2/token`. `dispatch` asks Better Auth. */
export async function answerToken(
  request: Request,
  form: URLSearchParams,
  dispatch: () => Promise<Response>,
): Promise<Response> {
  const code = form.get("code");
  const refreshToken = form.get("refresh_token");
  if (form.get("grant_type") === "authorization_code" && code) return exchangeCode(request, code, dispatch);
  if (form.get("grant_type") !== "refresh_token" || !refreshToken) return dispatch();
  return refresh(request, hash(refreshToken), dispatch);
}

async function refresh(
  request: Request,
  tokenHash: string,
  dispatch: () => Promise<Response>,
): Promise<Response> {
  const reused = await connectionOfReused(tokenHash);
  if (reused) await callBack(request, reused, "refreshTokenReused");
  let response = await dispatch();
  if (reused) return response;
  // Two processes of one app refresh at once: the later one is answered as the first when that is through.
  for (let tries = 0; !response.ok && tries < maximumTries; tries++) {
    const rotation = await rotationOf(tokenHash);
    if (!rotation) break;
    if (!rotation.answered) await sleep(retryMs);
    response = await dispatch();
    if (rotation.answered) break;
  }
  return response;
}

async function exchangeCode(
  request: Request,
  code: string,
  dispatch: () => Promise<Response>,
): Promise<Response> {
  const codeHash = hash(code);
  const { first, connectionId } = await noteCode(codeHash);
  if (!first && connectionId) await callBack(request, connectionId, "codeReused");
  if (!first && connectionId) return invalidCode();
  const response = await dispatch();
  // Said with `invalid_request` there, which a client does not take for a spent code (RFC 7636 §4.6).
  if (response.status === 401 && (await refusalOf(response))?.error === "invalid_request")
    return invalidCode();
  if (!response.ok) return response;
  const given = connectionOf(await response.clone().text());
  if (given && (await noteExchange(codeHash, given))) {
    await callBack(request, given, "codeReused");
    return invalidCode();
  }
  return response;
}

const refusalSchema = z.object({ error: z.string(), error_description: z.string().default("") });

async function refusalOf(response: Response): Promise<z.output<typeof refusalSchema> | null> {
  return refusalSchema.safeParse(await response.clone().json()).data ?? null;
}

function connectionOf(tokenResponse: string): string | null {
  const { access_token } = JSON.parse(tokenResponse);
  const connection = typeof access_token === "string" ? decodeJwt(access_token)[connectionClaim] : null;
  return typeof connection === "string" ? connection : null;
}

function callBack(request: Request, connectionId: string, reuse: Reuse): Promise<void> {
  return callBackTokens(connectionId, reuse, {
    address: exactAddressOf(request),
    userAgent: request.headers.get("user-agent"),
  });
}

function invalidCode(): Response {
  return json({ error: "invalid_grant", error_description: "invalid code" }, 400);
}

/** Better Auth looks at the token alone: one whose connection was ended is not active (RFC 7662 §2.2). */
export async function answerIntrospection(
  form: URLSearchParams,
  dispatch: () => Promise<Response>,
): Promise<Response> {
  const token = form.get("token") ?? "";
  const response = await dispatch();
  if (!response.ok || !looksLikeToken(token)) return response;
  const headers = new Headers({ authorization: `Bearer ${token}` });
  const { principal } = await identify(headers, { address: "internal", sessions: false, remember: false });
  return principal ? response : json({ active: false });
}

/** Better Auth authenticates the client and says that it cannot end a JWT; here it can be ended. */
export async function answerRevocation(
  request: Request,
  form: URLSearchParams,
  dispatch: () => Promise<Response>,
): Promise<Response> {
  const token = form.get("token") ?? "";
  const response = await dispatch();
  const refusal = response.ok ? null : await refusalOf(response);
  if (!refusal) return response;
  // Nothing is left to do for a token that is none (RFC 7009 §2.2).
  if (refusal.error === "invalid_request" && token && /token/i.test(refusal.error_description)) {
    return json({}, 200);
  }
  const verified = refusal.error === "unsupported_token_type" ? await verifyAccessToken(token) : null;
  if (!verified || verified.clientId !== clientIdOf(request, form)) return response;
  await endToken(verified);
  return json({}, 200);
}

function clientIdOf(request: Request, form: URLSearchParams): string | null {
  const basic = request.headers.get("authorization")?.match(/^Basic +(\S+)$/i)?.[1];
  if (!basic) return form.get("client_id");
  const [user = ""] = Buffer.from(basic, "base64").toString("utf8").split(":");
  return decodeURIComponent(user);
}

/** As Better Auth stores codes and refresh tokens. */
function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
