import { createHash, createHmac, createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { symmetricDecrypt } from "better-auth/crypto";
import { decodeJwt, type JWTPayload, SignJWT } from "jose";
import { beforeAll, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { issuer, resource } from "./access-token.ts";
import { getAuth, resetAuth } from "./auth.ts";
import { authSecret } from "./secret.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { bearer, callTool, connect, send } from "./testing/oauth-client.ts";

setUpTestDatabase();

let account: TestAccount;
let genuine: string;
let claims: JWTPayload;
let key: KeyObject;
let kid: string;
let publicKey: string;

/** The server's own key, so that each forgery is wrong in one thing alone. */
beforeAll(async () => {
  resetAuth();
  account = await createTestAccount();
  genuine = (await connect(account)).accessToken;
  claims = decodeJwt(genuine);
  const [row] = await query<{ id: string; private_key: string; public_key: string }>("select * from jwks");
  if (!row) throw new Error("no key");
  kid = row.id;
  publicKey = row.public_key;
  const { secretConfig } = await (await getAuth()).$context;
  const jwk = await symmetricDecrypt({
    key: secretConfig ?? authSecret(),
    data: JSON.parse(row.private_key),
  });
  key = createPrivateKey({ key: JSON.parse(jwk), format: "jwk" });
});

/** Bad credentials use up what an address may call. */
let addresses = 0;
const newAddress = () => ({ "x-forwarded-for": `203.0.113.${++addresses}` });

const seconds = () => Math.floor(Date.now() / 1000);

function signed(
  changed: Record<string, unknown>,
  header: Record<string, unknown> = {},
  by: KeyObject = key,
): Promise<string> {
  const payload = Object.fromEntries(
    Object.entries({ ...claims, jti: `${Math.random()}`, ...changed }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return new SignJWT(payload).setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid, ...header }).sign(by);
}

function byHand(header: unknown, signature: (input: string) => string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${signature(input)}`;
}

async function expectRefused(token: string): Promise<void> {
  const from = newAddress();
  const called = await callTool(token, "list_datasets", {}, from);
  expect(called.status).toBe(401);
  expect(called.headers.get("www-authenticate")).toContain('error="invalid_token"');
  expect((await rest("GET", "/credits", { ...bearer(token), ...from })).status).toBe(401);
}

it("takes a genuine token, also one that this test signed", async () => {
  expect((await callTool(genuine, "list_datasets")).status).toBe(200);
  expect((await callTool(await signed({}), "list_datasets")).status).toBe(200);
});

it.each<[string, Record<string, unknown>]>([
  ["of another audience", { aud: "https://other.test/mcp" }],
  ["of the issuer's own audience", { aud: issuer }],
  ["of a longer audience", { aud: `${resource}/` }],
  ["without an audience", { aud: undefined }],
  ["of another issuer", { iss: "https://other.test/api/auth" }],
  ["that has expired", { exp: seconds() - 60 }],
  ["that never expires", { exp: undefined }],
  ["that is not yet valid", { nbf: seconds() + 600 }],
  ["without a connection", { connection: undefined }],
  ["of an unknown connection", { connection: "conn_unknown" }],
  ["of another client", { client_id: "another" }],
  ["that is bound to a key", { cnf: { jkt: "x" } }],
])("refuses a token %s", async (_, changed) => {
  await expectRefused(await signed(changed));
});

it("refuses an id_token, a session's JWT and any other type", async () => {
  for (const typ of ["JWT", "id_token+jwt", "logout+jwt", undefined]) {
    await expectRefused(await signed({}, { typ }));
  }
  const session = await send("/api/auth/token", { headers: { cookie: account.cookie } });
  expect(session.status).toBe(404);
});

it("refuses none, HS256 with the public key, an unknown kid, another key and a broken signature", async () => {
  await expectRefused(byHand({ alg: "none", typ: "at+jwt" }, () => ""));
  await expectRefused(byHand({ alg: "none", typ: "at+jwt", kid }, () => "AA"));
  for (const secret of [publicKey, JSON.parse(publicKey).n]) {
    const hmac = (input: string) => createHmac("sha256", secret).update(input).digest("base64url");
    await expectRefused(byHand({ alg: "HS256", typ: "at+jwt", kid }, hmac));
  }
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  await expectRefused(await signed({}, {}, other));
  await expectRefused(await signed({}, { kid: "unknown" }));
  await expectRefused(await signed({}, { kid: "unknown" }, other));
  await expectRefused(await signed({}, { kid: undefined, jwk: JSON.parse(publicKey) }, other));
  const digest = createHash("sha256").update(genuine).digest("base64url");
  await expectRefused(`${genuine.split(".").slice(0, 2).join(".")}.${digest}`);
});

it("takes no token from the query string", async () => {
  const rpc = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
  const mcp = await send(`/api/mcp?access_token=${genuine}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...newAddress(),
    },
    body: JSON.stringify(rpc),
  });
  expect(mcp.status).toBe(401);
  expect((await rest("GET", `/credits?access_token=${genuine}`, newAddress())).status).toBe(401);
});
