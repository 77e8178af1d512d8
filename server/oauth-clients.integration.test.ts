import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { resource } from "./access-token.ts";
import { resetAuth } from "./auth.ts";
import { accountWithDataset } from "./mcp/door-under-test.ts";
import { rest } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { approve, loopbackRedirect } from "./testing/oauth-client.ts";
import { OAuthKeeper } from "./testing/oauth-keeper.ts";

const app = await vi.hoisted(async () => {
  const { openApp } = await import("./testing/app-server.ts");
  const opened = await openApp();
  vi.stubEnv("APP_URL", opened.url);
  return opened;
});

setUpTestDatabase();

const documentUrl = "https://client.test/oauth/metadata.json";
let fixture: Awaited<ReturnType<typeof accountWithDataset>>;
beforeAll(async () => {
  resetAuth(async () => Response.json({ ...keeperOf(documentUrl).clientMetadata, client_id: documentUrl }));
  fixture = await accountWithDataset();
});
afterAll(() => app.close());

/** Its browser is the account's owner, who grants the dataset. */
function keeperOf(metadataUrl: string | undefined): OAuthKeeper {
  const browse = (url: URL) => approve(url, fixture.account, { datasets: [fixture.datasetId] });
  return new OAuthKeeper(loopbackRedirect, browse, { metadataUrl });
}

const identity = { name: "test", version: "1" };
type Connection = { client: Client | OldClient; transport: StreamableHTTPClientTransport | OldTransport };

const newest = (mode: "auto" | "legacy") => (authProvider: OAuthKeeper) => ({
  client: new Client(identity, { versionNegotiation: { mode } }),
  transport: new StreamableHTTPClientTransport(new URL(resource), { authProvider }),
});
const oldest = (authProvider: OAuthKeeper) => ({
  client: new OldClient(identity),
  transport: new OldTransport(new URL(resource), { authProvider }),
});

const open = async ({ client, transport }: Connection) => {
  await client.connect(transport as never);
  return client;
};
const list = async (client: Client | OldClient) =>
  (await client.callTool({ name: "list_datasets", arguments: {} })).structuredContent;

describe.each<[string, (keeper: OAuthKeeper) => Connection, string | undefined]>([
  ["SDK 2, dynamic registration", newest("auto"), undefined],
  ["SDK 2, metadata document", newest("auto"), documentUrl],
  ["SDK 2, legacy, dynamic registration", newest("legacy"), undefined],
  ["SDK 2, legacy, metadata document", newest("legacy"), documentUrl],
  ["SDK 1, dynamic registration", oldest, undefined],
  ["SDK 1, metadata document", oldest, documentUrl],
])("%s", (_, make, url) => {
  it("is given nothing but the address, and works until it is disconnected", async () => {
    const keeper = keeperOf(url);
    const first = make(keeper);
    await expect(open(first)).rejects.toThrow(/Unauthorized/i);
    const { transport } = first;
    if (transport instanceof StreamableHTTPClientTransport) {
      await transport.finishAuth(keeper.callback ?? new URLSearchParams());
    } else {
      await transport.finishAuth(keeper.callback?.get("code") ?? "");
    }
    expect(keeper.kept?.refresh_token).toEqual(expect.any(String));
    if (url) expect(keeper.information).toMatchObject({ client_id: url });

    const client = await open(make(keeper));
    const granted = { items: [expect.objectContaining({ id: fixture.datasetId })] };
    expect(await list(client)).toMatchObject(granted);

    const before = keeper.kept?.access_token;
    await query("insert into revoked_tokens (jti, expires_at) values ($1, now() + interval '1 hour')", [
      JSON.parse(Buffer.from(before?.split(".")[1] ?? "", "base64url").toString()).jti,
    ]);
    expect(await list(client), "renews itself without its user").toMatchObject(granted);
    expect(keeper.kept?.access_token).not.toBe(before);

    const { cookie } = fixture.account;
    const { body } = await rest("GET", "/connections", { cookie });
    const [connection] = body.items as { id: string; lastUsedAt: string | null }[];
    await rest("DELETE", `/connections/${connection?.id}`, { cookie });
    keeper.callback = undefined;
    await expect(list(client)).rejects.toThrow(/Unauthorized/i);
    expect(keeper.callback, "it asks its user again").toBeDefined();
    await client.close();
    for (const { id } of (await rest("GET", "/connections", { cookie })).body.items as { id: string }[]) {
      await rest("DELETE", `/connections/${id}`, { cookie });
    }
  });
});
