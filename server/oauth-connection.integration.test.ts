import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { resetAuth } from "./auth.ts";
import { accountWithDataset } from "./mcp/door-under-test.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import {
  bearer,
  callTool,
  connect,
  consented,
  credentials,
  exchange,
  newVerifier,
  post,
  refresh,
  register,
} from "./testing/oauth-client.ts";

setUpTestDatabase();

let fixture: Awaited<ReturnType<typeof accountWithDataset>>;
let account: TestAccount;
beforeAll(async () => {
  resetAuth();
  fixture = await accountWithDataset();
  account = fixture.account;
});

const statusOf = async (accessToken: string) => (await callTool(accessToken, "list_datasets")).status;
const search = (accessToken: string) =>
  rest("GET", `/mcp/query/${fixture.datasetId}/default?query=granite`, bearer(accessToken));
const update = (connectionId: string, fields: Record<string, unknown>) =>
  rest("PATCH", `/connections/${connectionId}`, { cookie: account.cookie }, fields);

describe("refresh", () => {
  it("rotates, and answers a retry as the first time", async () => {
    const { client, refreshToken } = await connect(account);
    const first = await refresh(client, refreshToken);
    expect(first.status).toBe(200);
    expect(first.body.refresh_token).not.toBe(refreshToken);
    const retried = await refresh(client, refreshToken);
    expect(retried.body).toMatchObject({
      access_token: first.body.access_token,
      refresh_token: first.body.refresh_token,
    });
    expect(await statusOf(String(first.body.access_token))).toBe(200);
  });

  it("gives those that come at the same moment the same answer", async () => {
    const { client, refreshToken } = await connect(account);
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(client, refreshToken)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
  });

  it("ends the family when a rotated token comes back later, and tells the owner", async () => {
    const { client, refreshToken, accessToken, connectionId } = await connect(account);
    const next = await refresh(client, refreshToken);
    await query(
      `update oauth_refresh_token set rotated_at = now() - interval '1 hour',
         rotation_replay_expires_at = now() - interval '59 minutes'
       where client_id = $1 and rotated_at is not null`,
      [client.clientId],
    );
    expect(await refresh(client, refreshToken)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    expect(await refresh(client, String(next.body.refresh_token))).toMatchObject({ status: 400 });
    expect(await statusOf(accessToken)).toBe(401);
    expect(await statusOf(String(next.body.access_token))).toBe(401);
    const events = await query<{ event: string }>(
      "select event from audit_events where subject_id = $1 order by seq",
      [connectionId],
    );
    expect(events.map(({ event }) => event)).toContain("connections.refreshTokenReused");
    const { body } = await rest("GET", "/connections", { cookie: account.cookie });
    expect(body.items).toContainEqual(
      expect.objectContaining({ id: connectionId, alertedAt: expect.stringMatching(/^\d{4}-/) }),
    );
  });

  it("does not widen: fewer scopes may be asked for, no others", async () => {
    const { client, refreshToken } = await connect(account, { scopes: ["mcp:query"] });
    expect(await refresh(client, refreshToken, "mcp:query mcp:create")).toMatchObject({
      status: 400,
      body: { error: "invalid_scope" },
    });
    expect(await refresh(client, refreshToken, "mcp:query")).toMatchObject({ body: { scope: "mcp:query" } });
  });

  it("is given only to a client that registered for it", async () => {
    const client = await register({ grant_types: ["authorization_code"] });
    const { refreshToken, scope } = await connect(account, {}, client);
    expect({ refreshToken, scope }).toEqual({ refreshToken: "", scope: "mcp:query mcp:tools" });
  });

  it("is refused to another client", async () => {
    const { refreshToken } = await connect(account);
    expect(await refresh(await register(), refreshToken)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });
});

describe("on the next call, though the token has not expired", () => {
  it("is disconnected", async () => {
    const { client, accessToken, refreshToken, connectionId } = await connect(account);
    expect(await statusOf(accessToken)).toBe(200);
    await rest("DELETE", `/connections/${connectionId}`, { cookie: account.cookie });
    const refused = await callTool(accessToken, "list_datasets");
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(await refresh(client, refreshToken)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  it("cannot be exchanged for when it was disconnected in between", async () => {
    const client = await register();
    const { verifier, challenge } = newVerifier();
    const { code, connectionId } = await consented(account, client, challenge);
    await rest("DELETE", `/connections/${connectionId}`, { cookie: account.cookie });
    expect(await exchange(client, code, verifier)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  it("is paused and resumed", async () => {
    const { accessToken, connectionId } = await connect(account);
    await update(connectionId, { paused: true });
    expect(await statusOf(accessToken)).toBe(401);
    await update(connectionId, { paused: false });
    expect(await statusOf(accessToken)).toBe(200);
  });

  it("expires", async () => {
    const { client, accessToken, refreshToken, connectionId } = await connect(account);
    await query("update connections set expires_at = now() - interval '1 second' where id = $1", [
      connectionId,
    ]);
    expect(await statusOf(accessToken)).toBe(401);
    expect(await refresh(client, refreshToken)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  it("is banned", async () => {
    const banned = await createTestAccount();
    const { client, accessToken, refreshToken } = await connect(banned);
    await query('update "user" set banned = true where id = $1', [banned.userId]);
    expect(await statusOf(accessToken)).toBe(401);
    expect(await refresh(client, refreshToken)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  it("loses a scope, a dataset, credits and calls", async () => {
    const { accessToken, connectionId } = await connect(account, { datasets: [fixture.datasetId] });
    const own = () => rest("GET", "/datasets", bearer(accessToken));
    expect(await own()).toMatchObject({ status: 200 });
    await update(connectionId, { scopes: ["mcp:query"] });
    const refused = await own();
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toContain('error="insufficient_scope"');

    expect(await search(accessToken)).toMatchObject({ status: 200 });
    await update(connectionId, { budget: { credits: 15, period: "day" } });
    expect(await search(accessToken)).toMatchObject({ status: 402 });
    await update(connectionId, { budget: null, datasets: [] });
    expect(await search(accessToken)).toMatchObject({ status: 404 });
    await update(connectionId, { datasets: [fixture.datasetId], callsPerHour: 1 });
    expect(await statusOf(accessToken)).toBe(200);
    expect(await search(accessToken)).toMatchObject({ status: 429 });
  });
});

describe("revocation (RFC 7009)", () => {
  const revoke = (client: Parameters<typeof credentials>[0], token: string) =>
    post("/api/auth/oauth2/revoke", { token, ...credentials(client) });

  it("ends an access token at once, and no other", async () => {
    const { client, accessToken, refreshToken } = await connect(account);
    const other = await refresh(client, refreshToken);
    expect(await revoke(client, accessToken)).toMatchObject({ status: 200 });
    expect(await statusOf(accessToken)).toBe(401);
    expect(await statusOf(String(other.body.access_token))).toBe(200);
  });

  it("ends a refresh token", async () => {
    const { client, refreshToken } = await connect(account);
    expect(await revoke(client, refreshToken)).toMatchObject({ status: 200 });
    expect(await refresh(client, refreshToken)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  it("says 200 to an unknown token, and leaves another client's alone", async () => {
    const { accessToken } = await connect(account);
    const stranger = await register();
    expect(await revoke(stranger, "unknown")).toMatchObject({ status: 200 });
    await revoke(stranger, accessToken);
    expect(await statusOf(accessToken)).toBe(200);
  });

  it("shows in introspection (RFC 7662) that a connection was ended", async () => {
    const client = await register({ token_endpoint_auth_method: "client_secret_post" });
    const { accessToken, connectionId } = await connect(account, {}, client);
    const introspect = () =>
      post("/api/auth/oauth2/introspect", { token: accessToken, ...credentials(client) });
    expect((await introspect()).body).toMatchObject({ active: true, client_id: client.clientId });
    await rest("DELETE", `/connections/${connectionId}`, { cookie: account.cookie });
    expect((await introspect()).body).toEqual({ active: false });
  });
});
