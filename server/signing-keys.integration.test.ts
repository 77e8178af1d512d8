/** Keys are rotated under tokens that are in use. */
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { beforeAll, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { issuer, resource, retiredKeySeconds, verifyAccessToken } from "./access-token.ts";
import { resetAuth } from "./auth.ts";
import { openLogin } from "./logins.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { bearer, callTool, connect, refresh, send } from "./testing/oauth-client.ts";

setUpTestDatabase();

let admin: TestAccount;

beforeAll(async () => {
  resetAuth();
  admin = await createTestAccount();
});

const from = { address: "192.0.2.1", userAgent: null };
const publishedIds = async () => {
  const { keys } = await (await send("/api/auth/jwks")).json();
  return (keys as { kid: string }[]).map(({ kid }) => kid);
};

it("signs with the new key at once and takes old tokens until they expire", async () => {
  const login = await openLogin(admin.userId, from);
  const app = await connect(await createTestAccount());
  const oldId = decodeProtectedHeader(login.access_token).kid;
  expect(decodeProtectedHeader(app.accessToken).kid).toBe(oldId);

  const rotated = await rest("POST", "/admin/signing-keys", bearer(login.access_token));
  expect(rotated.status).toBe(201);
  const newId = rotated.body.keyId;
  expect(newId).not.toBe(oldId);

  const later = await openLogin(admin.userId, from);
  expect(decodeProtectedHeader(later.access_token).kid).toBe(newId);
  const renewed = await refresh(app.client, app.refreshToken);
  expect(decodeProtectedHeader(String(renewed.body.access_token)).kid).toBe(newId);

  for (const token of [login.access_token, app.accessToken, later.access_token]) {
    expect((await rest("GET", "/credits", bearer(token))).status).toBe(200);
    expect((await callTool(token, "list_datasets")).status).toBe(200);
  }
  // What others see is what is accepted here.
  expect(await publishedIds()).toEqual(expect.arrayContaining([oldId, newId]));
  const published = createLocalJWKSet(await (await send("/api/auth/jwks")).json());
  await jwtVerify(login.access_token, published, { issuer, audience: resource });
});

it("no longer takes or publishes a key whose last token has expired", async () => {
  const login = await openLogin(admin.userId, from);
  const { kid } = decodeProtectedHeader(login.access_token);
  await query("update jwks set expires_at = now() - make_interval(secs => $1::int) where id = $2", [
    retiredKeySeconds + 1,
    kid,
  ]);
  expect(await publishedIds()).not.toContain(kid);
  // A process that starts now does not know it: keys are read anew for one that is not among those known.
  const other = await openLogin(admin.userId, from);
  expect(await verifyAccessToken(other.access_token)).not.toBeNull();
  expect(await verifyAccessToken(login.access_token)).toBeNull();
  expect((await rest("GET", "/credits", bearer(login.access_token))).status).toBe(401);
});
