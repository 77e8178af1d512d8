/**
 * A client that speaks fastapi-users' routes, on PostgreSQL and Redis with two processes that send mail: each
 * step of a flow at another process than the one before, or at one that was restarted meanwhile. Its token
 * opens MCP too.
 */
import { randomBytes } from "node:crypto";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, test } from "@playwright/test";
import { decodeProtectedHeader } from "jose";
import { z } from "zod";
import { freePort } from "#server/testing/free-port.ts";
import { startSmtpServer } from "#server/testing/smtp-server.ts";
import { totpOf } from "#server/testing/totp.ts";
import { createDatabase, serverUrl } from "./own-database.ts";
import { startOwnServer } from "./own-server.ts";

type Process = 0 | 1;

let ports: number[] = [];
let database: Awaited<ReturnType<typeof createDatabase>> | undefined;
let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
const servers: Awaited<ReturnType<typeof startOwnServer>>[] = [];
let start: (index: Process) => Promise<void>;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  database = await createDatabase();
  smtp = await startSmtpServer();
  ports = [await freePort(), await freePort()];
  const settings = {
    APP_URL: `http://localhost:${ports[0]}`,
    DATABASE_URL: database.url,
    REDIS_URL: serverUrl("TEST_REDIS_URL").href,
    AUTH_SECRET: randomBytes(32).toString("hex"),
    SMTP_URL: smtp.url,
  };
  start = async (index) => {
    servers[index] = await startOwnServer({ ...settings, PORT: String(ports[index]) });
  };
  await Promise.all([start(0), start(1)]);
});

test.afterAll(async () => {
  for (const { stop } of servers) await stop();
  await smtp.close();
  await database?.drop();
});

const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal("bearer"),
  expires_in: z.number(),
});
type Tokens = z.output<typeof tokensSchema>;

