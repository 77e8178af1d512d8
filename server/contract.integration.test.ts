/**
 * The contract of every row of the table at every door: no credential, a bad one, a wrong scope, over the
 * limit, bad input, no credits, and the same answer over tRPC, REST and MCP. A row without an example
 * here does not compile.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { getAuth } from "./auth.ts";
import { createDocuments } from "./documents/create.ts";
import { ingestDocument } from "./documents/ingest.ts";
import { ignoresCredentials, limitsOf } from "./limits.ts";
import { openLogin } from "./logins.ts";
import { handleMcp } from "./mcp/handler.ts";
import { holdsScope, type OperationId, operation, operationIds, type Scope, tiers } from "./operations.ts";
import { itemPrices, total } from "./price.ts";
import { identify } from "./principal.ts";
import { getRateLimiter } from "./rate-limit.ts";
import { handleRest } from "./rest/handler.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { handleTrpc } from "./trpc-handler.ts";

setUpTestDatabase();

type Fixture = {
  admin: TestAccount;
  owner: TestAccount;
  datasetId: string;
  documentId: string;
  keyId: string;
  connectionId: string;
  receiptId: string;
  endpointId: string;
  questionId: string;
  runId: string;
  sessionId: string;
  refreshToken: string;
  sourceId: string;
};
let fixture: Fixture;
let registered = 0;

const slice = { scopes: ["mcp:query"], datasets: [], budget: null, callsPerHour: 10, expiresInDays: 30 };

/** A call that succeeds for the owner (or, where the row asks for one, the admin). */
const examples: Record<OperationId, (f: Fixture) => Record<string, unknown>> = {
  "account.confirm": (f) => ({ password: f.owner.password }),
  "account.delete": (f) => ({ email: f.owner.email }),
  "account.export": () => ({}),
  "account.get": () => ({}),
  "account.mails": () => ({}),
  "account.setMails": () => ({ payments: false }),
  "admin.audit": () => ({}),
  "admin.creditRequests": () => ({}),
  "admin.declineCreditRequest": () => ({ requestId: "creq_0000000000000" }),
  "admin.credentials": () => ({}),
  "admin.funnel": () => ({}),
  "admin.health": () => ({}),
  "admin.policy": () => ({}),
  "admin.refusals": () => ({}),
  "admin.grantCredits": (f) => ({ userId: f.owner.userId, amount: 5, reason: "thanks" }),
  "admin.rotateSigningKey": () => ({}),
  "admin.setLimit": (f) => ({ userId: f.owner.userId, name: "account", points: 6_000, reason: "trusted" }),
  "admin.updateUser": (f) => ({ userId: f.owner.userId, role: "user" }),
  "admin.users": () => ({}),
  "admin.stripeEvents": () => ({}),
  "alerts.list": () => ({}),
  "audit.list": () => ({}),
  "auth.forgotPassword": (f) => ({ email: f.owner.email }),
  "auth.login": (f) => ({ username: f.owner.email, password: f.owner.password }),
  "auth.logout": () => ({}),
  "auth.refresh": (f) => ({ refresh_token: f.refreshToken }),
  "auth.register": () => ({ email: `${++registered}@register.test`, password: "granite and marble" }),
  "auth.requestVerifyToken": (f) => ({ email: f.owner.email }),
  "auth.resetPassword": () => ({ token: "none", password: "granite and marble" }),
  "auth.verify": () => ({ token: "none" }),
  "connections.ask": () => ({ request: { userCode: "ABCD-EFGH" } }),
  "connections.clients": () => ({}),
  "connections.deleteClient": () => ({ clientId: "none_0000000000000" }),
  "connections.registerClient": () => ({
    name: "Reader",
    redirectUris: ["https://reader.example/callback"],
    confidential: true,
  }),
  "connections.createMachine": () => ({ name: "Nightly", ...slice }),
  "connections.delete": (f) => ({ connectionId: f.connectionId }),
  "connections.deny": () => ({ request: { oauthQuery: "client_id=none" } }),
  "connections.grant": () => ({ request: { userCode: "ABCD-EFGH" }, ...slice }),
  "connections.list": () => ({}),
  "connections.update": (f) => ({ connectionId: f.connectionId, callsPerHour: 50 }),
  "credits.checkout": () => ({ packId: "pack_10k" }),
  "credits.entries": () => ({}),
  "credits.get": () => ({}),
  "credits.packs": () => ({}),
  "credits.request": () => ({ amount: 500, message: "For the winter course" }),
  "credits.settings": () => ({ threshold: 2_000 }),
  "datasets.create": () => ({ name: "Made in a test" }),
  "datasets.delete": (f) => ({ datasetId: f.datasetId }),
  "datasets.get": (f) => ({ datasetId: f.datasetId }),
  "datasets.list": () => ({}),
  "datasets.manifest": (f) => ({ datasetId: f.datasetId }),
  "datasets.mine": () => ({}),
  "datasets.update": (f) => ({ datasetId: f.datasetId, description: "changed" }),
  "documents.cancel": (f) => ({ datasetId: f.datasetId, documentId: f.documentId }),
  "documents.create": (f) => ({ datasetId: f.datasetId, title: "Another", text: "Something else to read." }),
  "documents.delete": (f) => ({ datasetId: f.datasetId, documentId: f.documentId }),
  "documents.get": (f) => ({ datasetId: f.datasetId, documentId: f.documentId }),
  "documents.list": (f) => ({ datasetId: f.datasetId }),
  "documents.read": (f) => ({ datasetId: f.datasetId, documentId: f.documentId, length: 10 }),
  "documents.retry": (f) => ({ datasetId: f.datasetId, documentId: f.documentId }),
  "documents.update": (f) => ({ datasetId: f.datasetId, documentId: f.documentId, title: "Rocks" }),
  "documents.upload": (f) => ({ datasetId: f.datasetId }),
  "embeddings.batch": () => ({ texts: ["granite", "marble ".repeat(200)] }),
  "embeddings.create": () => ({ text: "granite" }),
  "geocoding.city": () => ({ city: "London" }),
  "flags.decide": (f) => ({ datasetId: f.datasetId, chunkId: "999999999", decision: "approved" }),
  "flags.list": (f) => ({ datasetId: f.datasetId }),
  "endpoints.create": (f) => ({ datasetId: f.datasetId, name: "made-in-a-test" }),
  "endpoints.delete": (f) => ({ endpointId: f.endpointId }),
  "endpoints.get": (f) => ({ endpointId: f.endpointId }),
  "endpoints.list": (f) => ({ datasetId: f.datasetId }),
  "endpoints.publish": (f) => ({ endpointId: f.endpointId }),
  "endpoints.update": (f) => ({ endpointId: f.endpointId, description: "changed" }),
  "golden.create": (f) => ({ datasetId: f.datasetId, question: "granite", documentIds: [f.documentId] }),
  "golden.delete": (f) => ({ datasetId: f.datasetId, questionId: f.questionId }),
  "golden.evaluate": (f) => ({ datasetId: f.datasetId, k: 5 }),
  "golden.getRun": (f) => ({ datasetId: f.datasetId, runId: f.runId }),
  "golden.getSettings": (f) => ({ datasetId: f.datasetId }),
  "golden.list": (f) => ({ datasetId: f.datasetId }),
  "golden.runs": (f) => ({ datasetId: f.datasetId }),
  "golden.settings": (f) => ({ datasetId: f.datasetId, onWorse: "warn" }),
  "golden.update": (f) => ({ datasetId: f.datasetId, questionId: f.questionId, question: "coarse" }),
  "keys.create": () => ({ name: "Key", scopes: ["mcp:query"] }),
  "keys.delete": (f) => ({ keyId: f.keyId }),
  "keys.list": () => ({}),
  "keys.rotate": (f) => ({ keyId: f.keyId, graceHours: 0 }),
  "keys.update": (f) => ({ keyId: f.keyId, name: "Renamed" }),
  "limits.get": () => ({}),
  "limits.refusals": () => ({}),
  "meter.quote": (f) => ({
    tool: "batch_query",
    arguments: { queries: [{ datasetId: f.datasetId, query: "granite" }] },
  }),
  "meter.status": () => ({}),
  "pauses.list": () => ({}),
  "pauses.resume": () => ({ pauseId: "pause_0000000000000" }),
  "receipts.get": (f) => ({ receiptId: f.receiptId }),
  "receipts.getSettings": () => ({}),
  "receipts.list": () => ({}),
  "receipts.settings": () => ({ keepDays: 90 }),
  "resources.list": () => ({}),
  "resources.suggest": (f) => ({ datasetId: f.datasetId, prefix: "ro" }),
  "search.across": (f) => ({ datasetIds: [f.datasetId], query: "granite", topK: 3 }),
  "search.batch": (f) => ({ queries: [{ datasetId: f.datasetId, query: "granite" }] }),
  "search.query": (f) => ({ datasetId: f.datasetId, endpoint: "default", query: "granite", topK: 3 }),
  "sources.create": (f) => ({ datasetId: f.datasetId, url: "http://127.0.0.1/another" }),
  "sources.delete": (f) => ({ datasetId: f.datasetId, sourceId: f.sourceId }),
  "sources.get": (f) => ({ datasetId: f.datasetId, sourceId: f.sourceId }),
  "sources.list": (f) => ({ datasetId: f.datasetId }),
  "sources.refresh": (f) => ({ datasetId: f.datasetId, sourceId: f.sourceId }),
  "sources.update": (f) => ({ datasetId: f.datasetId, sourceId: f.sourceId, everyHours: 24 }),
  "sessions.delete": (f) => ({ sessionId: f.sessionId }),
  "sessions.deleteOthers": () => ({ disconnectApps: false }),
  "sessions.list": () => ({}),
  "usage.get": () => ({ from: "2026-01-01", to: "2026-12-31", groupBy: "dataset" }),
  "users.delete": () => ({ userId: "none_0000000000000" }),
  "users.deleteMe": () => ({}),
  "users.get": (f) => ({ userId: f.owner.userId }),
  "users.list": () => ({}),
  "users.me": () => ({}),
  "users.update": (f) => ({ userId: f.owner.userId, role: "premium" }),
  "users.updateMe": () => ({ first_name: "Rock" }),
};

