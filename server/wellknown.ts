/**
 * Where a client learns how to be let in: protected resource metadata (RFC 9728) and the challenge that
 * points to it (RFC 6750 §3, RFC 9728 §5.1).
 */
import { env } from "#env";
import { json, preflight } from "./http.ts";
import { scopes } from "./operations.ts";

const metadataPath = "/.well-known/oauth-protected-resource/api/mcp";

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

/** For a credential that lacks a scope (RFC 6750 §3.1): a client may ask its user for it. */
export function scopeChallenge(scope: string): string {
  return `Bearer error="insufficient_scope", scope="${scope}", resource_metadata="${protectedResourceMetadataUrl()}"`;
}

/** GET /.well-known/oauth-protected-resource and the path-inserted form for /api/mcp. */
export function handleProtectedResource(request: Request): Response {
  return (
    preflight(request, "GET, OPTIONS") ??
    json(
      {
        resource: `${env.appUrl}/api/mcp`,
        authorization_servers: [`${env.appUrl}/api/auth`],
        scopes_supported: Object.keys(scopes),
        bearer_methods_supported: ["header"],
        resource_name: "FLTR",
      },
      200,
      { "Cache-Control": "public, max-age=300" },
    )
  );
}
