/** What users and admins change over fastapi-users' routes, and what nobody may. */
import { randomBytes } from "node:crypto";
import { createEmailVerificationToken } from "better-auth/api";
import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { getAuth, resetAuth } from "../auth.ts";
import { authSecret } from "../secret.ts";
import { createTestAccount, rest, type TestAccount } from "../testing/accounts.ts";
import { setUpTestDatabase } from "../testing/database.ts";
import { FastApiClient } from "../testing/fastapi-client.ts";

setUpTestDatabase();

const password = "granite and marble";
const newEmail = () => `${randomBytes(5).toString("hex")}@example.test`;

let firstAdmin: TestAccount;
let admin: FastApiClient;

beforeAll(async () => {
  resetAuth();
  firstAdmin = await createTestAccount();
  admin = new FastApiClient();
  await admin.login(firstAdmin.email, firstAdmin.password);
});

async function signedIn() {
  const email = newEmail();
  const client = new FastApiClient();
  const { id } = (await client.register({ email, password })).body as { id: string };
  expect((await client.login(email, password)).status).toBe(200);
  return { client, email, id };
}

const patchMe = (client: FastApiClient, json: unknown) => client.call("PATCH", "/users/me", { json });
const patch = (id: string, json: unknown) => admin.call("PATCH", `/users/${id}`, { json });
const statusOf = async (client: FastApiClient) => (await client.call("GET", "/users/me")).status;