/** For rows that ignore what they do not know: an input that is wrong. None: nothing can be. */
const badInputs: Partial<Record<OperationId, Record<string, unknown>>> = {
  "auth.forgotPassword": { email: "nobody" },
  "auth.login": { username: "someone@example.test" },
  "auth.refresh": {},
  "auth.register": { email: "nobody", password: "granite and marble" },
  "auth.requestVerifyToken": { email: "nobody" },
  "auth.resetPassword": { token: "none" },
  "auth.verify": { token: 5 },
  "users.list": { limit: 0 },
  "users.update": { userId: "none_0000000000000", is_active: "perhaps" },
  "users.updateMe": { email: "nobody" },
};

/** One for each set of scopes: an account has 200 keys at most. */
const keys = new Map<string, Promise<string>>();

function keyOf(account: TestAccount, held?: readonly Scope[]): Promise<string> {
  const name = `${account.userId} ${held?.join(" ") ?? ""}`;
  const made = keys.get(name) ?? account.createKey(held).then(({ key }) => key);
  keys.set(name, made);
  return made;
}

beforeAll(async () => {
  const admin = await createTestAccount();
  fixture = { admin, ...(await ownerWithDocument()) };
});

async function ownerWithDocument() {
  const owner = await createTestAccount();
  const made = await rest("POST", "/datasets", { cookie: owner.cookie }, { name: "Stones" });
  const datasetId = String(made.body.id);
  const [document] = await createDocuments({
    datasetId,
    items: [{ title: "Rocks", content: new TextEncoder().encode("# Igneous\n\nGranite is a coarse rock.") }],
  });
  if (!document) throw new Error("no document");
  await ingestDocument(document.id);
  const source = await rest(
    "POST",
    `/datasets/${datasetId}/sources`,
    { cookie: owner.cookie },
    { url: "http://127.0.0.1/nowhere" },
  );
  const { id: keyId, key } = await owner.createKey();
  const found = await rest("GET", `/mcp/query/${datasetId}/default?query=granite`, { "x-api-key": key });
  const endpoint = await rest(
    "POST",
    "/mcp/endpoints",
    { cookie: owner.cookie },
    { datasetId, name: "coarse", options: { topK: 2 }, publish: true },
  );
  const question = await rest(
    "POST",
    `/datasets/${datasetId}/golden`,
    { cookie: owner.cookie },
    { question: "granite", documentIds: [document.id] },
  );
  const run = await rest("POST", `/datasets/${datasetId}/golden/evaluate`, { cookie: owner.cookie }, {});
  const machine = await rest(
    "POST",
    "/connections/machines",
    { cookie: owner.cookie },
    { name: "M", ...slice },
  );
  return {
    owner,
    datasetId,
    documentId: document.id,
    keyId,
    connectionId: String(machine.body.id),
    receiptId: String(found.body.receiptId),
    endpointId: String(endpoint.body.id),
    questionId: String(question.body.id),
    runId: String(run.body.id),
    sessionId: await anotherSession(owner),
    refreshToken: (await openLogin(owner.userId, { address: "192.0.2.1", userAgent: null })).refresh_token,
    sourceId: String(source.body.id),
  };
}

