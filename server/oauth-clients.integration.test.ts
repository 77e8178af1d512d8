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

const app = await vi.hoisted(async () => {
  const { openApp } = await import("./testing/app-server.ts");
  const opened = await openApp();
  vi.stubEnv("APP_URL", opened.url);
  return opened;
});

setUpTestDatabase();

const documentUrl = "https://client.test/oauth/metadata.json";
const metadata = {
  client_name: "Official client",
  redirect_uris: [loopbackRedirect],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};

let fixture: Awaited<ReturnType<typeof accountWithDataset>>;
beforeAll(async () => {
  resetAuth(async () => Response.json({ ...metadata, client_id: documentUrl }));
  fixture = await accountWithDataset();
});
afterAll(() => app.close());

/** What an app keeps between its starts; its browser is the account's owner, who grants the dataset. */
class Keeper {
  readonly clientMetadataUrl?: string;
  information: unknown;
  kept: { access_token: string; refresh_token?: string } | undefined;
  verifier = "";
  discovered: unknown;
  callback: URLSearchParams | undefined;

  constructor(clientMetadataUrl?: string) {
    if (clientMetadataUrl) this.clientMetadataUrl = clientMetadataUrl;
  }
  get redirectUrl() {
    return loopbackRedirect;
  }
  get clientMetadata() {
    return metadata;
  }
  clientInformation() {
    return this.information as never;
  }
  saveClientInformation(information: unknown) {
    this.information = information;
  }
  tokens() {
    return this.kept as never;
  }
  saveTokens(tokens: { access_token: string; refresh_token?: string | undefined }) {
    this.kept = tokens as typeof this.kept;
  }
  async redirectToAuthorization(url: URL) {
    const given = { datasets: [fixture.datasetId] };
    this.callback = (await approve(url, fixture.account, given)).searchParams;
  }
  saveDiscoveryState(discovered: unknown) {
    this.discovered = discovered;
  }
  discoveryState() {
    return this.discovered as never;
  }
  invalidateCredentials(what: string) {
    if (what === "tokens" || what === "all") this.kept = undefined;
  }
  saveCodeVerifier(verifier: string) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
}

const identity = { name: "test", version: "1" };
type Connection = { client: Client | OldClient; transport: StreamableHTTPClientTransport | OldTransport };

const newest = (mode: "auto" | "legacy") => (authProvider: Keeper) => ({
  client: new Client(identity, { versionNegotiation: { mode } }),
  transport: new StreamableHTTPClientTransport(new URL(resource), { authProvider }),
});
const oldest = (authProvider: Keeper) => ({
  client: new OldClient(identity),
  transport: new OldTransport(new URL(resource), { authProvider }),
});

const open = async ({ client, transport }: Connection) => {
  await client.connect(transport as never);
  return client;
};
const list = async (client: Client | OldClient) =>
  (await client.callTool({ name: "list_datasets", arguments: {} })).structuredContent;

describe.each<[string, (keeper: Keeper) => Connection, string | undefined]>([
  ["SDK 2, dynamic registration", newest("auto"), undefined],
  ["SDK 2, metadata document", newest("auto"), documentUrl],
  ["SDK 2, legacy, dynamic registration", newest("legacy"), undefined],
  ["SDK 2, legacy, metadata document", newest("legacy"), documentUrl],
  ["SDK 1, dynamic registration", oldest, undefined],
  ["SDK 1, metadata document", oldest, documentUrl],
])("%s", (_, make, url) => {
  it("is given nothing but the address, and works until it is disconnected", async () => {
    const keeper = new Keeper(url);
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
