/** Tokens of logins that somebody changed, put together or signed with another key; and the one that is genuine. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { symmetricDecrypt } from "better-auth/crypto";
import { decodeJwt, type JWTPayload, SignJWT } from "jose";
import { beforeAll, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { resource, restResource, verifyAccessToken } from "./access-token.ts";
import { getAuth, resetAuth } from "./auth.ts";
import { type LoginTokens, openLogin } from "./logins.ts";
import { openDoor } from "./mcp/door-under-test.ts";
import { identify } from "./principal.ts";
import { authSecret } from "./secret.ts";
import { createTestAccount, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { fc } from "./testing/property.ts";

setUpTestDatabase();

const from = { address: "192.0.2.1", userAgent: null };
let mine: TestAccount;
let logins: LoginTokens[];
let claims: JWTPayload;
let key: KeyObject;
let kid: string;

beforeAll(async () => {
  resetAuth();
  mine = await createTestAccount();
  const theirs = await createTestAccount();
  logins = [
    await openLogin(mine.userId, from),
    await openLogin(mine.userId, from),
    await openLogin(theirs.userId, from),
  ];
  claims = decodeJwt(logins[0]?.access_token ?? "");
  const [row] = await query<{ id: string; private_key: string }>("select * from jwks");
  if (!row) throw new Error("no key");
  kid = row.id;
  const { secretConfig } = await (await getAuth()).$context;
  const jwk = await symmetricDecrypt({
    key: secretConfig ?? authSecret(),
    data: JSON.parse(row.private_key),
  });
  key = createPrivateKey({ key: JSON.parse(jwk), format: "jwk" });
});

const principalOf = async (token: string) => {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  return (await identify(headers, { address: "192.0.2.1", sessions: true, remember: false })).principal;
};

/** By the server's own key, so that it is wrong in one thing alone. */
function signed(changed: Record<string, unknown>, by: KeyObject = key): Promise<string> {
  const payload = Object.fromEntries(
    Object.entries({ ...claims, jti: `${Math.random()}`, ...changed }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return new SignJWT(payload).setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid }).sign(by);
}

it("takes the genuine one, with all of its user's rights", async () => {
  for (const { access_token } of logins.slice(0, 2)) {
    expect(await principalOf(access_token)).toMatchObject({
      kind: "login",
      accountId: mine.userId,
      scopes: ["mcp:query", "mcp:tools", "mcp:create"],
    });
  }
  expect(await principalOf(await signed({}))).toMatchObject({ kind: "login" });
});

const bytesOf = (token: string) =>
  token.split(".").map((part) => Buffer.from(part, "base64url").toString("hex"));

it("refuses a token in which any character was changed, added or taken away", async () => {
  const token = logins[0]?.access_token ?? "";
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ";
  const place = fc.nat({ max: token.length - 1 });
  const change = fc.constantFrom("replace", "insert", "remove");
  await fc.assert(
    fc.asyncProperty(place, change, fc.constantFrom(...alphabet), async (at, how, letter) => {
      const rest = token.slice(how === "insert" ? at : at + 1);
      const changed = token.slice(0, at) + (how === "remove" ? "" : letter) + rest;
      // The last character of a part has bits that mean nothing.
      fc.pre(changed !== token && JSON.stringify(bytesOf(changed)) !== JSON.stringify(bytesOf(token)));
      expect(await verifyAccessToken(changed)).toBeNull();
    }),
    { numRuns: 300 },
  );
});

it("refuses a token that was put together from others", async () => {
  const parts = logins.map(({ access_token }) => access_token.split("."));
  const one = fc.nat({ max: parts.length - 1 });
  await fc.assert(
    fc.asyncProperty(one, one, one, async (header, body, signature) => {
      const token = [parts[header]?.[0], parts[body]?.[1], parts[signature]?.[2]].join(".");
      const genuine = body === signature;
      expect((await principalOf(token)) !== null).toBe(genuine);
    }),
    { numRuns: 40 },
  );
});

it.each<[string, () => Record<string, unknown>]>([
  ["for REST alone", () => ({ aud: restResource })],
  ["for a place beside it", () => ({ aud: [restResource, `${resource}s`] })],
  ["that has expired", () => ({ exp: Math.floor(Date.now() / 1000) - 1 })],
  ["from before the login", () => ({ iat: Number(claims.iat) - 1 })],
  ["of another login's client", () => ({ client_id: decodeJwt(logins[1]?.access_token ?? "").client_id })],
  ["that names another's login", () => ({ connection: decodeJwt(logins[2]?.access_token ?? "").connection })],
  ["without a scope", () => ({ scope: undefined })],
])("refuses one %s", async (_, changed) => {
  expect(await principalOf(await signed(changed()))).toBeNull();
});

it("gives no scope that the token does not name", async () => {
  expect(await principalOf(await signed({ scope: "mcp:query admin" }))).toMatchObject({
    scopes: ["mcp:query"],
  });
});

it("refuses one that another key signed", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  expect(await principalOf(await signed({}, privateKey))).toBeNull();
});

it("opens MCP to the official client, which asks for London", async () => {
  const door = await openDoor();
  const client = new Client({ name: "maps", version: "1" });
  try {
    const headers = { authorization: `Bearer ${logins[0]?.access_token}` };
    await client.connect(new StreamableHTTPClientTransport(door.url, { requestInit: { headers } }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("geocode_city");
    const told = await client.callTool({ name: "geocode_city", arguments: { city: "London" } });
    expect(told.isError ?? false).toBe(false);
    expect(told.structuredContent).toMatchObject({ name: "London", countryCode: "GB", creditsCharged: 1 });
    const words = JSON.stringify(told.content);
    expect(words).toContain("latitude 51.5");
    const unknown = await client.callTool({ name: "geocode_city", arguments: { city: "Londn" } });
    expect(unknown.isError).toBe(true);
    expect(JSON.stringify(unknown.content)).toContain("London, United Kingdom");
  } finally {
    await client.close();
    await door.close();
  }
});