async function anotherSession({ email, password }: TestAccount): Promise<string> {
  const auth = await getAuth();
  const { token } = await auth.api.signInEmail({ body: { email, password } });
  const [session] = await query<{ id: string }>("select id from session where token = $1", [token]);
  return session?.id ?? "";
}

type Reply = { status: number; headers: Headers; problem: Record<string, unknown>; output: unknown };
type Sent = Record<string, string>;
const origin = "http://localhost:3000";

async function overRest(id: OperationId, input: Record<string, unknown>, headers: Sent): Promise<Reply> {
  const { method, path, consumes } = operation(id).rest;
  const left = { ...input };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = encodeURIComponent(String(left[name] ?? "none"));
    delete left[name];
    return value;
  });
  const reads = method === "GET" || method === "DELETE";
  const query = reads ? `?${new URLSearchParams(Object.entries(left).map(([k, v]) => [k, String(v)]))}` : "";
  const form = consumes === "multipart/form-data" ? new FormData() : new URLSearchParams();
  if (form instanceof FormData) form.set("file", new File(["# Gneiss\n\nGneiss is banded."], "gneiss.md"));
  for (const [name, value] of Object.entries(left)) form.set(name, String(value));
  const response = await handleRest(
    new Request(`${origin}/api/v1${filled}${query}`, {
      method,
      headers: { ...headers, ...(reads || consumes ? {} : { "content-type": "application/json" }) },
      ...(reads ? {} : { body: consumes ? form : JSON.stringify(left) }),
    }),
  );
  const text = await response.text();
  const body = text ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, problem: body ?? {}, output: body };
}

