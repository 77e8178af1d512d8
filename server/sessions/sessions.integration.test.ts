import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { getAuth } from "#server/auth.ts";
import { cookieOf, createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { bearer, connect, refresh } from "#server/testing/oauth-client.ts";

setUpTestDatabase();

const itemsSchema = z.array(
  z.object({ id: z.string(), current: z.boolean(), userAgent: z.string().nullable() }),
);

let owner: TestAccount;
beforeEach(async () => {
  owner = await createTestAccount();
});

const as = ({ cookie }: { cookie: string }) => ({ cookie });
const list = async (who: { cookie: string }) =>
  itemsSchema.parse((await rest("GET", "/sessions", as(who))).body.items);
const statusOf = async (who: { cookie: string }) => (await rest("GET", "/credits", as(who))).status;

async function signIn({ email, password }: TestAccount, userAgent: string): Promise<{ cookie: string }> {
  const auth = await getAuth();
  const { headers } = await auth.api.signInEmail({
    body: { email, password },
    headers: { "user-agent": userAgent },
    returnHeaders: true,
  });
  return { cookie: cookieOf(headers) };
}

async function eventsOf({ userId }: TestAccount): Promise<string[]> {
  const rows = await query<{ event: string }>(
    "select event from audit_events where account_id = $1 and event ~ '^sessions|connections.delete' order by seq",
    [userId],
  );
  return rows.map(({ event }) => event);
}

test("each session is listed without its token, and says whether it is the one that asks", async () => {
  const other = await signIn(owner, "Other browser");
  const answer = await rest("GET", "/sessions", as(other));
  const items = itemsSchema.parse(answer.body.items);
  expect(items).toHaveLength(2);
  expect(items.filter(({ current }) => current).map(({ userAgent }) => userAgent)).toEqual(["Other browser"]);
  const tokens = await query<{ token: string }>("select token from session where user_id = $1", [
    owner.userId,
  ]);
  for (const { token } of tokens) expect(JSON.stringify(answer.body)).not.toContain(token);
});

test("a session that has expired is not listed", async () => {
  const other = await signIn(owner, "Other browser");
  const gone = (await list(other)).find(({ current }) => current);
  await query("update session set expires_at = now() - interval '1 minute' where id = $1", [gone?.id]);
  expect((await list(owner)).map(({ id }) => id)).not.toContain(gone?.id);
});

test("a session that was ended is refused on its next call, and nobody else can end it", async () => {
  const other = await signIn(owner, "Other browser");
  const stranger = await createTestAccount();
  const sessionId = (await list(other)).find(({ current }) => current)?.id;
  expect(await statusOf(other)).toBe(200);
  expect((await rest("DELETE", `/sessions/${sessionId}`, as(stranger))).status).toBe(404);
  expect(await statusOf(other)).toBe(200);
  expect((await rest("DELETE", `/sessions/${sessionId}`, as(owner))).status).toBe(204);
  expect(await statusOf(other)).toBe(401);
  expect(await statusOf(owner)).toBe(200);
  expect((await rest("DELETE", `/sessions/${sessionId}`, as(owner))).status).toBe(404);
  expect(await eventsOf(owner)).toEqual(["sessions.revoke"]);
});

test("signing out everywhere else leaves the apps connected, unless they are to go too", async () => {
  const other = await signIn(owner, "Other browser");
  const stranger = await createTestAccount();
  const theirs = await connect(stranger);
  const app = await connect(other);
  const calls = async ({ accessToken }: { accessToken: string }) =>
    (await rest("GET", "/credits", bearer(accessToken))).status;
  const signOutOthers = (disconnectApps: boolean) =>
    rest("POST", "/sessions/sign-out-others", as(owner), { disconnectApps });

  expect((await signOutOthers(false)).body).toEqual({ signedOut: 1, disconnected: 0 });
  expect([await statusOf(other), await statusOf(owner), await calls(app)]).toEqual([401, 200, 200]);
  const renewed = await refresh(app.client, app.refreshToken);
  expect(renewed.status).toBe(200);

  expect((await signOutOthers(true)).body).toEqual({ signedOut: 0, disconnected: 1 });
  expect([await calls(app), await statusOf(owner)]).toEqual([401, 200]);
  expect((await refresh(app.client, String(renewed.body.refresh_token))).status).toBe(400);
  expect([await calls(theirs), await statusOf(stranger)]).toEqual([200, 200]);
  expect(await eventsOf(owner)).toEqual(["sessions.revokeOthers", "connections.delete"]);
});
