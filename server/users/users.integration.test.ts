/** A client of a fastapi-users back end finds what it expects, with this one in its place. */
import { randomBytes } from "node:crypto";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { issuer, resource, restResource } from "../access-token.ts";
import { resetAuth } from "../auth.ts";
import { createTestAccount, rest } from "../testing/accounts.ts";
import { setUpTestDatabase } from "../testing/database.ts";
import { FastApiClient } from "../testing/fastapi-client.ts";
import { bearer, callTool } from "../testing/oauth-client.ts";

setUpTestDatabase();

beforeAll(async () => {
  resetAuth();
  // The first account of an installation is admin: not one of those below.
  await createTestAccount();
});

const password = "granite and marble";
const newEmail = () => `${randomBytes(5).toString("hex")}@example.test`;

async function registered() {
  const email = newEmail();
  const client = new FastApiClient();
  const told = await client.register({ email, password });
  expect(told.status).toBe(201);
  return { client, email, id: (told.body as { id: string }).id };
}

async function signedIn() {
  const user = await registered();
  expect((await user.client.login(user.email, password)).status).toBe(200);
  return user;
}

describe("register", () => {
  it("answers 201 with the user, and gives no rights that were asked for", async () => {
    const email = newEmail();
    const told = await new FastApiClient().register({
      email: email.toUpperCase(),
      password,
      first_name: "Ada",
      last_name: "Lovelace",
      is_superuser: true,
      is_active: true,
      is_verified: true,
      role: "admin",
      favourite_rock: "gneiss",
    });
    expect(told).toMatchObject({ status: 201 });
    expect(told.body).toEqual({
      id: expect.any(String),
      email,
      is_active: true,
      is_superuser: false,
      is_verified: false,
      first_name: "Ada",
      last_name: "Lovelace",
      role: "user",
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      last_login: null,
    });
    expect(
      await query('select from session s join "user" u on u.id = s.user_id where u.email = $1', [email]),
    ).toEqual([]);
  });

  it("says that an address is taken in the words that clients compare", async () => {
    const { client, email } = await registered();
    const again = await client.register({ email, password: "another password" });
    expect(again.status).toBe(400);
    expect(again.body).toMatchObject({ detail: "REGISTER_USER_ALREADY_EXISTS" });
  });

  it.each([
    ["a bad e-mail", { email: "nobody", password }, "email"],
    ["a short password", { email: "a@example.test", password: "short" }, "password"],
    ["no password", { email: "a@example.test" }, "password"],
    ["a password that is no text", { email: "a@example.test", password: 12345678 }, "password"],
  ])("refuses %s with 422 in FastAPI's form", async (_, fields, where) => {
    const told = await new FastApiClient().register(fields);
    expect(told.status).toBe(422);
    expect(told.body).toMatchObject({
      detail: [{ loc: ["body", where], msg: expect.any(String), type: expect.any(String) }],
    });
  });

  it("refuses a body that is no JSON with 422", async () => {
    const told = await new FastApiClient().call("POST", "/auth/register", { form: { email: "x" } });
    expect(told.status).toBe(422);
    expect(told.body).toMatchObject({ detail: expect.any(Array) });
  });
});

describe("login", () => {
  it("answers a bearer token that opens REST and MCP with all of the user's rights", async () => {
    const { client, email } = await registered();
    const told = await client.login(email, password);
    expect(told.status).toBe(200);
    expect(told.body).toEqual({
      access_token: expect.any(String),
      token_type: "bearer",
      refresh_token: expect.any(String),
      expires_in: 3600,
    });
    expect(told.headers.get("cache-control")).toBe("no-store");
    const token = client.accessToken ?? "";
    expect(decodeProtectedHeader(token)).toEqual({ alg: "RS256", typ: "at+jwt", kid: expect.any(String) });
    expect(decodeJwt(token)).toMatchObject({ iss: issuer, aud: [resource, restResource] });

    const me = await client.call("GET", "/users/me");
    expect(me.body).toMatchObject({ email, last_login: expect.stringMatching(/Z$/) });
    const made = await client.call("POST", "/datasets", { json: { name: "Mine" } });
    expect(made.status).toBe(201);
    expect((await client.call("POST", "/keys", { json: { name: "k" } })).status).toBe(201);
    const called = await callTool(token, "list_datasets");
    expect(called.status).toBe(200);
    expect(called.text).toContain((made.body as { id: string }).id);
    expect(
      await query('select from session s join "user" u on u.id = s.user_id where u.email = $1', [email]),
    ).toEqual([]);
  });

  it("answers a wrong password, an unknown address and a banned user alike", async () => {
    const { client, email, id } = await registered();
    const wrong = await client.login(email, "not the password");
    const unknown = await client.login(newEmail(), password);
    await query('update "user" set banned = true where id = $1', [id]);
    const banned = await client.login(email, password);
    for (const told of [wrong, unknown, banned]) {
      expect(told.status).toBe(400);
      expect(told.body).toMatchObject({ detail: "LOGIN_BAD_CREDENTIALS" });
      expect(told.body).toEqual(wrong.body);
    }
  });

  it("refuses a form that lacks a field with 422", async () => {
    const told = await new FastApiClient().call("POST", "/auth/jwt/login", {
      form: { username: "a@b.test" },
    });
    expect(told.status).toBe(422);
    expect(told.body).toMatchObject({
      detail: [{ loc: ["body", "password"], msg: "Field required", type: "missing" }],
    });
  });

  it("ignores a token that has expired, which a client sends along with everything", async () => {
    const { client, email } = await registered();
    client.accessToken = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmVk";
    expect((await client.login(email, password)).status).toBe(200);
  });

  it("holds up who guesses at one account, and not its owner elsewhere", async () => {
    const { email } = await registered();
    const guesser = new FastApiClient();
    const statuses = [];
    for (let guess = 0; guess < 12; guess++)
      statuses.push((await guesser.login(email, `guess ${guess}`)).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(400));
    expect(statuses.slice(10)).toEqual([429, 429]);
    expect((await new FastApiClient().login(email, password)).status).toBe(200);
  });
});