async function overTrpc(id: OperationId, input: Record<string, unknown>, headers: Sent): Promise<Reply> {
  const mutation = operation(id).kind === "mutation";
  const query = mutation ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await handleTrpc(
    new Request(`${origin}/api/trpc/${id}${query}`, {
      method: mutation ? "POST" : "GET",
      headers: { ...headers, "content-type": "application/json" },
      ...(mutation ? { body: JSON.stringify(input) } : {}),
    }),
  );
  const body = await response.json();
  return {
    status: response.status,
    headers: response.headers,
    problem: body.error?.data ?? {},
    output: body.result?.data ?? null,
  };
}

async function overMcp(id: OperationId, input: Record<string, unknown>, headers: Sent): Promise<Reply> {
  const response = await handleMcp(
    new Request(`${origin}/api/mcp`, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2025-11-25",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: operation(id).tool?.name, arguments: input },
      }),
    }),
  );
  const text = await response.text();
  const body = JSON.parse(text.match(/^data: (.*)$/m)?.[1] ?? text);
  return {
    status: response.status,
    headers: response.headers,
    problem: body,
    output: body.result?.structuredContent ?? null,
  };
}

const doors = { rest: overRest, trpc: overTrpc } as const;
/** Files come as multipart, which only REST speaks. */
const speaks = (door: keyof typeof doors, id: OperationId) =>
  door === "rest" || operation(id).rest.consumes !== "multipart/form-data";
const rows = operationIds.flatMap((id) =>
  (Object.keys(doors) as (keyof typeof doors)[])
    .filter((door) => speaks(door, id))
    .map((door) => ({ id, door })),
);
const callers = (id: OperationId) => operation(id).callers;

/** All anonymous calls here come from one unknown address: no test may spend another's hour. */
let addresses = 0;
const anotherAddress = () => ({ "x-forwarded-for": `198.51.100.${addresses++ % 250}` });

describe("without a credential", () => {
  it.each(rows)("$id over $door", async ({ id, door }) => {
    const reply = await doors[door](id, examples[id](fixture), anotherAddress());
    if (callers(id).includes("anonymous")) {
      expect([200, 201, 202, 400, 404]).toContain(reply.status);
      return;
    }
    expect(reply.status).toBe(401);
    expect(reply.problem.code).toBe("authentication_required");
    expect(reply.problem.detail).toBe(
      "Authentication required. Provide either X-API-Key or Authorization Bearer token.",
    );
    const { points } = tiers.anonymous;
    const binding = Math.min(points, operation(id).limit?.points ?? points);
    expect(reply.headers.get("x-ratelimit-limit")).toBe(String(binding));
    expect(reply.headers.get("x-request-id")).toMatch(/^req_/);
    if (door === "rest") {
      expect(reply.headers.get("www-authenticate")).toContain("resource_metadata=");
      expect(reply.problem.oauth_discovery).toContain("/.well-known/");
    }
  });
});

