import { expect, test } from "vitest";
import { verifyAccessToken } from "./access-token.ts";
import { createTestAccount, rest } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { bearer, connect } from "./testing/oauth-client.ts";

setUpTestDatabase();

test("a token of a key that was made after the keys were read is good at once", async () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = `${part({ alg: "RS256", typ: "at+jwt", kid: "nobody" })}.${part({})}.c2lnbmVk`;
  expect(await verifyAccessToken(forged)).toBeNull();
  const { accessToken } = await connect(await createTestAccount());
  expect((await rest("GET", "/credits", bearer(accessToken))).status).toBe(200);
});
