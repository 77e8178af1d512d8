/** What an admin sees of the installation: states with their since, policy, refusals, the funnel, all credentials. */
import { beforeAll, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { noteClientStep } from "../client-steps.ts";
import { forgetLapsed } from "../forget-lapsed.ts";
import { readHealth } from "../installation-health.ts";
import { noteRefusal, refusalsSettled } from "../refusals.ts";
import { createTestAccount, rest, type TestAccount } from "../testing/accounts.ts";
import { setUpTestDatabase } from "../testing/database.ts";

setUpTestDatabase();

let admin: TestAccount;
let owner: TestAccount;
beforeAll(async () => {
  admin = await createTestAccount();
  owner = await createTestAccount();
});

// biome-ignore lint/suspicious/noExplicitAny: whatever the operation answers
async function read(path: string): Promise<any> {
  const reply = await rest("GET", `/admin/${path}`, { cookie: admin.cookie });
  expect(reply.status).toBe(200);
  return reply.body;
}

/** As if its last look was long ago. */
async function lookAgain() {
  await query("update part_states set checked_at = 'epoch'");
  return new Map((await readHealth()).map((state) => [state.part, state]));
}

it("tells the state of each part, and since when it is in it", async () => {
  const { items } = await read("health");
  expect(items.map(({ part }: { part: string }) => part)).toEqual([
    "database",
    "limits",
    "queue",
    "mail",
    "embeddings",
  ]);
  await query("update part_states set state = 'ok', since = now() - interval '1 day'");
  const before = await lookAgain();
  expect(before.get("queue")).toMatchObject({ state: "ok" });
  expect(Date.now() - Number(before.get("queue")?.since)).toBeGreaterThan(86_000_000);

  await query(
    "insert into mails (id, message, attempts, created_at) values ('mail_1', '', 3, now() - interval '1 hour')",
  );
  const after = await lookAgain();
  expect(after.get("mail")).toMatchObject({ state: "down", detail: expect.stringContaining("60 minutes") });
  expect(Date.now() - Number(after.get("mail")?.since)).toBeLessThan(60_000);
  expect(after.get("queue")?.since).toEqual(before.get("queue")?.since);
  await query("delete from mails");
});

it("tells the policy in force with what was set for single accounts", async () => {
  const limit = { name: "account", points: 42, reason: "a trial" };
  await rest("PATCH", `/admin/users/${owner.userId}/limits`, { cookie: admin.cookie }, limit);
  const policy = await read("policy");
  expect(policy.overrides).toMatchObject([{ email: owner.email, ...limit }]);
  expect(policy.operations).toContainEqual(expect.objectContaining({ id: "search.query", priceCredits: 10 }));
  expect(policy.tiers).toContainEqual({ name: "anonymous", points: 50, windowSeconds: 3600 });
  await rest(
    "PATCH",
    `/admin/users/${owner.userId}/limits`,
    { cookie: admin.cookie },
    { ...limit, points: null },
  );
});

it("counts what limits refused, with who ran into which", async () => {
  const cause = { accountId: owner.userId, kind: "session", credentialId: "session" } as const;
  for (let call = 0; call < 3; call++) noteRefusal(cause, "account", "search.query");
  await refusalsSettled();
  expect(await read("refusals")).toMatchObject({
    refused: 3,
    answered: 0,
    hours: [{ refused: 3, answered: 0 }],
    causes: [{ email: owner.email, limit: "account", operation: "search.query", refused: 3 }],
  });
});

it("shows how far each app got that registered", async () => {
  for (const id of ["gone", "refused", "calls"]) {
    await query(
      "insert into oauth_client (id, client_id, redirect_uris, created_at) values ($1, $1, '{}', now())",
      [id],
    );
  }
  await noteClientStep("refused", "asked");
  await noteClientStep("refused", "shown");
  await noteClientStep("refused", "shown");
  await noteClientStep("refused", "denied");
  await noteClientStep("nobody", "asked");
  await query(
    `insert into connections (id, account_id, client_id, name, scopes, tokens_from, last_used_at)
     values ('con_calls', $1, 'calls', 'Reader', '{}', now(), now())`,
    [owner.userId],
  );
  // A registration that was never used goes after a while; it still counts.
  await query(
    "update oauth_client set updated_at = now() - interval '2 days', created_at = now() - interval '2 days' where id = 'gone'",
  );
  await forgetLapsed();
  const { steps, denied, stopped } = await read("funnel");
  expect(steps.map(({ clients }: { clients: number }) => clients)).toEqual([3, 2, 2, 1, 1]);
  expect(denied).toBe(1);
  expect(stopped).toHaveLength(2);
  expect(stopped).toContainEqual(
    expect.objectContaining({ clientId: "refused", lastStep: "shown", denied: true }),
  );
});

it("lists keys and apps of everybody, page by page, without a secret", async () => {
  const { key } = await owner.createKey();
  const seen: { kind: string; email: string }[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = await read(`credentials?limit=1&search=${owner.email}${cursor && `&cursor=${cursor}`}`);
    expect(JSON.stringify(page)).not.toContain(key);
    seen.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(seen.map(({ kind }) => kind).sort()).toEqual(["apiKey", "connection"]);
  expect(seen.every(({ email }) => email === owner.email)).toBe(true);
  const refused = await rest("GET", "/admin/credentials", { cookie: owner.cookie });
  expect(refused.body.code).toBe("admin_required");
});
