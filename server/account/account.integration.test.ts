/** A copy of everything, the end of an account, and an admin who acts as somebody else. */
import { beforeEach, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { verifyLedger } from "../ledger-verify.ts";
import { signUpGrant } from "../operations.ts";
import { createTestAccount, rest, type TestAccount } from "../testing/accounts.ts";
import { newBrowser } from "../testing/browser.ts";
import { setUpTestDatabase } from "../testing/database.ts";
import { bearer, connect, send } from "../testing/oauth-client.ts";

setUpTestDatabase();

let admin: TestAccount;
let owner: TestAccount;
beforeEach(async () => {
  admin ??= await createTestAccount();
  owner = await createTestAccount();
});

const as = ({ cookie }: { cookie: string }) => ({ cookie });
const age = ({ userId }: TestAccount) =>
  query("update session set created_at = now() - interval '16 minutes' where user_id = $1", [userId]);

describe("proving again who one is", () => {
  it("takes the password, and lasts a quarter of an hour", async () => {
    await age(owner);
    const refused = await rest("POST", "/account/exports", as(owner));
    expect([refused.status, refused.body.code]).toEqual([403, "recent_proof_required"]);
    expect((await rest("GET", "/account", as(owner))).body.recent).toBe(false);
    const wrong = await rest("POST", "/account/confirmation", as(owner), { password: "not the password" });
    expect([wrong.status, wrong.body.code]).toEqual([403, "wrong_password"]);
    expect(
      (await rest("POST", "/account/confirmation", as(owner), { password: owner.password })).status,
    ).toBe(200);
    expect((await rest("GET", "/account", as(owner))).body.recent).toBe(true);
    expect((await rest("POST", "/account/exports", as(owner))).status).toBe(201);
    await query("update session set confirmed_at = now() - interval '16 minutes' where user_id = $1", [
      owner.userId,
    ]);
    expect((await rest("POST", "/account/exports", as(owner))).status).toBe(403);
  });

  it("is held up after some tries", async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 21; n++) {
      statuses.push((await rest("POST", "/account/confirmation", as(owner), { password: "x" })).status);
    }
    expect([statuses.at(0), statuses.at(-1)]).toEqual([403, 429]);
  });

  it("is asked of a session for a new password or address over REST, too", async () => {
    await age(owner);
    const refused = await rest("PATCH", "/users/me", as(owner), { password: "a password of somebody else" });
    expect(refused.status).toBe(403);
  });
});

describe("export", () => {
  it("holds everything but secrets, a page at a time, and opens to its owner's browser alone", async () => {
    const { key } = await owner.createKey();
    const app = await connect(owner);
    const dataset = await rest("POST", "/datasets", as(owner), { name: "Rocks" });
    const datasetId = String(dataset.body.id);
    const texts = Array.from({ length: 3 }, (_, n) => `Granite number ${n}. ${"It is hard. ".repeat(50)}`);
    for (const [n, text] of texts.entries()) {
      await rest("POST", `/datasets/${datasetId}/documents`, as(owner), { title: `Rock ${n}`, text });
    }
    await query("update documents set text = $2 where dataset_id = $1 and title = 'Rock 0'", [
      datasetId,
      texts[0],
    ]);
    await query(
      `insert into audit_events (id, account_id, actor_kind, event) select 'evt_fill' || n, $1, 'system', 'filler' from generate_series(1, 450) n`,
      [owner.userId],
    );
    const { url } = (await rest("POST", "/account/exports", as(owner))).body;
    const path = new URL(String(url)).pathname;
    const opened = await send(path, { headers: as(owner) });
    expect(opened.headers.get("content-disposition")).toMatch(/attachment; filename="fltr-export-.*\.json"/);
    const text = await opened.text();
    const exported = JSON.parse(text);
    expect(exported.profile).toMatchObject({ id: owner.userId, email: owner.email });
    expect(exported.datasets.map(({ name }: { name: string }) => name)).toEqual(["Rocks"]);
    expect(exported.documents).toHaveLength(3);
    expect(exported.documents.find(({ title }: { title: string }) => title === "Rock 0").text).toBe(texts[0]);
    expect(exported.keys).toHaveLength(1);
    expect(exported.connections.map(({ id }: { id: string }) => id)).toContain(app.connectionId);
    expect(exported.entries[0]).toMatchObject({ kind: "grant", delta: signUpGrant });
    expect(exported.audit.filter(({ event }: { event: string }) => event === "filler")).toHaveLength(450);
    const tokens = await query<{ token: string; key: string }>(
      "select s.token, k.key from session s, apikey k where s.user_id = $1 and k.reference_id = $1",
      [owner.userId],
    );
    for (const secret of [key, ...tokens.flatMap(({ token, key: hash }) => [token, hash])]) {
      expect(text).not.toContain(secret);
    }

    const stranger = await createTestAccount();
    expect((await send(path, { headers: as(stranger) })).status).toBe(404);
    expect((await send(path)).status).toBe(404);
    expect((await send(`${path}x`, { headers: as(owner) })).status).toBe(404);
  });
});

