import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { resource } from "./access-token.ts";
import { resetAuth } from "./auth.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { approve, callTool, loopbackRedirect } from "./testing/oauth-client.ts";

const app = await vi.hoisted(async () => {
  const { openApp } = await import("./testing/app-server.ts");
  const opened = await openApp();
  vi.stubEnv("APP_URL", opened.url);
  return opened;
});

setUpTestDatabase();

const insecure = { [oauth.allowInsecureRequests]: true };
let account: TestAccount;
let server: oauth.AuthorizationServer;

beforeAll(async () => {
  resetAuth();
  account = await createTestAccount();
  const mcp = new URL(resource);
  const metadata = await oauth.processResourceDiscoveryResponse(
    mcp,
    await oauth.resourceDiscoveryRequest(mcp, insecure),
  );
  const issuer = new URL(metadata.authorization_servers?.[0] ?? "");
  for (const algorithm of ["oidc", "oauth2"] as const) {
    const response = await oauth.discoveryRequest(issuer, { algorithm, ...insecure });
    server = await oauth.processDiscoveryResponse(issuer, response);
  }
});
afterAll(() => app.close());

async function registered(token_endpoint_auth_method: string): Promise<oauth.Client> {
  const metadata = {
    client_name: "Judge",
    redirect_uris: [loopbackRedirect],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method,
  };
  return oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(server, metadata, insecure),
  );
}

const authentication = {
  none: () => oauth.None(),
  client_secret_basic: oauth.ClientSecretBasic,
  client_secret_post: oauth.ClientSecretPost,
};

it.each(["none", "client_secret_basic", "client_secret_post"] as const)(
  "finds no fault from registration to revocation, with %s",
  async (method) => {
    const client = await registered(method);
    const authenticate = authentication[method](String(client.client_secret));
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const request = new URL(server.authorization_endpoint ?? "");
    for (const [name, value] of Object.entries({
      client_id: client.client_id,
      redirect_uri: loopbackRedirect,
      response_type: "code",
      scope: "mcp:query mcp:tools offline_access",
      state,
      resource,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    })) {
      request.searchParams.set(name, value);
    }
    const callback = await approve(request, account);
    const parameters = oauth.validateAuthResponse(server, client, callback, state);
    const exchanged = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authenticate,
      parameters,
      loopbackRedirect,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, exchanged);
    expect(tokens.token_type).toBe("bearer");

    const protectedCall = new Request(resource, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(server, protectedCall, resource, insecure);
    expect(claims.client_id).toBe(client.client_id);

    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(
        server,
        client,
        authenticate,
        tokens.refresh_token ?? "",
        insecure,
      ),
    );
    expect((await callTool(refreshed.access_token, "list_datasets")).status).toBe(200);

    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, authenticate, refreshed.access_token, insecure),
    );
    expect((await callTool(refreshed.access_token, "list_datasets")).status).toBe(401);
    if (method === "none") return;
    const introspected = await oauth.processIntrospectionResponse(
      server,
      client,
      await oauth.introspectionRequest(server, client, authenticate, refreshed.access_token, insecure),
    );
    expect(introspected).toEqual({ active: false });
  },
);

it("finds no fault with a machine's sign-in", async () => {
  const { body } = await rest(
    "POST",
    "/connections/machines",
    { cookie: account.cookie },
    { name: "Nightly", scopes: ["mcp:tools"], datasets: "all", budget: null, expiresInDays: 1 },
  );
  const { id } = body.client as { id: string };
  const client = { client_id: id };
  const tokens = await oauth.processClientCredentialsResponse(
    server,
    client,
    await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic(String(body.clientSecret)),
      { scope: "mcp:tools", resource },
      insecure,
    ),
  );
  expect((await callTool(tokens.access_token, "list_datasets")).status).toBe(200);
});

it("finds the challenge of a refused call well-formed", async () => {
  const refused = await oauth
    .protectedResourceRequest("unknown", "GET", new URL(resource), undefined, undefined, insecure)
    .catch((error) => error);
  expect(refused).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
  expect(refused.cause[0]).toMatchObject({
    scheme: "bearer",
    parameters: { error: "invalid_token", resource_metadata: expect.stringContaining("/.well-known/") },
  });
});