test("an account lives in two processes at once, restarts included", async ({ request }) => {
  test.setTimeout(240_000);
  const admin = { username: "admin@example.test", password: "granite and marble" };
  const user = { username: "user@example.test", password: "basalt and obsidian" };
  let tokens: Tokens;
  let adminTokens: Tokens;

  await test.step("is registered at one, verified at the other, and signs in at either", async () => {
    for (const { username: email, password } of [admin, user]) {
      const told = await post(0, "/auth/register", { email, password });
      expect(told).toMatchObject({ status: 201, body: { is_superuser: email === admin.username } });
    }
    expect((await login(1, user)).body).toMatchObject({ detail: "LOGIN_USER_NOT_VERIFIED" });
    for (const { username } of [admin, user]) {
      const token = await tokenMailed(username, "Confirm your e-mail address");
      expect(await post(1, "/auth/verify", { token })).toMatchObject({
        status: 200,
        body: { is_verified: true },
      });
      expect((await post(0, "/auth/verify", { token })).body).toMatchObject({
        detail: "VERIFY_USER_ALREADY_VERIFIED",
      });
    }
    adminTokens = tokensSchema.parse((await login(1, admin)).body);
    tokens = tokensSchema.parse((await login(0, user)).body);
  });

  await test.step("asks for a city over MCP with the token, at both", async () => {
    for (const process of [0, 1] as const) {
      const client = new Client({ name: "maps", version: "1" });
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      const url = new URL(`http://localhost:${ports[process]}/api/mcp`);
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
      const told = await client.callTool({ name: "geocode_city", arguments: { city: "London" } });
      expect(told.structuredContent).toMatchObject({ name: "London", countryCode: "GB" });
      await client.close();
    }
  });

  await test.step("keeps token and link for a new password through a restart", async () => {
    expect((await post(0, "/auth/forgot-password", { email: user.username })).status).toBe(202);
    const token = await tokenMailed(user.username, "Choose a new password");
    await servers[0]?.stop();
    await start(0);
    const before = tokens.refresh_token;
    tokens = tokensSchema.parse((await post(0, "/auth/jwt/refresh", { refresh_token: before })).body);
    const retried = await post(1, "/auth/jwt/refresh", { refresh_token: before });
    expect(retried.body).toMatchObject({
      access_token: tokens.access_token,
      refresh_token: tokens.refresh_token,
    });
    expect((await get(1, "/users/me", tokens)).status).toBe(200);
    user.password = "schist under gneiss";
    const reset = { token, password: user.password };
    expect((await post(0, "/auth/reset-password", reset)).status).toBe(200);
    expect((await get(1, "/users/me", tokens)).status).toBe(401);
    expect((await post(1, "/auth/reset-password", reset)).body).toMatchObject({
      detail: "RESET_PASSWORD_BAD_TOKEN",
    });
    tokens = tokensSchema.parse((await login(1, user)).body);
  });

  await test.step("is asked for its second factor at one, and answers another that was restarted", async () => {
    const page = async (process: Process, path: string, data: object) => {
      const headers = { Origin: `http://localhost:${ports[0]}` };
      const answer = await request.post(`http://localhost:${ports[process]}/api/auth${path}`, {
        data,
        headers,
      });
      return answer.json();
    };
    const { username: email, password } = user;
    await page(0, "/sign-in/email", { email, password });
    const { totpURI } = await page(1, "/two-factor/enable", { password });
    await page(0, "/two-factor/verify-totp", { code: totpOf(totpURI) });
    await page(1, "/sign-out", {});
    expect(await page(1, "/sign-in/email", { email, password })).toMatchObject({ twoFactorRedirect: true });
    await servers[0]?.stop();
    await start(0);
    const answered = await page(0, "/two-factor/verify-totp", { code: totpOf(totpURI) });
    expect(answered).toMatchObject({ user: { email } });
    expect((await login(0, user)).body).toMatchObject({ detail: "LOGIN_SECOND_FACTOR_REQUIRED" });
    expect((await login(1, { ...user, otp: totpOf(totpURI) })).status).toBe(200);
    await page(1, "/two-factor/disable", { password });
  });

  await test.step("is served with a key that the other process has just made", async () => {
    const rotated = await post(1, "/admin/signing-keys", {}, adminTokens);
    const keyId = z.object({ keyId: z.string() }).parse(rotated.body).keyId;
    const later = tokensSchema.parse((await login(0, user)).body);
    expect(decodeProtectedHeader(later.access_token).kid).toBe(keyId);
    expect((await get(1, "/users/me", later)).status).toBe(200);
    expect((await get(1, "/users/me", tokens)).status).toBe(200);
  });

  await test.step("is banned at one, refused by the other on the next call, and let in again", async () => {
    const { id } = z.object({ id: z.string() }).parse((await get(1, "/users/me", tokens)).body);
    expect((await send("PATCH", 0, `/users/${id}`, { is_active: false }, adminTokens)).status).toBe(200);
    expect((await get(1, "/users/me", tokens)).status).toBe(401);
    expect((await login(1, user)).body).toMatchObject({ detail: "LOGIN_BAD_CREDENTIALS" });
    expect((await send("PATCH", 1, `/users/${id}`, { is_active: true }, adminTokens)).status).toBe(200);
    tokens = tokensSchema.parse((await login(0, user)).body);
  });

  await test.step("logs out at one, and the other refuses the token on its next call", async () => {
    expect((await get(1, "/users/me", tokens)).status).toBe(200);
    expect((await send("POST", 0, "/auth/jwt/logout", undefined, tokens)).status).toBe(204);
    expect((await get(1, "/users/me", tokens)).status).toBe(401);
    const again = await post(1, "/auth/jwt/refresh", { refresh_token: tokens.refresh_token });
    expect(again.status).toBe(401);
  });
});

async function send(method: string, process: Process, path: string, body?: unknown, tokens?: Tokens) {
  const response = await fetch(`http://localhost:${ports[process]}/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(tokens ? { authorization: `Bearer ${tokens.access_token}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

const get = (process: Process, path: string, tokens: Tokens) => send("GET", process, path, undefined, tokens);
const post = (process: Process, path: string, body: unknown, tokens?: Tokens) =>
  send("POST", process, path, body, tokens);

async function login(process: Process, form: Record<string, string>) {
  const response = await fetch(`http://localhost:${ports[process]}/api/v1/auth/jwt/login`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

/** As a program finds it: the `token` of the link in the last mail of this subject. */
async function tokenMailed(to: string, subject: string): Promise<string> {
  const found = () => smtp.mails.findLast((mail) => mail.to === to && mail.subject === subject)?.text;
  await expect.poll(found).toBeDefined();
  return new URL(found()?.match(/https?:\/\/\S+/)?.[0] ?? "").searchParams.get("token") ?? "";
}
