import { expect, test } from "vitest";
import { query } from "#db/client.ts";
import { handleAuth } from "./auth-door.ts";
import { cookieOf, createTestAccount, rest } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

setUpTestDatabase();

const askAuth = (path: string, body: Record<string, string>) =>
  handleAuth(
    new Request(`http://localhost:3000/api/auth${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        origin: "http://localhost:3000",
        "user-agent": "Test browser",
      },
      body: JSON.stringify(body),
    }),
  );
const signIn = (email: string, password: string) => askAuth("/sign-in/email", { email, password });

async function signUp(): Promise<string> {
  const email = `${Date.now()}@example.test`;
  const answer = await askAuth("/sign-up/email", { email, password: "correct horse battery", name: "Other" });
  return cookieOf(answer.headers);
}

async function eventsOf(cookie: string) {
  const { body } = await rest("GET", "/audit?limit=5", { cookie });
  return Array.isArray(body.items) ? body.items : [];
}

test("signing in, failing to, and what is done with keys stand in the owner's log, not in another's", async () => {
  const owner = await createTestAccount();
  const other = await signUp();
  const [row] = await query<{ email: string }>('select email from "user" where id = $1', [owner.userId]);
  const email = row?.email ?? "";
  expect((await signIn(email, "not the password")).status).toBe(401);
  expect((await signIn("nobody@example.org", "not the password")).status).toBe(401);
  const made = await rest("POST", "/keys", { cookie: owner.cookie }, { name: "Key" });
  await rest("DELETE", `/keys/${made.body.id}`, { cookie: owner.cookie });

  const [deleted, created, failed] = await eventsOf(owner.cookie);
  expect(deleted).toMatchObject({ event: "keys.delete", subjectId: made.body.id, actorId: owner.userId });
  expect(created).toMatchObject({ event: "keys.create", accountId: owner.userId });
  expect(failed).toMatchObject({ event: "signIn.failed", actorId: null, userAgent: "Test browser" });
  const theirs = await eventsOf(other);
  expect(theirs.map(({ event }) => event)).toEqual(["signUp"]);
  const nobodys = await query(
    "select from audit_events where account_id is null and event = 'signIn.failed'",
  );
  expect(nobodys).toHaveLength(1);
});

test("an event can neither be changed nor removed", async () => {
  await createTestAccount();
  await expect(query("update audit_events set event = 'nothing'")).rejects.toThrow("append only");
  await expect(query("delete from audit_events")).rejects.toThrow("append only");
  await expect(query("truncate audit_events")).rejects.toThrow("append only");
});
