import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { resetAuth } from "./auth.ts";
import { authorizationLimits } from "./operations.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import {
  authorize,
  callTool,
  consented,
  exchange,
  grant,
  loopbackRedirect,
  newVerifier,
  type OAuthClient,
  register,
  registration,
  send,
  token,
  tokensSchema,
} from "./testing/oauth-client.ts";

setUpTestDatabase();

let account: TestAccount;
let client: OAuthClient;
beforeAll(async () => {
  resetAuth();
  account = await createTestAccount();
  client = await register();
});

const invalidGrant = { status: 400, body: { error: "invalid_grant" } };
const fresh = async () => {
  const pair = newVerifier();
  return { ...pair, ...(await consented(account, client, pair.challenge, {}, { prompt: "consent" })) };
};

it("a NUL in whatever is sent is refused in words, and the token endpoint is asked by POST", async () => {
  expect(await registration({ client_name: "a\u0000b", redirect_uris: [loopbackRedirect] })).toMatchObject({
    status: 400,
    body: { error: "invalid_request" },
  });
  for (const path of ["/oauth2/token", "/oauth2/revoke", "/device/code"]) {
    const body = new URLSearchParams({ token: "\0", client_id: "\0", grant_type: "refresh_token" });
    const refused = await send(`/api/auth${path}`, { method: "POST", body });
    expect([path, refused.status]).toEqual([path, 400]);
    const read = await send(`/api/auth${path}`);
    expect([path, read.status, read.headers.get("allow")]).toEqual([path, 405, "POST, OPTIONS"]);
  }
  expect((await send("/api/auth/oauth2/authorize?response_type=code&client_id=%00")).status).toBe(400);
  const written = JSON.stringify({ email: "nobody@example.test", password: "a \\u0000 that is written" });
  const headers = { "content-type": "application/json" };
  const tried = await send("/api/auth/sign-in/email", { method: "POST", headers, body: written });
  expect(tried.status).toBe(401);
});

describe("a code", () => {
  it("used twice is refused, and its tokens die", async () => {
    const { code, verifier, connectionId } = await fresh();
    const tokens = tokensSchema.parse((await exchange(client, code, verifier)).body);
    expect((await callTool(tokens.access_token, "list_datasets")).status).toBe(200);
    expect(await exchange(client, code, verifier)).toMatchObject(invalidGrant);
    expect((await callTool(tokens.access_token, "list_datasets")).status).toBe(401);
    const refreshed = await token({
      grant_type: "refresh_token",
      refresh_token: tokens.refresh_token,
      client_id: client.clientId,
    });
    expect(refreshed).toMatchObject(invalidGrant);
    const events = await query<{ event: string }>("select event from audit_events where subject_id = $1", [
      connectionId,
    ]);
    expect(events.map(({ event }) => event)).toContain("connections.codeReused");
  });

  it("used twice at the same moment leaves no token that works", async () => {
    const { code, verifier } = await fresh();
    const answers = await Promise.all([exchange(client, code, verifier), exchange(client, code, verifier)]);
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const { body } of given) {
      expect((await callTool(String(body.access_token), "list_datasets")).status).toBe(401);
    }
  });

  it("is refused with another verifier, and with none", async () => {
    const [other, none] = [await fresh(), await fresh()];
    expect(await exchange(client, other.code, newVerifier().verifier)).toMatchObject(invalidGrant);
    expect((await exchange(client, none.code, undefined)).status).toBe(400);
  });

  it("is refused to another client, and with another redirect", async () => {
    const stranger = await register();
    const { code, verifier } = await fresh();
    expect(await exchange(stranger, code, verifier)).toMatchObject(invalidGrant);
    const next = await fresh();
    const elsewhere = { redirect_uri: "http://127.0.0.1:7777/other" };
    expect(await exchange(client, next.code, next.verifier, elsewhere)).toMatchObject(invalidGrant);
  });
});

