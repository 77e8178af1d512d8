/**
 * Other sites that people may sign in with, each only where it is configured: Google, GitHub, and any OpenID
 * provider by its issuer (OpenID Connect Discovery). Their accounts are joined with one here only where both
 * sides have shown that the e-mail address is theirs.
 */
import type { BetterAuthPlugin } from "better-auth";
import { genericOAuth } from "better-auth/plugins";
import { env } from "#env";

export type Provider = { readonly id: "google" | "github" | "oidc"; readonly name: string };

export function configuredProviders(): Provider[] {
  const providers: (Provider | false)[] = [
    env.GOOGLE_CLIENT_ID !== undefined && { id: "google", name: "Google" },
    env.GITHUB_CLIENT_ID !== undefined && { id: "github", name: "GitHub" },
    env.OIDC_ISSUER !== undefined && { id: "oidc", name: env.OIDC_NAME },
  ];
  return providers.filter((provider) => provider !== false);
}

export function socialProviders() {
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET } = env;
  return {
    ...(GOOGLE_CLIENT_ID && GOOGLE_CLIENT_SECRET
      ? { google: { clientId: GOOGLE_CLIENT_ID, clientSecret: GOOGLE_CLIENT_SECRET } }
      : {}),
    ...(GITHUB_CLIENT_ID && GITHUB_CLIENT_SECRET
      ? { github: { clientId: GITHUB_CLIENT_ID, clientSecret: GITHUB_CLIENT_SECRET } }
      : {}),
  };
}

export function openIdProvider(): BetterAuthPlugin[] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = env;
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET) return [];
  const plugin = genericOAuth({
    config: [
      {
        providerId: "oidc",
        name: env.OIDC_NAME,
        discoveryUrl: `${OIDC_ISSUER.replace(/\/+$/, "")}/.well-known/openid-configuration`,
        clientId: OIDC_CLIENT_ID,
        clientSecret: OIDC_CLIENT_SECRET,
        scopes: ["openid", "email", "profile"],
        pkce: true,
        requireIdTokenVerification: true,
      },
    ],
  });
  return [plugin as unknown as BetterAuthPlugin];
}
