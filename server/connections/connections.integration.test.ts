import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";

setUpTestDatabase();

const slice = { scopes: ["mcp:query"], datasets: [], budget: null, callsPerHour: null, expiresInDays: null };

let owner: TestAccount;
let stranger: TestAccount;
let stones = "";
let theirs = "";

const as = (account: TestAccount) => ({ cookie: account.cookie });
const machine = (input: Record<string, unknown>, account = owner) =>
  rest("POST", "/connections/machines", as(account), { name: "Nightly", ...slice, ...input });

beforeAll(async () => {
  owner = await createTestAccount();
  stranger = await createTestAccount();
  stones = String((await rest("POST", "/datasets", as(owner), { name: "Stones" })).body.id);
  theirs = String((await rest("POST", "/datasets", as(stranger), { name: "Secrets" })).body.id);
});

describe("what a connection is given", () => {
  test("datasets, budget, calls, addresses and expiry are stored, shown and changed", async () => {
    const made = await machine({
      datasets: [stones],
      budget: { credits: 500, period: "day" },
      callsPerHour: 60,
      addresses: ["203.0.113.0/24"],
      expiresInDays: 30,
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      client: { name: "Nightly", verified: false },
      datasets: [{ id: stones, name: "Stones" }],
      budget: { credits: 500, period: "day", used: 0 },
      callsPerHour: 60,
      addresses: ["203.0.113.0/24"],
      pausedAt: null,
    });
    const path = `/connections/${made.body.id}`;
    const changed = await rest("PATCH", path, as(owner), { datasets: "all", budget: null, paused: true });
    expect(changed.body).toMatchObject({ datasets: "all", budget: null, callsPerHour: 60 });
    expect(changed.body.pausedAt).not.toBeNull();
    const left = await rest("PATCH", path, as(owner), { callsPerHour: 10 });
    expect(left.body).toMatchObject({ datasets: "all", callsPerHour: 10, addresses: ["203.0.113.0/24"] });
    const [{ revision } = { revision: 0 }] = await query<{ revision: number }>(
      "select revision from credential_access where credential_id = $1",
      [made.body.id],
    );
    expect(revision).toBe(3);
  });

  test.each([
    ["somebody else's dataset", () => ({ datasets: [theirs] }), 404],
    ["an unknown dataset", () => ({ datasets: ["ds_0000000000000"] }), 404],
    ["no scope", () => ({ scopes: [] }), 400],
    ["a scope that is none", () => ({ scopes: ["mcp:everything"] }), 400],
    ["an address that is none", () => ({ addresses: ["everywhere"] }), 400],
    ["a budget of nothing", () => ({ budget: { credits: 0, period: "day" } }), 400],
    ["no choice of expiry", () => ({ expiresInDays: undefined }), 400],
  ])("%s is refused and nothing is stored", async (_, input, status) => {
    const before = await rest("GET", "/connections", as(owner));
    expect((await machine(input())).status).toBe(status);
    expect((await rest("GET", "/connections", as(owner))).body).toEqual(before.body);
  });

  test("a dataset is added to those it has, also by two at once, and none that is not its owner's", async () => {
    const more: string[] = [];
    for (const name of ["Rivers", "Clouds"]) {
      more.push(String((await rest("POST", "/datasets", as(owner), { name })).body.id));
    }
    const made = await machine({ datasets: [stones] });
    const add = (...addDatasets: string[]) =>
      rest("PATCH", `/connections/${made.body.id}`, as(owner), { addDatasets });
    const answers = await Promise.all([...more, ...more].map((id) => add(id)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const shown = z.array(z.object({ id: z.string() })).parse((await add()).body.datasets);
    expect(shown.map(({ id }) => id).sort()).toEqual([stones, ...more].sort());
    for (const id of [theirs, "ds_0000000000000"]) expect((await add(stones, id)).status).toBe(404);
    const all = await machine({ datasets: "all" });
    const kept = await rest("PATCH", `/connections/${all.body.id}`, as(owner), { addDatasets: [stones] });
    expect(kept.body.datasets).toBe("all");
  });

  test("a stranger sees none of it and changes none of it", async () => {
    const made = await machine({});
    expect((await rest("GET", "/connections", as(stranger))).body.items).toEqual([]);
    for (const method of ["PATCH", "DELETE"] as const) {
      const refused = await rest(method, `/connections/${made.body.id}`, as(stranger), { paused: true });
      expect(refused.status).toBe(404);
    }
  });

  test("disconnecting leaves nothing of it but the log", async () => {
    const made = await machine({ datasets: [stones], budget: { credits: 5, period: "total" } });
    const { id } = made.body;
    const { id: clientId } = z.object({ id: z.string() }).parse(made.body.client);
    expect((await rest("DELETE", `/connections/${id}`, as(owner))).status).toBe(204);
    expect((await rest("DELETE", `/connections/${id}`, as(owner))).status).toBe(404);
    for (const table of ["credential_access", "credential_datasets", "budgets"]) {
      expect(await query(`select from ${table} where credential_id = $1`, [id])).toEqual([]);
    }
    const log = await rest("GET", "/audit?event=connections.delete", as(owner));
    expect(log.body.items).toMatchObject([{ subjectId: id }]);
    const clients = await rest("GET", "/connections/clients", as(owner));
    expect(JSON.stringify(clients.body)).not.toContain(String(clientId));
    expect(clientId).toMatch(/^machine_/);
  });
});

describe("a client that its owner registers", () => {
  const register = (input: Record<string, unknown>) =>
    rest("POST", "/connections/clients", as(owner), {
      name: "Reader",
      redirectUris: ["https://reader.example/callback"],
      confidential: true,
      ...input,
    });

  test("is confidential or public, listed for its owner alone, and deleted with its connections", async () => {
    const made = await register({});
    expect(made).toMatchObject({ status: 201, body: { clientSecret: expect.any(String) } });
    const open = await register({ confidential: false, redirectUris: ["http://localhost:1234/cb"] });
    expect(open).toMatchObject({ status: 201, body: { clientSecret: null } });
    const listed = await rest("GET", "/connections/clients", as(owner));
    expect(listed.body.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ clientId: open.body.clientId, confidential: false }),
        expect.objectContaining({ clientId: made.body.clientId, confidential: true, name: "Reader" }),
      ]),
    );
    expect(JSON.stringify(listed.body)).not.toContain(String(made.body.clientSecret));
    expect((await rest("GET", "/connections/clients", as(stranger))).body.items).toEqual([]);
    const nightly = await machine({});
    const { id } = z.object({ id: z.string() }).parse(nightly.body.client);
    for (const [account, status] of [
      [stranger, 404],
      [owner, 204],
      [owner, 404],
    ] as const) {
      expect((await rest("DELETE", `/connections/clients/${id}`, as(account))).status).toBe(status);
    }
    const left = await rest("GET", "/connections", as(owner));
    expect(JSON.stringify(left.body)).not.toContain(String(nightly.body.id));
    const ended = await rest("GET", "/audit?event=connections.delete", as(owner));
    expect(JSON.stringify(ended.body)).toContain(String(nightly.body.id));
  });

  test.each([
    ["a page on plain http", ["http://reader.example/callback"]],
    ["a script", ["javascript:alert(1)"]],
    ["a fragment", ["https://reader.example/#there"]],
    ["nothing", []],
  ])("%s is no redirect address", async (_, redirectUris) => {
    expect((await register({ redirectUris })).status).toBe(400);
  });

  test("an app's own address is one, as when it registers by itself", async () => {
    const redirectUris = ["cursor://anysphere.cursor-mcp/oauth/callback"];
    const { clientId } = (await register({ redirectUris })).body;
    const { items } = (await rest("GET", "/connections/clients", as(owner))).body;
    expect(items).toContainEqual(expect.objectContaining({ clientId, redirectUris }));
  });
});

