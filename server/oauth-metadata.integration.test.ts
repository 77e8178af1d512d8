import dns from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";
import { fetchClientMetadataResource } from "@better-auth/cimd/node";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { resetAuth } from "./auth.ts";
import type { MetadataTransport } from "./authorization-server.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { authorize, connect, loopbackRedirect, newVerifier, refresh } from "./testing/oauth-client.ts";

setUpTestDatabase();

let account: TestAccount;
let asked: string[] = [];
let answer: MetadataTransport = async () => new Response(null, { status: 404 });

beforeAll(async () => {
  resetAuth(async (input, init) => {
    asked.push(String(input));
    return answer(input, init);
  });
  account = await createTestAccount();
});

const documentOf = (url: string, more: Record<string, unknown> = {}) => ({
  client_id: url,
  client_name: "Client by document",
  redirect_uris: [loopbackRedirect],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
  ...more,
});
const serve = (body: unknown, init: ResponseInit = {}) => {
  answer = async () =>
    new Response(typeof body === "string" ? body : JSON.stringify(body), {
      headers: { "content-type": "application/json" },
      ...init,
    });
};
const clientAt = (clientId: string) => ({ clientId, redirectUri: loopbackRedirect });

async function expectUnknown(clientId: string): Promise<void> {
  const { location } = await authorize(clientAt(clientId), newVerifier().challenge, {
    cookie: account.cookie,
  });
  expect(location?.host ?? "").not.toBe(new URL(loopbackRedirect).host);
  expect(location?.pathname).not.toBe("/consent");
  expect(await query("select 1 from oauth_client where client_id = $1", [clientId])).toEqual([]);
}

it("connects a client that is known by its document alone, and calls its host verified", async () => {
  const url = "https://client.test/oauth/metadata.json";
  serve(documentOf(url));
  const { client, refreshToken, connectionId } = await connect(account, {}, clientAt(url));
  expect(await refresh(client, refreshToken)).toMatchObject({ status: 200 });
  const { body } = await rest("GET", "/connections", { cookie: account.cookie });
  expect(body.items).toContainEqual(
    expect.objectContaining({
      id: connectionId,
      client: expect.objectContaining({ name: "Client by document", host: "client.test", verified: true }),
    }),
  );
  expect(asked).toEqual([url]);
});

it.each([
  "https://127.0.0.1/meta.json",
  "https://localhost/meta.json",
  "https://10.1.2.3/meta.json",
  "https://192.168.1.1/meta.json",
  "https://169.254.169.254/latest/meta-data",
  "https://metadata.google.internal/meta.json",
  "https://[::1]/meta.json",
  "https://[fe80::1]/meta.json",
  "https://[::ffff:127.0.0.1]/meta.json",
  "https://2130706433/meta.json",
  "https://0x7f.1/meta.json",
  "http://client.test/meta.json",
  "https://user:password@client.test/meta.json",
  "https://client.test/a/../meta.json",
  "https://client.test/meta.json#fragment",
])("asks nothing of %s", async (url) => {
  asked = [];
  serve(documentOf(url));
  await expectUnknown(url);
  expect(asked).toEqual([]);
});

it.each<[string, unknown, ResponseInit]>([
  ["a redirect", "", { status: 302, headers: { location: "https://127.0.0.1/meta.json" } }],
  [
    "a huge document",
    documentOf("https://bad.test/m", { client_uri: `https://bad.test/${"x".repeat(9_000)}` }),
    {},
  ],
  ["another client's document", documentOf("https://other.test/m"), {}],
  ["no JSON", "<html></html>", {}],
  ["a page", documentOf("https://bad.test/m"), { headers: { "content-type": "text/html" } }],
  ["a shared secret", documentOf("https://bad.test/m", { client_secret: "secret" }), {}],
  ["a script as redirect", documentOf("https://bad.test/m", { redirect_uris: ["javascript:alert(1)"] }), {}],
])("refuses %s", async (_, body, init) => {
  serve(body, init);
  await expectUnknown("https://bad.test/m");
});

it("gives up a document that comes too slowly", async () => {
  answer = async (_, init) => {
    const body = new ReadableStream({
      pull: (controller) =>
        new Promise((resolve) => {
          const timer = setTimeout(() => {
            controller.enqueue(new TextEncoder().encode(" "));
            resolve();
          }, 500);
          init?.signal?.addEventListener("abort", () => clearTimeout(timer));
        }),
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  };
  const began = Date.now();
  await expectUnknown("https://slow.test/m");
  expect(Date.now() - began).toBeLessThan(8_000);
});

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

it.each([["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["93.184.216.34", "192.168.0.1"]])(
  "the real transport connects to no name that resolves to %s",
  async (...addresses) => {
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    vi.spyOn(dns, "lookup").mockResolvedValue(found as never);
    syncBuiltinESMExports();
    await expect(fetchClientMetadataResource("https://rebinding.test/m")).rejects.toThrow(/public-routable/);
    await expect(fetchClientMetadataResource("http://rebinding.test/m")).rejects.toThrow(/HTTPS/);
  },
);