describe("deletion", () => {
  it("ends every access at once and keeps the books without a name", async () => {
    const { key } = await owner.createKey();
    const app = await connect(owner);
    const made = await rest("POST", "/datasets", as(owner), { name: "Rocks", visibility: "public" });
    const datasetId = String(made.body.id);
    const typo = await rest("POST", "/account/deletion", as(owner), { email: "somebody@example.test" });
    expect(typo.status).toBe(409);
    const gone = await rest("POST", "/account/deletion", as(owner), { email: owner.email.toUpperCase() });
    expect(gone.status).toBe(204);
    expect((await rest("GET", "/credits", as(owner))).status).toBe(401);
    expect((await rest("GET", "/credits", { "x-api-key": key })).status).toBe(401);
    expect((await rest("GET", "/credits", bearer(app.accessToken))).status).toBe(401);
    expect((await rest("GET", `/mcp/manifest/${datasetId}`)).status).toBe(404);
    const entries = await query<{ kind: string; delta: number; reason: string }>(
      "select kind, delta, reason from entries where account_id = $1 order by seq",
      [owner.userId],
    );
    expect(entries.map(({ kind, delta }) => [kind, Number(delta)])).toEqual([
      ["grant", signUpGrant],
      ["adjustment", -signUpGrant],
    ]);
    expect(JSON.stringify(entries)).not.toContain(owner.email);
    for (const table of ["receipts", "receipt_settings", "credit_settings", "idempotency_keys", "budgets"]) {
      expect(await query(`select 1 from ${table} where account_id = $1`, [owner.userId]), table).toEqual([]);
    }
    expect((await verifyLedger({ served: false })).faults).toEqual([]);
    // The address is free again, for a new account.
    const anew = await newBrowser().post("sign-up/email", {
      name: "Anew",
      email: owner.email,
      password: "granite under moss",
    });
    expect(anew.status).toBe(200);
  });

  it("is refused to the last admin", async () => {
    const refused = await rest("POST", "/account/deletion", as(admin), { email: admin.email });
    expect(refused.status).toBe(409);
    expect((await rest("GET", "/credits", as(admin))).status).toBe(200);
  });
});

describe("an admin who acts as somebody else", () => {
  async function acting() {
    const browser = newBrowser();
    await browser.signIn(admin.email, admin.password);
    expect((await browser.post("admin/impersonate-user", { userId: owner.userId })).status).toBe(200);
    return browser;
  }
  const events = async (accountId: string) =>
    query<{ event: string; actor_id: string }>(
      "select event, actor_id from audit_events where account_id = $1 and event ilike 'admin.%impers%' order by seq",
      [accountId],
    );

  it("sees and does what the owner could, and it stands in both logs under his name", async () => {
    const browser = await acting();
    const me = await rest("GET", "/account", { cookie: browser.cookie() });
    expect(me.body).toMatchObject({ id: owner.userId });
    const made = await rest("POST", "/datasets", { cookie: browser.cookie() }, { name: "By the admin" });
    expect(made.status).toBe(201);
    expect((await browser.post("admin/stop-impersonating")).status).toBe(200);
    expect((await rest("GET", "/account", { cookie: browser.cookie() })).body).toMatchObject({
      id: admin.userId,
    });
    for (const account of [owner, admin]) {
      expect((await events(account.userId)).slice(-2)).toEqual([
        { event: "admin.impersonate", actor_id: admin.userId },
        { event: "admin.stopImpersonating", actor_id: admin.userId },
      ]);
    }
  });

  it("reaches no way in, no money and no consent of the owner's", async () => {
    const browser = await acting();
    const cookie = browser.cookie();
    const refused = [
      await rest("POST", "/keys", { cookie }, { name: "Mine now", scopes: ["mcp:query"] }),
      await rest("POST", "/account/exports", { cookie }),
      await rest("POST", "/account/deletion", { cookie }, { email: owner.email }),
      await rest("PATCH", "/users/me", { cookie }, { password: "a password of the admin" }),
      await rest("POST", "/sessions/sign-out-others", { cookie }, { disconnectApps: true }),
    ];
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      refused.map(() => [403, "owner_required"]),
    );
    for (const [path, body] of [
      ["change-password", { currentPassword: owner.password, newPassword: "granite under moss" }],
      ["change-email", { newEmail: "admin@example.test" }],
      ["two-factor/enable", { password: owner.password }],
      ["update-user", { name: "Renamed" }],
    ] as const) {
      const reply = await browser.post(path, body);
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, "OWNER_REQUIRED"]);
    }
    const register = await browser.get("passkey/generate-register-options");
    expect(register.body.code).toBe("OWNER_REQUIRED");
  });

  it("is no other admin, ends within the hour, and is nobody else's right", async () => {
    const second = await createTestAccount();
    await query(`update "user" set role = 'admin' where id = $1`, [second.userId]);
    const browser = newBrowser();
    await browser.signIn(admin.email, admin.password);
    expect((await browser.post("admin/impersonate-user", { userId: second.userId })).status).toBe(403);
    await query(`update "user" set role = 'user' where id = $1`, [second.userId]);
    await browser.post("admin/impersonate-user", { userId: owner.userId });
    const [row] = await query<{ minutes: number }>(
      "select extract(epoch from expires_at - now())::float8 / 60 as minutes from session where impersonated_by = $1 order by created_at desc limit 1",
      [admin.userId],
    );
    expect(row?.minutes).toBeLessThanOrEqual(60);
    const plain = newBrowser();
    await plain.signIn(second.email, second.password);
    expect((await plain.post("admin/impersonate-user", { userId: owner.userId })).status).toBe(403);
  });
});