describe("refresh", () => {
  it("gives a new pair, and the same one to a client that lost the answer", async () => {
    const { client } = await signedIn();
    const before = client.refreshToken ?? "";
    const first = await client.refresh();
    expect(first.status).toBe(200);
    expect(client.refreshToken).not.toBe(before);
    const again = await client.call("POST", "/auth/jwt/refresh", { json: { refresh_token: before } });
    expect(again.body).toEqual({ ...(first.body as object), expires_in: expect.any(Number) });
    expect((await client.call("GET", "/users/me")).status).toBe(200);
    expect((await client.refresh()).status).toBe(200);
  });

  it("takes a form as well", async () => {
    const { client } = await signedIn();
    const form = { grant_type: "refresh_token", refresh_token: client.refreshToken ?? "" };
    expect((await client.call("POST", "/auth/jwt/refresh", { form })).status).toBe(200);
  });

  it("ends the login when a used token comes later: two have it", async () => {
    const { client, id } = await signedIn();
    const stolen = client.refreshToken ?? "";
    await client.refresh();
    await query(
      "update login_refresh_tokens set rotated_at = now() - interval '31 seconds' where rotated_at is not null",
    );
    const thief = await client.call("POST", "/auth/jwt/refresh", { json: { refresh_token: stolen } });
    expect(thief.status).toBe(401);
    expect(thief.body).toMatchObject({ detail: "REFRESH_BAD_TOKEN" });
    expect((await client.call("GET", "/users/me")).status).toBe(401);
    expect((await client.refresh()).status).toBe(401);
    const log = await query(
      "select event from audit_events where account_id = $1 and event like 'logins.%'",
      [id],
    );
    expect(log).toEqual([{ event: "logins.refreshTokenReused" }]);
  });

  it("answers calls at once with one pair", async () => {
    const { client } = await signedIn();
    const json = { refresh_token: client.refreshToken };
    const told = await Promise.all(
      Array.from({ length: 8 }, () => client.call("POST", "/auth/jwt/refresh", { json })),
    );
    expect(told.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(told.map(({ body }) => (body as { refresh_token: string }).refresh_token)).size).toBe(1);
  });

  it("refuses what is no refresh token, or an access token", async () => {
    const { client } = await signedIn();
    for (const refresh_token of ["nothing", client.accessToken]) {
      const told = await client.call("POST", "/auth/jwt/refresh", { json: { refresh_token } });
      expect(told.status).toBe(401);
    }
  });
});

describe("logout", () => {
  it("ends the token and its refresh token, and no other login", async () => {
    const { client, email } = await signedIn();
    const elsewhere = new FastApiClient();
    await elsewhere.login(email, password);
    const told = await client.logout();
    expect(told).toMatchObject({ status: 204, body: null });
    expect((await client.call("GET", "/users/me")).status).toBe(401);
    expect((await callTool(client.accessToken ?? "", "list_datasets")).status).toBe(401);
    expect((await client.refresh()).status).toBe(401);
    expect((await client.logout()).status).toBe(401);
    expect((await elsewhere.call("GET", "/users/me")).status).toBe(200);
  });

  it("is for logins: a key is told so", async () => {
    const { key } = await (await createTestAccount()).createKey();
    const told = await rest("POST", "/auth/jwt/logout", { "x-api-key": key });
    expect(told.status).toBe(403);
  });
});

describe("the owner", () => {
  it("finds the login among the connections, and ends it there", async () => {
    const { client } = await signedIn();
    const list = await client.call("GET", "/connections");
    const [login] = (list.body as { items: { id: string; login: boolean; client: { name: string } }[] })
      .items;
    expect(login).toMatchObject({ login: true, client: { name: "python-httpx/0.28.1" } });
    expect(
      (await client.call("PATCH", `/connections/${login?.id}`, { json: { scopes: ["mcp:query"] } })).status,
    ).toBe(409);
    expect((await client.call("DELETE", `/connections/${login?.id}`)).status).toBe(204);
    expect((await client.call("GET", "/users/me")).status).toBe(401);
  });

  it("ends logins with the browsers when signing out everywhere else", async () => {
    const account = await createTestAccount();
    const client = new FastApiClient();
    await client.login(account.email, account.password);
    const ended = await rest(
      "POST",
      "/sessions/sign-out-others",
      { cookie: account.cookie },
      { disconnectApps: false },
    );
    expect(ended.body).toEqual({ signedOut: 1, disconnected: 0 });
    expect((await rest("GET", "/credits", bearer(client.accessToken ?? ""))).status).toBe(401);
  });
});
