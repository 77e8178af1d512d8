/**
 * Where a client learns how to be let in: protected resource metadata (RFC 9728), authorization server
 * metadata (RFC 8414) at every place clients look for it, and the challenges that point there (RFC 6750 §3,
 * RFC 9728 §5.1).
 */
import { z } from "zod";
import { env } from "#env";
import { issuer, resource } from "./access-token.ts";
import { callAuth } from "./auth-door.ts";
import { json, preflight } from "./http.ts";
import { scopes } from "./operations.ts";

const metadataPath = "/.well-known/oauth-protected-resource/api/mcp";
const cached = { "Cache-Control": "public, max-age=300" };

export function protectedResourceMetadataUrl(): string {
  return `${env.appUrl}${metadataPath}`;
}

/** `Bearer …` for WWW-Authenticate. `sent`: a credential came and was not accepted. */
export function challenge(sent: boolean): string {
  const parts = [
    ...(sent
      ? ['error="invalid_token"', 'error_description="The credential is unknown, expired or revoked"']
      : []),
    `resource_metadata="${protectedResourceMetadataUrl()}"`,
    `scope="${Object.keys(scopes).join(" ")}"`,
  ];
  return `Bearer ${parts.join(", ")}`;
}

/** For a credential that lacks a scope (RFC 6750 §3.1): a client may ask its user for all that are named. */
export function scopeChallenge(needed: string): string {
  return `Bearer error="insufficient_scope", scope="${needed}", resource_metadata="${protectedResourceMetadataUrl()}"`;
}

/** GET /.well-known/oauth-protected-resource and the path-inserted form for /api/mcp. */
export function handleProtectedResource(request: Request): Response {
  return (
    preflight(request, "GET, OPTIONS") ??
    json(
      {
        resource,
        authorization_servers: [issuer],
        scopes_supported: Object.keys(scopes),
        bearer_methods_supported: ["header"],
        resource_name: "FLTR",
      },
      200,
      cached,
    )
  );
}

/**
 * GET the metadata of the authorization server: for RFC 8414 and for clients that look for OpenID Connect
 * Discovery, at the root, with the issuer's path inserted, and with it appended.
 */
export async function handleAuthorizationServer(request: Request): Promise<Response> {
  const early = preflight(request, "GET, OPTIONS");
  if (early) return early;
  const answer = await callAuth("/.well-known/oauth-authorization-server", {
    headers: new Headers(),
    address: "internal",
  });
  const metadata = z.looseObject({ issuer: z.literal(issuer) }).parse(await answer.json());
  // Not done here: tokens are bearer tokens, and nobody is told of a sign-out.
  const { dpop_signing_alg_values_supported, backchannel_logout_supported, ...rest } = metadata;
  const { backchannel_logout_session_supported, ...done } = rest;
  const discovery = new URL(request.url).pathname.includes("openid-configuration")
    ? { subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"] }
    : {};
  return json({ ...done, ...discovery }, 200, cached);
}
