import { decodeJwt, decodeProtectedHeader } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { issuer, resource } from "./access-token.ts";
import { resetAuth } from "./auth.ts";
import { accountWithDataset } from "./mcp/door-under-test.ts";
import { createTestAccount, rest } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import {
  authorize,
  bearer,
  callTool,
  connect,
  consented,
  exchange,
  newVerifier,
  post,
  refresh,
  register,
  send,
  token,
} from "./testing/oauth-client.ts";

setUpTestDatabase();

let fixture: Awaited<ReturnType<typeof accountWithDataset>>;
beforeAll(async () => {
  resetAuth();
  fixture = await accountWithDataset();
});

const search = (accessToken: string, datasetId = fixture.datasetId) =>
  rest("GET", `/mcp/query/${datasetId}/default?query=granite`, bearer(accessToken));

describe("discovery", () => {
  const places = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/api/auth",
    "/api/auth/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/api/auth",
    "/api/auth/.well-known/openid-configuration",
  ];

  it.each(places)("%s says what the server does, and nothing that it does not", async (path) => {
    const response = await send(path);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const metadata = await response.json();
    expect(metadata).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/oauth2/authorize`,
      token_endpoint: `${issuer}/oauth2/token`,
      registration_endpoint: `${issuer}/oauth2/register`,
      revocation_endpoint: `${issuer}/oauth2/revoke`,
      device_authorization_endpoint: `${issuer}/device/code`,
      jwks_uri: `${issuer}/jwks`,
      scopes_supported: ["mcp:query", "mcp:tools", "mcp:create", "offline_access"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      response_types_supported: ["code"],
    });
    expect(metadata.grant_types_supported).toEqual(
      expect.arrayContaining([
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
      ]),
    );
    expect(Object.keys(metadata).filter((name) => /dpop|backchannel/.test(name))).toEqual([]);
  });

  it.each(["", "/api/mcp"])("describes the protected resource at …resource%s", async (suffix) => {
    const response = await send(`/.well-known/oauth-protected-resource${suffix}`);
    expect(await response.json()).toMatchObject({
      resource,
      authorization_servers: [issuer],
      scopes_supported: ["mcp:query", "mcp:tools", "mcp:create"],
      bearer_methods_supported: ["header"],
    });
  });

  it("publishes RS256 keys, without their private half", async () => {
    await connect(fixture.account);
    const { keys } = await (await send("/api/auth/jwks")).json();
    expect(keys).toEqual([expect.objectContaining({ kty: "RSA", alg: "RS256" })]);
    expect(Object.keys(keys[0])).not.toContain("d");
  });

  it("answers preflights of browser clients where no cookie counts", async () => {
    for (const path of ["oauth2/token", "oauth2/register", "oauth2/revoke", "device/code", "jwks"]) {
      const response = await send(`/api/auth/${path}`, { method: "OPTIONS" });
      expect(response.status, path).toBe(204);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
    const signIn = await send("/api/auth/sign-in/email", { method: "OPTIONS" });
    expect(signIn.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("authorization code", () => {
  it("goes from sign-in by consent to a token that works at both doors", async () => {
    const client = await register();
    const { verifier, challenge } = newVerifier();
    const signedOut = await authorize(client, challenge);
    expect(signedOut.location?.pathname).toBe("/sign-in");
    const signIn = await send("/api/auth/sign-in/email", {
      method: "POST",
      headers: { "content-type": "application/json", origin: new URL(issuer).origin },
      body: JSON.stringify({
        email: fixture.account.email,
        password: fixture.account.password,
        oauth_query: signedOut.location?.search.slice(1),
      }),
    });
    const { redirect, url } = await signIn.json();
    expect({ redirect, path: new URL(url, issuer).pathname }).toEqual({ redirect: true, path: "/consent" });

    const { answer, code, connectionId } = await consented(fixture.account, client, challenge, {
      datasets: [fixture.datasetId],
    });
    expect(answer.origin + answer.pathname).toBe(client.redirectUri);
    expect(Object.fromEntries(answer.searchParams)).toEqual({ code, state: "some state", iss: issuer });

    const { status, body, headers } = await exchange(client, code, verifier);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toContain("no-store");
    const accessToken = String(body.access_token);
    expect(decodeProtectedHeader(accessToken)).toMatchObject({ alg: "RS256", typ: "at+jwt" });
    expect(decodeJwt(accessToken)).toMatchObject({
      iss: issuer,
      aud: resource,
      client_id: client.clientId,
      connection: connectionId,
    });
    expect((await callTool(accessToken, "list_datasets")).text).toContain(fixture.datasetId);
    expect(await search(accessToken)).toMatchObject({ status: 200 });
  });

  it("registers confidential clients, which must show their secret", async () => {
    const client = await register({ token_endpoint_auth_method: "client_secret_post" });
    expect(client.clientSecret).toBeTruthy();
    const { verifier, challenge } = newVerifier();
    const { code } = await consented(fixture.account, client, challenge);
    const bare = await exchange(client, code, verifier, { client_secret: undefined });
    expect(bare.status).toBeGreaterThanOrEqual(400);
    const next = await consented(fixture.account, client, challenge, {}, { prompt: "consent" });
    expect(await exchange(client, next.code, verifier)).toMatchObject({ status: 200 });
  });

  it("takes a loopback redirect on any port", async () => {
    const client = await register({ redirect_uris: ["http://localhost:1234/callback"] });
    const moved = { ...client, redirectUri: "http://localhost:54321/callback" };
    expect(await connect(fixture.account, {}, moved)).toMatchObject({ accessToken: expect.any(String) });
  });

  it("asks again only when more is wanted, and after disconnecting", async () => {
    const account = await createTestAccount();
    const client = await register();
    const first = await connect(account, { scopes: ["mcp:query"] }, client);
    const { challenge } = newVerifier();
    const ask = (scope: string) => authorize(client, challenge, { scope, cookie: account.cookie });

    const same = await ask("mcp:query");
    expect(same.location?.href).toMatch(/^http:\/\/127\.0\.0\.1:7777\/callback\?code=/);
    expect((await ask("mcp:query mcp:create")).location?.pathname).toBe("/consent");
    await rest("DELETE", `/connections/${first.connectionId}`, { cookie: account.cookie });
    expect((await ask("mcp:query")).location?.pathname).toBe("/consent");
  });

  it("keeps the connections of two accounts with one client apart", async () => {
    const [one, other] = [await createTestAccount(), await createTestAccount()];
    const client = await register();
    const mine = await connect(one, {}, client);
    const theirs = await connect(other, {}, client);
    expect(mine.connectionId).not.toBe(theirs.connectionId);
    await rest("DELETE", `/connections/${mine.connectionId}`, { cookie: one.cookie });
    expect((await callTool(mine.accessToken, "list_datasets")).status).toBe(401);
    expect((await callTool(theirs.accessToken, "list_datasets")).status).toBe(200);
    expect(await refresh(client, theirs.refreshToken)).toMatchObject({ status: 200 });
  });

  it("tells the app that its user said no", async () => {
    const client = await register();
    const { challenge } = newVerifier();
    const { location } = await authorize(client, challenge, { cookie: fixture.account.cookie });
    const request = { oauthQuery: location?.search.slice(1) };
    const denied = await rest(
      "POST",
      "/connections/denials",
      { cookie: fixture.account.cookie },
      { request },
    );
    const back = new URL(String(denied.body.redirectUrl));
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: "access_denied",
      state: "some state",
      iss: issuer,
    });
  });
});

it("shows an app nothing of datasets that it was not granted", async () => {
  const other = await rest("POST", "/datasets", { cookie: fixture.account.cookie }, { name: "Secret" });
  const hidden = String(other.body.id);
  const { accessToken } = await connect(fixture.account, { datasets: [fixture.datasetId] });
  const listed = await callTool(accessToken, "list_datasets");
  expect(listed.text).toContain(fixture.datasetId);
  expect(listed.text).not.toContain(hidden);
  const paths = (id: string) => [
    `/mcp/query/${id}/default?query=granite`,
    `/mcp/manifest/${id}`,
    `/datasets/${id}`,
    `/datasets/${id}/documents`,
  ];
  for (const [index, path] of paths(hidden).entries()) {
    const named = await rest("GET", path, bearer(accessToken));
    const unknown = await rest("GET", paths("ds_unknown")[index] ?? "", bearer(accessToken));
    expect(named.status, path).toBe(404);
    const text = JSON.stringify(named.body).replaceAll(hidden, "ds_unknown");
    expect(text, path).toBe(JSON.stringify(unknown.body));
  }
  const tool = async (id: string) => {
    const { text } = await callTool(accessToken, "query_dataset", { datasetId: id, query: "granite" });
    return text.replaceAll(id, "X").replace(/"(remaining|resetSeconds)":\d+/g, "");
  };
  expect(await tool(hidden)).toBe(await tool("ds_unknown"));
});

it("lets a machine in with its own secret, within its connection", async () => {
  const { cookie } = fixture.account;
  const made = await rest(
    "POST",
    "/connections/machines",
    { cookie },
    {
      name: "Nightly",
      scopes: ["mcp:query"],
      datasets: [fixture.datasetId],
      budget: { credits: 10, period: "total" },
      expiresInDays: 7,
    },
  );
  expect(made.status).toBe(201);
  const { clientId } = { clientId: String((made.body.client as { id: string }).id) };
  const basic = Buffer.from(`${clientId}:${made.body.clientSecret}`).toString("base64");
  const signIn = () => token({ grant_type: "client_credentials" }, { authorization: `Basic ${basic}` });
  const { status, body } = await signIn();
  expect(body).toMatchObject({ token_type: "Bearer", scope: "mcp:query" });
  expect(status).toBe(200);
  expect(body.refresh_token).toBeUndefined();
  const accessToken = String(body.access_token);
  expect(await search(accessToken)).toMatchObject({ status: 200, body: { creditsCharged: 10 } });
  expect(await search(accessToken)).toMatchObject({ status: 402 });
  expect(
    await token({ grant_type: "client_credentials", client_id: clientId, client_secret: "wrong" }),
  ).toMatchObject({
    body: { error: "invalid_client" },
  });
  await rest("DELETE", `/connections/${made.body.id}`, { cookie });
  expect(await search(accessToken)).toMatchObject({ status: 401 });
  expect((await signIn()).status).toBeGreaterThanOrEqual(400);
});

it("lets a command line in by a code that its user types", async () => {
  const grantType = "urn:ietf:params:oauth:grant-type:device_code";
  const client = await register({
    grant_types: [grantType, "refresh_token"],
    redirect_uris: undefined,
    response_types: [],
  });
  const asked = await post("/api/auth/device/code", {
    client_id: client.clientId,
    scope: "mcp:query offline_access",
  });
  expect(asked.body).toMatchObject({ user_code: expect.any(String), interval: 5 });
  const poll = () =>
    token({ grant_type: grantType, device_code: String(asked.body.device_code), client_id: client.clientId });
  expect(await poll()).toMatchObject({ status: 400, body: { error: "authorization_pending" } });
  expect(await poll()).toMatchObject({ status: 400, body: { error: "slow_down" } });

  const { cookie } = fixture.account;
  const request = { userCode: String(asked.body.user_code) };
  const shown = await rest("POST", "/connections/requests", { cookie }, { request });
  expect(shown.body).toMatchObject({ client: { id: client.clientId }, scopes: ["mcp:query"] });
  const granted = await rest(
    "POST",
    "/connections",
    { cookie },
    { request, scopes: ["mcp:query"], datasets: [fixture.datasetId], budget: null, expiresInDays: 1 },
  );
  expect(granted).toMatchObject({ status: 201, body: { redirectUrl: null } });
  await query("update device_code set last_polled_at = now() - interval '1 minute'");
  const { status, body } = await poll();
  expect(body).toMatchObject({ scope: expect.stringContaining("mcp:query") });
  expect(status).toBe(200);
  expect(await search(String(body.access_token))).toMatchObject({ status: 200 });
  expect(await refresh(client, String(body.refresh_token))).toMatchObject({ status: 200 });
});

describe("an app that is called back by a scheme of its own", () => {
  const cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
  const metadata = {
    client_name: "Cursor",
    application_type: "web",
    redirect_uris: [
      cursor,
      "https://www.cursor.com/agents/mcp/oauth/callback",
      "http://localhost:8787/callback",
    ],
  };

  it("is let in, and who is asked learns of every place that an answer may go to", async () => {
    const client = await register(metadata);
    expect(client.redirectUri).toBe(cursor);
    const { verifier, challenge } = newVerifier();
    const { answer, code } = await consented(fixture.account, client, challenge, {
      datasets: [fixture.datasetId],
    });
    expect(answer.href).toMatch(/^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?/);
    const { body } = await exchange(client, code, verifier);
    expect((await search(String(body.access_token))).status).toBe(200);
    const { body: list } = await rest("GET", "/connections", { cookie: fixture.account.cookie });
    const connections = list.items as { client: { id: string } }[];
    const shown = connections.find(({ client: { id } }) => id === client.clientId)?.client;
    expect(shown).toMatchObject({ host: "www.cursor.com, this computer", local: false });
  });

  it("is sent back nowhere else", async () => {
    const client = await register(metadata);
    for (const redirect_uri of ["stand.in:/0", `${cursor}/x`, "cursor://other/oauth/callback"]) {
      const { location } = await authorize(client, newVerifier().challenge, { redirect_uri });
      expect(location?.searchParams.get("error")).toBe("invalid_redirect");
    }
  });

  it.each([
    "javascript://x/%0Aalert(1)",
    "data://x/y",
    "app://user@host/",
    "app://host/#x",
    "app://*/",
    "app:x",
  ])("cannot register %s", async (redirect) => {
    await expect(register({ redirect_uris: [redirect] })).rejects.toThrow(/redirect/i);
  });
});