describe("a key", () => {
  test("is rotated: both secrets work until the grace ends, and the old one's user is shown", async () => {
    const { id, key } = await owner.createKey();
    const rotated = await rest("POST", `/keys/${id}/rotate`, as(owner), { graceHours: 1 });
    const secret = String(rotated.body.key);
    expect(secret).not.toBe(key);
    for (const one of [key, secret]) {
      expect((await rest("GET", "/credits", { "x-api-key": one })).status).toBe(200);
    }
    await expect
      .poll(async () => (await keyOf(id))?.retired)
      .toMatchObject({ lastUsedAt: expect.any(String), lastAddress: expect.any(String) });
    await query("update retired_keys set expires_at = now() where key_id = $1", [id]);
    expect((await rest("GET", "/credits", { "x-api-key": key })).status).toBe(401);
    expect((await rest("GET", "/credits", { "x-api-key": secret })).status).toBe(200);
  });

  test("rotated without grace ends its old secret at once", async () => {
    const { id, key } = await owner.createKey();
    await rest("GET", "/credits", { "x-api-key": key });
    await rest("POST", `/keys/${id}/rotate`, as(owner), { graceHours: 0 });
    expect((await rest("GET", "/credits", { "x-api-key": key })).status).toBe(401);
  });

  test("is held to its datasets, calls and addresses on the next call", async () => {
    const { id, key } = await owner.createKey();
    const marble = String((await rest("POST", "/datasets", as(owner), { name: "Marble" })).body.id);
    const change = (input: Record<string, unknown>) => rest("PATCH", `/keys/${id}`, as(owner), input);
    const get = (path: string) => rest("GET", path, { "x-api-key": key });
    await change({ datasets: [stones] });
    expect((await get("/datasets")).body.items).toMatchObject([{ id: stones }]);
    expect((await get("/mcp/datasets")).body.items).toMatchObject([{ id: stones }]);
    for (const path of [`/datasets/${marble}`, `/mcp/manifest/${marble}`, `/datasets/${marble}/documents`]) {
      const hidden = await get(path);
      const unknown = await get(path.replace(marble, "ds_0000000000000"));
      expect(hidden).toMatchObject({ status: 404, body: unknown.body });
    }
    expect((await get(`/mcp/query/${marble}/default?query=x`)).status).toBe(404);
    await change({ callsPerHour: 1 });
    const [first, second] = [await get("/credits"), await get("/credits")];
    expect([first.status, second.status]).toEqual([200, 429]);
    expect(second.body.limit).toBe(`apiKey:${id}`);
    const search = () => get(`/mcp/query/${stones}/default?query=x`);
    expect((await search()).status).toBe(429);
    await change({ callsPerHour: 5 });
    expect((await search()).status).toBe(200);
    await change({ callsPerHour: 2 });
    expect((await search()).status).toBe(429);
    await change({ callsPerHour: null, addresses: ["198.51.100.7"] });
    expect((await search()).status).toBe(403);
    expect((await get("/credits")).body.code).toBe("address_not_allowed");
  });
});

async function keyOf(id: string): Promise<Record<string, unknown> | undefined> {
  const { body } = await rest("GET", "/keys", as(owner));
  return Array.isArray(body.items) ? body.items.find((item) => item.id === id) : undefined;
}
