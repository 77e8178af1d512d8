import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { resetAuth } from "./auth.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import {
  authorize,
  bearer,
  callTool,
  connect,
  exchange,
  newVerifier,
  type OAuthClient,
  register,
} from "./testing/oauth-client.ts";

setUpTestDatabase();

let account: TestAccount;
let stones = "";
beforeAll(async () => {
  resetAuth();
  account = await createTestAccount();
  stones = String((await rest("POST", "/datasets", as(), { name: "Stones" })).body.id);
});

const as = () => ({ cookie: account.cookie });
const slice = {
  scopes: ["mcp:query"],
  datasets: [] as string[],
  budget: { credits: 20, period: "day" },
  callsPerHour: 90,
  expiresInDays: 3,
} as const;

/** The request as the consent page has it, or null where none was shown. */
async function ask(client: OAuthClient, scope: string) {
  const { verifier, challenge } = newVerifier();
  const { location } = await authorize(client, challenge, { scope, cookie: account.cookie });
  return {
    verifier,
    code: location?.searchParams.get("code") ?? null,
    request: location?.pathname === "/consent" ? { oauthQuery: location.search.slice(1) } : null,
  };
}

const allow = (request: object | null, given: object) =>
  rest("POST", "/connections", as(), { request, ...given });

describe("a scope more", () => {
  it("is challenged for at both doors, with every scope that the new token needs", async () => {
    const { accessToken } = await connect(account, slice);
    const refused = await rest("POST", "/datasets", bearer(accessToken), { name: "New" });
    const writer = await connect(account, { ...slice, scopes: ["mcp:create"] });
    const tool = await callTool(writer.accessToken, "query_dataset", { datasetId: stones, query: "x" });
    for (const { status, headers } of [refused, tool]) {
      expect(status).toBe(403);
      const challenge = headers.get("www-authenticate");
      expect(challenge).toContain('error="insufficient_scope"');
      expect(challenge).toContain('scope="mcp:query mcp:create"');
      expect(challenge).toContain("resource_metadata=");
    }
  });

  it("is granted alone: what the connection had stays to the second", async () => {
    const { client, connectionId } = await connect(account, { ...slice, datasets: [stones] });
    const before = await connectionOf(connectionId);
    const { request, verifier } = await ask(client, "mcp:query mcp:create");
    const shown = await rest("POST", "/connections/requests", as(), { request });
    expect(shown.body).toMatchObject({
      scopes: ["mcp:query", "mcp:create"],
      connection: { id: connectionId, scopes: ["mcp:query"] },
    });
    const granted = await allow(request, { scopes: ["mcp:query", "mcp:create"] });
    expect(granted.body.connection).toMatchObject({ ...before, scopes: ["mcp:query", "mcp:create"] });
    const code = new URL(String(granted.body.redirectUrl)).searchParams.get("code") ?? "";
    const tokens = await exchange(client, code, verifier);
    const made = await rest("POST", "/datasets", bearer(String(tokens.body.access_token)), { name: "New" });
    expect(made.status).toBe(201);
  });

  it("asked for alone takes none away", async () => {
    const { client } = await connect(account, slice);
    const { request } = await ask(client, "mcp:tools");
    const granted = await allow(request, { scopes: ["mcp:tools"] });
    expect(granted.body.connection).toMatchObject({ scopes: ["mcp:query", "mcp:tools"] });
  });

  it("needs the page, and what was granted needs none", async () => {
    const { client } = await connect(account, { ...slice, scopes: ["mcp:query", "mcp:tools"] });
    for (const scope of ["mcp:query mcp:tools", "mcp:query", "mcp:tools"]) {
      expect((await ask(client, scope)).code, scope).not.toBeNull();
    }
    for (const scope of ["mcp:query mcp:create", "mcp:create"]) {
      expect((await ask(client, scope)).request, scope).not.toBeNull();
    }
  });
});

describe("a connection that is not there to be added to", () => {
  it("is not begun without datasets, budget and expiry", async () => {
    const { request } = await ask(await register(), "mcp:query");
    for (const given of [{}, { datasets: [] }, { datasets: [], budget: null }]) {
      expect(await allow(request, { scopes: ["mcp:query"], ...given })).toMatchObject({ status: 400 });
    }
    expect(await allow(request, slice)).toMatchObject({ status: 201 });
  });

  it("that has expired is asked about anew, and then works again", async () => {
    const { client, accessToken, connectionId } = await connect(account, { ...slice, datasets: [stones] });
    await query("update connections set expires_at = now() where id = $1", [connectionId]);
    expect((await callTool(accessToken, "list_datasets")).status).toBe(401);
    const { request, verifier } = await ask(client, "mcp:query");
    expect(await allow(request, { scopes: ["mcp:query"] })).toMatchObject({ status: 400 });
    const granted = await allow(request, { ...slice, datasets: [stones] });
    expect(granted.body.connection).toMatchObject({ id: connectionId, datasets: [{ id: stones }] });
    const code = new URL(String(granted.body.redirectUrl)).searchParams.get("code") ?? "";
    const tokens = await exchange(client, code, verifier);
    expect((await callTool(String(tokens.body.access_token), "list_datasets")).status).toBe(200);
    expect((await ask(client, "mcp:query")).code).not.toBeNull();
  });
});

describe("one request in two tabs", () => {
  it("allowed in both at the same moment makes one connection, and no code that the other spoils", async () => {
    const client = await register();
    const { request, verifier } = await ask(client, "mcp:query");
    const answers = await Promise.all([allow(request, slice), allow(request, slice)]);
    const given = answers.filter(({ status }) => status === 201);
    expect(given.length).toBeGreaterThanOrEqual(1);
    expect(answers.every(({ status }) => [201, 404].includes(status))).toBe(true);
    const { body } = await rest("GET", "/connections", as());
    const mine = JSON.stringify(body.items).split(client.clientId).length - 1;
    expect(mine).toBe(1);
    for (const { body: granted } of given) {
      const code = new URL(String(granted.redirectUrl)).searchParams.get("code") ?? "";
      const tokens = await exchange(client, code, verifier);
      expect((await callTool(String(tokens.body.access_token), "list_datasets")).status).toBe(200);
    }
  });

  it("allowed in one and denied in the other is answered to both", async () => {
    const client = await register();
    const { request } = await ask(client, "mcp:query");
    const [allowed, denied] = await Promise.all([
      allow(request, slice),
      rest("POST", "/connections/denials", as(), { request }),
    ]);
    expect([201, 404]).toContain(allowed.status);
    expect([200, 404]).toContain(denied.status);
  });
});

async function connectionOf(id: string): Promise<Record<string, unknown>> {
  const { body } = await rest("GET", "/connections", as());
  const items = Array.isArray(body.items) ? body.items : [];
  const { scopes, lastUsedAt, ...others } = items.find((one) => one.id === id) ?? {};
  return others;
}