describe("with a credential that is not accepted", () => {
  it.each(rows)("$id over $door", async ({ id, door }) => {
    const reply = await doors[door](id, examples[id](fixture), {
      ...anotherAddress(),
      authorization: "Bearer fltr_garbage",
    });
    if (ignoresCredentials(id)) {
      expect(reply.status).not.toBe(401);
      return;
    }
    expect(reply.status).toBe(401);
    expect(reply.problem.code).toBe("invalid_credential");
    if (door === "rest") expect(reply.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });
});

describe("with the wrong scope or kind of caller", () => {
  it.each(rows)("$id over $door", async ({ id, door }) => {
    const { scope } = operation(id);
    const held = (["mcp:create", "mcp:query"] as Scope[]).find(
      (s) => scope === null || !holdsScope([s], scope),
    );
    const key = await keyOf(fixture.owner, [held ?? "mcp:query"]);
    const reply = await doors[door](id, examples[id](fixture), { "x-api-key": key, ...anotherAddress() });
    if (ignoresCredentials(id)) return;
    if (!callers(id).includes("apiKey")) expect(reply.problem.code).toBe("session_required");
    else if (scope !== null) {
      expect(reply.problem).toMatchObject({ code: "insufficient_scope", scope });
    } else return;
    expect(reply.status).toBe(403);
  });
});

describe("bad input", () => {
  it.each(rows)("$id over $door", async ({ id, door }) => {
    const account = operation(id).role ? fixture.admin : fixture.owner;
    if (operation(id).dialect) {
      const input = badInputs[id];
      if (!input) return;
      const reply = await doors[door](id, input, await accepted(id, account));
      expect(reply.problem.code).toBe("invalid_input");
      expect(reply.status).toBe(door === "rest" ? 422 : 400);
      const first = {
        type: expect.any(String),
        loc: [expect.any(String), expect.any(String)],
        msg: expect.any(String),
      };
      if (door === "rest") expect(reply.problem.detail).toEqual([first]);
      return;
    }
    const input = { ...examples[id](fixture), noSuchField: 1 };
    const reply = await doors[door](id, input, { cookie: account.cookie });
    expect(reply.status).toBe(400);
    expect(reply.problem.code).toBe("invalid_input");
    expect(String(reply.problem.detail)).toContain("noSuchField");
    expect(reply.headers.get("x-ratelimit-remaining")).not.toBeNull();
  });
});

// A limit of a minute has room again within seconds, which a busy machine may take between the two calls.
describe("over the limit", () => {
  it.each(rows)("$id over $door", { retry: 3 }, async ({ id, door }) => {
    const spent = await createTestAccount();
    const from = anotherAddress();
    const credential = { ...(await accepted(id, spent)), ...from };
    const identity = await identify(new Headers(credential), {
      address: from["x-forwarded-for"],
      sessions: true,
      remember: false,
    });
    const caller = { address: from["x-forwarded-for"], exactAddress: from["x-forwarded-for"], identity };
    const [limit] = limitsOf(caller, id);
    if (!limit) throw new Error(`${id} has no limit`);
    await getRateLimiter().take([{ ...limit, cost: limit.points }]);
    const reply = await doors[door](id, examples[id](fixture), credential);
    expect(reply.status).toBe(429);
    expect(reply.problem.code).toBe("rate_limited");
    expect(reply.problem.detail).toMatch(/^Rate limit exceeded\. Try again in \d+ seconds\.$/);
    expect(reply.headers.get("retry-after")).toBe(String(reply.problem.retryAfterSeconds));
    expect(reply.headers.get("x-ratelimit-remaining")).toBe("0");
  });
});

/** Of the account, as the row takes it: a key where it may be one. */
async function accepted(id: OperationId, account: TestAccount): Promise<Sent> {
  const kinds = callers(id);
  if (ignoresCredentials(id)) return anotherAddress();
  if (kinds.includes("apiKey")) return { "x-api-key": await keyOf(account) };
  if (kinds.includes("session")) return { cookie: account.cookie };
  return loginOf(account);
}

async function loginOf({ userId }: TestAccount): Promise<Sent> {
  const { access_token } = await openLogin(userId, { address: "192.0.2.1", userAgent: null });
  return { authorization: `Bearer ${access_token}` };
}

/** A login may do whatever its user may, but what needs the browser's cookie. */
describe("with the token of a login", () => {
  it.each(rows)("$id over $door", async ({ id, door }) => {
    const user = await createTestAccount();
    const reply = await doors[door](id, examples[id](fixture), {
      ...(await loginOf(user)),
      ...anotherAddress(),
    });
    if (ignoresCredentials(id)) return;
    const code = !callers(id).includes("login")
      ? "session_required"
      : operation(id).role
        ? "admin_required"
        : null;
    expect(reply.status === 401 ? 401 : (reply.problem.code ?? null)).toSatisfy((told) =>
      code === null ? !["session_required", "admin_required", 401].includes(told) : told === code,
    );
  });
});

describe("no credits", () => {
  it.each(rows.filter(({ id }) => operation(id).priceCredits > 0))("$id over $door", async ({ id, door }) => {
    const { owner, ...own } = await ownerWithDocument();
    const input = examples[id]({ ...fixture, ...own });
    const required = total(itemPrices(id, input));
    const available = Math.floor(required / 2);
    await owner.setBalance(available);
    const reply = await doors[door](id, input, { cookie: owner.cookie });
    expect(reply.status).toBe(402);
    expect(reply.problem).toMatchObject({
      detail: `Insufficient credits. Required: ${required}, Available: ${available}`,
      code: "insufficient_credits",
      required,
      available,
    });
    expect(reply.headers.get("x-credits-charged")).toBe("0");
    expect(reply.headers.get("x-credits-remaining")).toBe(String(available));
  });
});

describe("somebody else's", () => {
  it.each(
    rows.filter(({ id }) =>
      /\{(datasetId|documentId|endpointId|keyId|connectionId|receiptId|sessionId)\}/.test(
        operation(id).rest.path,
      ),
    ),
  )("$id over $door", async ({ id, door }) => {
    const stranger = await createTestAccount();
    const theirs = await doors[door](id, examples[id](fixture), { cookie: stranger.cookie });
    const unknown = Object.fromEntries(
      Object.entries(examples[id](fixture)).map(([k, v]) => [k, k.endsWith("Id") ? "none_0000000000000" : v]),
    );
    const nobodys = await doors[door](id, unknown, { cookie: stranger.cookie });
    expect(theirs.status).toBe(404);
    expect({ ...theirs.problem, requestId: "" }).toEqual({ ...nobodys.problem, requestId: "" });
  });
});

/** Numbers and ids that differ from call to call. */
function steady(output: unknown): unknown {
  return JSON.parse(
    JSON.stringify(output, (key, value) =>
      ["receiptId", "lastUsedAt", "used", "remaining", "resetSeconds"].includes(key) ? "…" : value,
    ),
  );
}

describe("the same answer at every door", () => {
  const reading = operationIds.filter((id) => operation(id).kind === "query");
  it.each(reading.map((id) => ({ id })))("$id", async ({ id }) => {
    const account = operation(id).role ? fixture.admin : fixture.owner;
    const input = examples[id](fixture);
    const headers = callers(id).includes("apiKey")
      ? { "x-api-key": await keyOf(account) }
      : { cookie: account.cookie };
    const [first, second] = [await overRest(id, input, headers), await overTrpc(id, input, headers)];
    expect(first.status).toBe(operation(id).rest.status);
    expect(second.status).toBe(200);
    expect(steady(second.output)).toEqual(steady(first.output));
    expect(second.headers.get("x-credits-charged")).toBe(first.headers.get("x-credits-charged"));
    if (!operation(id).tool) return;
    const third = await overMcp(id, input, headers);
    expect(third.status).toBe(200);
    expect(steady(third.output)).toEqual(steady(first.output));
  });

  it.each([
    "datasets.create",
    "documents.create",
    "documents.upload",
    "endpoints.create",
    "golden.create",
    "keys.create",
  ] as const)("%s answers 201", async (id) => {
    const reply = await overRest(id, examples[id](fixture), { cookie: fixture.owner.cookie });
    expect(reply.status).toBe(201);
    expect(reply.output).toHaveProperty("id");
  });

  it.each([
    "documents.delete",
    "connections.delete",
    "endpoints.delete",
    "golden.delete",
    "keys.delete",
    "sessions.delete",
    "datasets.delete",
  ] as const)("%s answers 204", async (id) => {
    const { owner, ...own } = await ownerWithDocument();
    const reply = await overRest(id, examples[id]({ ...fixture, ...own }), { cookie: owner.cookie });
    expect(reply.status).toBe(204);
    expect(reply.output).toBeNull();
  });
});