describe("an authorization request", () => {
  const refused = async (parameters: Record<string, string | undefined>, by = client) => {
    const { challenge } = newVerifier();
    return authorize(by, challenge, { cookie: account.cookie, ...parameters });
  };

  it("without PKCE, or with plain, gets no code, also of a confidential client", async () => {
    const confidential = await register({ token_endpoint_auth_method: "client_secret_post" });
    for (const by of [client, confidential]) {
      for (const parameters of [
        { code_challenge: undefined, code_challenge_method: undefined },
        { code_challenge_method: "plain" },
        { code_challenge_method: undefined },
      ]) {
        const { location } = await refused(parameters, by);
        expect(location?.searchParams.get("error")).toBe("invalid_request");
        expect(location?.searchParams.get("code")).toBeNull();
      }
    }
  });

  it.each([
    "https://evil.test/callback",
    "http://127.0.0.1:7777/callback/extra",
    "http://127.0.0.1:7777/callback?x=1",
    "http://127.0.0.1:7777/callback#fragment",
    "http://user@127.0.0.1:7777/callback",
    "http://127.0.0.1:7777@evil.test/callback",
    "http://127.0.0.1.evil.test:7777/callback",
    "https://127.0.0.1:7777/callback",
    "http://localhost:7777/callback",
    "http://127.0.0.1:7777/CALLBACK",
    "http://127.0.0.1:7777/x/../callback",
    "//evil.test/callback",
    "javascript:alert(1)",
    "",
  ])("to %j, which is not registered, sends nobody there", async (redirect_uri) => {
    const { location, response } = await refused({ redirect_uri });
    const to = location ?? new URL("http://localhost:3000/");
    expect(to.origin, response.status.toString()).toBe("http://localhost:3000");
    expect(to.pathname).not.toBe("/consent");
    expect(to.searchParams.get("code")).toBeNull();
  });

  it("cannot be pointed elsewhere by any other parameter", async () => {
    for (const name of [
      "callbackURL",
      "redirectTo",
      "return_to",
      "next",
      "errorCallbackURL",
      "request_uri",
    ]) {
      const { location, status } = await refused({ [name]: "https://evil.test/" });
      expect(location?.host ?? String(status), name).not.toContain("evil.test");
    }
  });

  it("keeps its state through an error, with the issuer beside it", async () => {
    const { location } = await refused({ scope: "no:such", state: "a b&c=d" });
    expect(location?.href).toContain(loopbackRedirect);
    expect(Object.fromEntries(location?.searchParams ?? [])).toMatchObject({
      error: "invalid_scope",
      state: "a b&c=d",
      iss: "http://localhost:3000/api/auth",
    });
  });

  it("for another resource is refused", async () => {
    const { location } = await refused({ resource: "https://other.test/mcp" });
    expect(location?.searchParams.get("error")).toBe("invalid_target");
  });

  it("with response_type token is refused", async () => {
    const { location } = await refused({ response_type: "token" });
    expect(location?.href).not.toContain("access_token");
    expect(location?.hash).toContain("error=unsupported_response_type");
  });
});

describe("a registration", () => {
  it("cannot switch off consent or PKCE, or bring scopes and a machine's grant into force", async () => {
    for (const extra of [{ skip_consent: true }, { require_pkce: false }, { disabled: false }]) {
      const answer = await registration({ redirect_uris: [loopbackRedirect], ...extra });
      const [row] = await query<{ skip_consent: boolean | null; require_pkce: boolean | null }>(
        "select skip_consent, require_pkce from oauth_client where client_id = $1",
        [answer.body.client_id ?? ""],
      );
      expect(row?.skip_consent ?? false).toBe(false);
      expect(row?.require_pkce ?? true).toBe(true);
    }
    const machine = await registration({
      redirect_uris: [loopbackRedirect],
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_post",
      scope: "mcp:create",
    });
    const signedIn = await token({
      grant_type: "client_credentials",
      client_id: String(machine.body.client_id),
      client_secret: String(machine.body.client_secret),
    });
    expect(signedIn.status).toBeGreaterThanOrEqual(400);
    expect(signedIn.body.access_token).toBeUndefined();
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "http://evil.test/callback", "https://a.test/#x"])(
    "with the redirect %s is refused",
    async (uri) => {
      const answer = await registration({ redirect_uris: [uri], token_endpoint_auth_method: "none" });
      expect(answer.status).toBe(400);
    },
  );

  it("flood is stopped for its address alone, whatever it says it is", async () => {
    const { points } = authorizationLimits["/oauth2/register"];
    const metadata = { redirect_uris: [loopbackRedirect], token_endpoint_auth_method: "none" };
    const statuses = new Set<number>();
    for (let index = 0; index < points; index++) {
      // The last hop is the one a trusted proxy wrote; what stands before it is the caller's word.
      statuses.add((await registration(metadata, `198.51.100.${index}, 203.0.113.7`)).status);
    }
    expect([...statuses].every((status) => status < 300)).toBe(true);
    const flooded = await registration(metadata, "203.0.113.99, 203.0.113.7");
    expect(flooded.status).toBe(429);
    expect(Number(flooded.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await registration(metadata, "203.0.113.8")).status).toBeLessThan(300);
  });
});