describe("a user", () => {
  it("changes names, and the dashboard shows them", async () => {
    const { client, id } = await signedIn();
    const told = await patchMe(client, {
      first_name: "Grace",
      last_name: "Hopper",
      id: "other",
      created_at: 5,
    });
    expect(told).toMatchObject({ status: 200, body: { id, first_name: "Grace", last_name: "Hopper" } });
    expect(await query('select name from "user" where id = $1', [id])).toEqual([{ name: "Grace Hopper" }]);
    await query(`update "user" set name = 'Grace Brewster Hopper' where id = $1`, [id]);
    const after = await client.call("GET", "/users/me");
    expect(after.body).toMatchObject({ first_name: "Grace Brewster", last_name: "Hopper" });
  });

  it("gives itself no rights", async () => {
    const { client } = await signedIn();
    const told = await patchMe(client, {
      role: "admin",
      is_superuser: true,
      is_verified: true,
      is_active: false,
    });
    expect(told.body).toMatchObject({
      role: "user",
      is_superuser: false,
      is_verified: false,
      is_active: true,
    });
  });

  it("changes the e-mail address, which then is not verified, to none that is taken", async () => {
    const { client, email, id } = await signedIn();
    await query('update "user" set email_verified = true where id = $1', [id]);
    const other = await signedIn();
    const taken = await patchMe(client, { email: other.email });
    expect(taken).toMatchObject({ status: 400, body: { detail: "UPDATE_USER_EMAIL_ALREADY_EXISTS" } });
    expect((await patchMe(client, { email })).body).toMatchObject({ is_verified: true });
    const fresh = newEmail();
    expect((await patchMe(client, { email: fresh })).body).toMatchObject({
      email: fresh,
      is_verified: false,
    });
    expect((await new FastApiClient().login(fresh, password)).status).toBe(200);
  });

  it("lets one of two have an address that both take at once", async () => {
    const users = [await signedIn(), await signedIn(), await signedIn()];
    const email = newEmail();
    const told = await Promise.all(users.map(({ client }) => patchMe(client, { email })));
    expect(told.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });

  it("changes the password, which ends every other sign-in", async () => {
    const { client, email } = await signedIn();
    const elsewhere = new FastApiClient();
    await elsewhere.login(email, password);
    const weak = await patchMe(client, { password: "short" });
    expect(weak.status).toBe(400);
    expect(weak.body).toMatchObject({
      detail: { code: "UPDATE_USER_INVALID_PASSWORD", reason: expect.any(String) },
    });
    expect((await patchMe(client, { password: "basalt and obsidian" })).status).toBe(200);
    expect(await statusOf(client)).toBe(200);
    expect(await statusOf(elsewhere)).toBe(401);
    expect((await elsewhere.refresh()).status).toBe(401);
    expect((await elsewhere.login(email, password)).status).toBe(400);
    expect((await elsewhere.login(email, "basalt and obsidian")).status).toBe(200);
  });

  it("deletes the account, and what was in it", async () => {
    const { client, email, id } = await signedIn();
    const made = await client.call("POST", "/datasets", { json: { name: "Gone" } });
    expect(made.status).toBe(201);
    expect((await client.call("DELETE", "/users/me")).status).toBe(204);
    expect(await statusOf(client)).toBe(401);
    expect((await client.login(email, password)).status).toBe(400);
    expect(await query("select from datasets where owner_id = $1", [id])).toEqual([]);
    expect((await client.register({ email, password })).status).toBe(201);
  });

  it("may not do what admins do", async () => {
    const { client, id } = await signedIn();
    for (const [method, path] of [
      ["GET", "/users"],
      ["GET", `/users/${id}`],
      ["PATCH", `/users/${id}`],
      ["DELETE", `/users/${id}`],
    ] as const) {
      const told = await client.call(method, path, method === "PATCH" ? { json: {} } : undefined);
      expect(told.status).toBe(403);
      expect((await client.call(method, path, undefined, "")).status).toBe(401);
    }
  });
});

describe("an admin", () => {
  it("finds users, page by page", async () => {
    const { email, id } = await signedIn();
    await signedIn();
    const found = await admin.call("GET", `/users?email=${encodeURIComponent(email)}`);
    expect(found.body).toMatchObject({ items: [{ id, email }], next_cursor: null });
    const first = (await admin.call("GET", "/users?limit=1")).body as {
      items: { id: string }[];
      next_cursor: string;
    };
    const second = (await admin.call("GET", `/users?limit=1&cursor=${first.next_cursor}`))
      .body as typeof first;
    expect(first.items).toHaveLength(1);
    expect(second.items[0]?.id).toBe(id);
    expect((await admin.call("GET", "/users/none")).status).toBe(404);
    expect((await admin.call("GET", "/users?limit=no")).body).toMatchObject({
      detail: [{ loc: ["query", "limit"] }],
    });
  });

  it("gives the premium role, and its limits count on the next call", async () => {
    const { client, id } = await signedIn();
    const limit = async () =>
      Number((await client.call("GET", "/users/me")).headers.get("x-ratelimit-limit"));
    const before = await limit();
    expect((await patch(id, { role: "premium" })).body).toMatchObject({
      role: "premium",
      is_superuser: false,
    });
    expect(await limit()).toBe(5 * before);
  });

  it("makes a superuser an admin, and back", async () => {
    const { client, id } = await signedIn();
    expect((await patch(id, { is_superuser: true })).body).toMatchObject({
      role: "admin",
      is_superuser: true,
    });
    expect((await client.call("GET", "/users")).status).toBe(200);
    expect((await patch(id, { is_superuser: false })).body).toMatchObject({
      role: "user",
      is_superuser: false,
    });
    expect((await client.call("GET", "/users")).status).toBe(403);
    expect((await patch(id, { is_superuser: true, role: "premium" })).status).toBe(422);
  });

  it("bans: the next call of token, key and session is refused, until the ban is lifted", async () => {
    const account = await createTestAccount();
    const { key } = await account.createKey();
    const client = new FastApiClient();
    await client.login(account.email, account.password);
    expect((await patch(account.userId, { is_active: false })).body).toMatchObject({ is_active: false });
    expect(await statusOf(client)).toBe(401);
    expect((await client.refresh()).status).toBe(401);
    expect((await client.login(account.email, account.password)).body).toMatchObject({
      detail: "LOGIN_BAD_CREDENTIALS",
    });
    expect((await rest("GET", "/credits", { "x-api-key": key })).status).toBe(401);
    expect((await rest("GET", "/credits", { cookie: account.cookie })).status).toBe(401);
    expect((await patch(account.userId, { is_active: true })).body).toMatchObject({ is_active: true });
    expect((await rest("GET", "/credits", { "x-api-key": key })).status).toBe(200);
    expect((await client.login(account.email, account.password)).status).toBe(200);
  });

  it("does the same in camelCase beside the other admin routes", async () => {
    const { client, id } = await signedIn();
    const token = { authorization: `Bearer ${admin.accessToken}` };
    const path = `/admin/users/${id}`;
    const banned = await rest("PATCH", path, token, { banned: true, banReason: "spam", banDays: 3 });
    expect(banned.body).toEqual({ userId: id, role: "user", banned: true });
    expect(await statusOf(client)).toBe(401);
    await query(`update "user" set ban_expires = now() - interval '1 second' where id = $1`, [id]);
    expect((await admin.call("GET", `/users/${id}`)).body).toMatchObject({ is_active: true });
    const log = await query<{ event: string }>(
      "select event from audit_events where account_id = $1 order by seq",
      [id],
    );
    expect(log.map(({ event }) => event)).toContain("admin.banUser");
  });

  it("verifies, sets a password for, and deletes a user", async () => {
    const { client, email, id } = await signedIn();
    expect((await patch(id, { is_verified: true })).body).toMatchObject({ is_verified: true });
    expect((await patch(id, { password: "basalt and obsidian" })).status).toBe(200);
    expect(await statusOf(client)).toBe(401);
    expect((await client.login(email, "basalt and obsidian")).status).toBe(200);
    expect((await admin.call("DELETE", `/users/${id}`)).status).toBe(204);
    expect(await statusOf(client)).toBe(401);
    expect((await admin.call("DELETE", `/users/${id}`)).status).toBe(404);
  });
});

describe("the last admin", () => {
  it("cannot be demoted, banned or deleted", async () => {
    const { userId } = firstAdmin;
    const refused = [
      await patch(userId, { role: "user" }),
      await patch(userId, { is_superuser: false }),
      await patch(userId, { is_active: false }),
      await admin.call("DELETE", `/users/${userId}`),
      await admin.call("DELETE", "/users/me"),
    ];
    for (const told of refused) expect(told).toMatchObject({ status: 409, body: { code: "last_admin" } });
    expect(await statusOf(admin)).toBe(200);
  });

  it.each([
    ["demote", "PATCH", { role: "user" }],
    ["ban", "PATCH", { is_active: false }],
    ["delete", "DELETE", null],
  ])("stays when the only two %s each other at once", async (_, method, json) => {
    const setRole = (role: string, ids: string[]) =>
      query('update "user" set role = $1 where id = any($2::text[])', [role, ids]);
    for (let round = 0; round < 3; round++) {
      const [one, two] = [await signedIn(), await signedIn()];
      await setRole("admin", [one.id, two.id]);
      await setRole("user", [firstAdmin.userId]);
      const act = (by: FastApiClient, id: string) =>
        by.call(method, `/users/${id}`, json ? { json } : undefined);
      const told = await Promise.all([act(one.client, two.id), act(two.client, one.id)]);
      const left = await query(`select id from "user" where role = 'admin' and not coalesce(banned, false)`);
      await setRole("admin", [firstAdmin.userId]);
      await setRole("user", [one.id, two.id]);
      expect(left).toHaveLength(1);
      expect(told.filter(({ status }) => status < 300)).toHaveLength(1);
    }
  });
});

describe("a forgotten password", () => {
  const ask = (client: FastApiClient, email: string) =>
    client.call("POST", "/auth/forgot-password", { json: { email } });
  const reset = (client: FastApiClient, json: unknown) =>
    client.call("POST", "/auth/reset-password", { json });

  async function tokenFor(userId: string): Promise<string> {
    const token = randomBytes(12).toString("hex");
    const { internalAdapter } = await (await getAuth()).$context;
    const expiresAt = new Date(Date.now() + 60_000);
    await internalAdapter.createVerificationValue({
      identifier: `reset-password:${token}`,
      value: userId,
      expiresAt,
    });
    return token;
  }

  it("is asked about with one answer for every address", async () => {
    const { client, email } = await signedIn();
    const [known, unknown] = [await ask(client, email), await ask(client, newEmail())];
    expect(known.status).toBe(202);
    expect(unknown.body).toEqual(known.body);
    expect(unknown.status).toBe(202);
  });

  it("is set anew with the token, once, and ends every sign-in", async () => {
    const { client, email, id } = await signedIn();
    const token = await tokenFor(id);
    const weak = await reset(client, { token, password: "short" });
    expect(weak).toMatchObject({
      status: 400,
      body: { detail: { code: "RESET_PASSWORD_INVALID_PASSWORD" } },
    });
    expect((await reset(client, { token, password: "basalt and obsidian" })).status).toBe(200);
    expect(await statusOf(client)).toBe(401);
    expect((await client.login(email, "basalt and obsidian")).status).toBe(200);
    const again = await reset(client, { token, password: "another one for me" });
    expect(again).toMatchObject({ status: 400, body: { detail: "RESET_PASSWORD_BAD_TOKEN" } });
  });
});

describe("an address to verify", () => {
  const verify = (client: FastApiClient, token: string) =>
    client.call("POST", "/auth/verify", { json: { token } });

  it("is verified with the token, once", async () => {
    const { client, email, id } = await signedIn();
    const asked = await client.call("POST", "/auth/request-verify-token", { json: { email: newEmail() } });
    expect(asked).toMatchObject({ status: 202, body: null });
    const token = await createEmailVerificationToken(authSecret(), email);
    expect(await verify(client, token)).toMatchObject({ status: 200, body: { id, is_verified: true } });
    expect(await verify(client, token)).toMatchObject({
      status: 400,
      body: { detail: "VERIFY_USER_ALREADY_VERIFIED" },
    });
    for (const bad of ["nothing", `${token}x`, await createEmailVerificationToken("other secret", email)]) {
      expect(await verify(client, bad)).toMatchObject({
        status: 400,
        body: { detail: "VERIFY_USER_BAD_TOKEN" },
      });
    }
  });
});