describe("a consent", () => {
  const ask = async (by: TestAccount = account) => {
    const { challenge } = newVerifier();
    const { location } = await authorize(client, challenge, { cookie: by.cookie, prompt: "consent" });
    return location?.search.slice(1) ?? "";
  };

  it("is not taken from another site's page", async () => {
    const oauthQuery = await ask();
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
      expect((await grant(account, { oauthQuery }, {}, headers)).status).toBe(401);
    }
    expect(
      (await grant(account, { oauthQuery }, {}, { origin: "https://evil.test" })).status,
    ).toBeGreaterThan(400);
  });

  it("has no other door", async () => {
    const oauth_query = await ask();
    for (const path of [
      "oauth2/consent",
      "oauth2/continue",
      "oauth2/consent/",
      "device/approve",
      "device/deny",
      "device/token",
      "token",
      "oauth2/create-client",
      "admin/oauth2/create-client",
    ]) {
      const response = await send(`/api/auth/${path}`, {
        method: "POST",
        headers: {
          cookie: account.cookie,
          "content-type": "application/json",
          origin: "http://localhost:3000",
        },
        body: JSON.stringify({ accept: true, oauth_query }),
      });
      expect(response.status, path).toBe(404);
    }
  });

  it("cannot be given for an edited request", async () => {
    const oauthQuery = await ask();
    for (const [name, value] of [
      ["scope", "mcp:query mcp:tools mcp:create"],
      ["redirect_uri", "http://127.0.0.1:7777/other"],
      ["client_id", "another"],
      ["state", "another"],
      ["code_challenge", newVerifier().challenge],
      ["exp", "9999999999"],
    ] as const) {
      const edited = new URLSearchParams(oauthQuery);
      edited.set(name, value);
      expect(await grant(account, { oauthQuery: edited.toString() }), name).toMatchObject({ status: 404 });
    }
    const doubled = `${oauthQuery}&scope=mcp%3Acreate`;
    expect(await grant(account, { oauthQuery: doubled })).toMatchObject({ status: 404 });
  });

  it("cannot give another account's dataset, or more scopes than were asked for", async () => {
    const other = await createTestAccount();
    const made = await rest("POST", "/datasets", { cookie: other.cookie }, { name: "Theirs" });
    const datasets = [String(made.body.id)];
    expect(await grant(account, { oauthQuery: await ask() }, { datasets })).toMatchObject({ status: 404 });
    const wider = await grant(account, { oauthQuery: await ask() }, { scopes: ["mcp:query", "mcp:create"] });
    expect(wider.body).toMatchObject({ connection: { scopes: ["mcp:query"] } });
  });

  it("without a session is none", async () => {
    expect(await grant({ cookie: "" }, { oauthQuery: await ask() })).toMatchObject({ status: 401 });
  });
});

it("guessing the codes of devices is limited", async () => {
  const { cookie } = await createTestAccount();
  const statuses: number[] = [];
  for (let index = 0; index < 61; index++) {
    const request = { userCode: `AAAA${String(index).padStart(4, "B")}` };
    statuses.push((await rest("POST", "/connections/requests", { cookie }, { request })).status);
  }
  expect(statuses.slice(0, 60)).toEqual(Array(60).fill(404));
  expect(statuses[60]).toBe(429);
});
