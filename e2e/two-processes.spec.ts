/**
 * An app's whole life on PostgreSQL and Redis, with two processes behind one address: it is given the
 * address, discovers, registers, is let in on the real page, calls, renews itself, and is disconnected. One
 * process is killed between the consent and the code's exchange. The app is the official client.
 */
import { randomBytes } from "node:crypto";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { z } from "zod";
import { freePort } from "#server/testing/free-port.ts";
import { OAuthKeeper } from "#server/testing/oauth-keeper.ts";
import { createDatabase, serverUrl } from "./own-database.ts";
import { startOwnServer } from "./own-server.ts";
import { startRoundRobin } from "./round-robin.ts";

type Server = Awaited<ReturnType<typeof startOwnServer>>;

let address = "";
let database: Awaited<ReturnType<typeof createDatabase>> | undefined;
let proxy: Awaited<ReturnType<typeof startRoundRobin>> | undefined;
const servers: Server[] = [];
let start: (index: number) => Promise<void>;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  database = await createDatabase();
  const DATABASE_URL = database.url;
  const [front, ...ports] = [await freePort(), await freePort(), await freePort()];
  address = `http://localhost:${front}`;
  const secret = randomBytes(32).toString("hex");
  start = async (index) => {
    servers[index] = await startOwnServer({
      PORT: String(ports[index]),
      APP_URL: address,
      DATABASE_URL,
      REDIS_URL: serverUrl("TEST_REDIS_URL").href,
      AUTH_SECRET: secret,
      TRUSTED_PROXY_HOPS: "1",
    });
  };
  await Promise.all([start(0), start(1)]);
  proxy = await startRoundRobin(front, ports);
});

test.afterAll(async () => {
  await proxy?.stop();
  for (const { stop } of servers) await stop();
  await database?.drop();
});

test("an app lives in two processes at once, and is gone from both when its owner says so", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const page = await signUp(browser);
  const stones = await makeDataset(page, "Stones");
  await makeDataset(page, "Payroll");
  const callback = `http://127.0.0.1:${await freePort()}/callback`;
  const keeper = new OAuthKeeper(callback, (url) => consent(page, url, callback), { name: "Reader" });

  await test.step("discovers, registers and is let in; one process restarts before the code is exchanged", async () => {
    const { transport, client } = newClient(keeper);
    await expect(client.connect(transport)).rejects.toThrow(/Unauthorized/i);
    expect(keeper.callback?.get("iss")).toBe(`${address}/api/auth`);
    await servers[0]?.stop();
    await transport.finishAuth(keeper.callback ?? new URLSearchParams());
    expect(keeper.kept?.refresh_token).toEqual(expect.any(String));
    await start(0);
  });

  const { transport, client } = newClient(keeper);
  await client.connect(transport);
  await test.step("lists and calls, in either process, what was granted", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("query_dataset");
    for (let call = 0; call < 4; call++) {
      const listed = await client.callTool({ name: "list_datasets", arguments: {} });
      expect(listed.structuredContent).toMatchObject({ items: [{ id: stones }] });
    }
    const found = await client.callTool({
      name: "query_dataset",
      arguments: { datasetId: stones, query: "granite" },
    });
    expect(JSON.stringify(found)).toContain("made of quartz");
    const answered = new Set(
      proxy?.served.filter(({ path }) => path === "/api/mcp").map((one) => one.process),
    );
    expect([...answered].sort()).toEqual([0, 1]);
  });

  await test.step("is paused in both for a call that it repeats, until its owner resumes it", async () => {
    const { items } = z
      .object({ items: z.array(z.object({ id: z.string() })) })
      .parse(await (await page.request.get(`/api/v1/datasets/${stones}/documents`)).json());
    const args = { datasetId: stones, documentId: items[0]?.id, length: 20 };
    const read = () => client.callTool({ name: "read_document", arguments: args });
    const paused = async () => JSON.stringify(await read()).includes("call_paused");
    let [calls, pausedInARow] = [0, 0];
    // Taking turns, two in a row are both. A busy Redis may miss to count some.
    while (pausedInARow < 2 && calls < 40) {
      calls += 1;
      pausedInARow = (await paused()) ? pausedInARow + 1 : 0;
    }
    expect([calls >= 12, pausedInARow]).toEqual([true, 2]);
    await page.goto("/overview");
    await expect(page.getByText("Reader made the same call again and again: it is paused.")).toBeVisible();
    await page.getByRole("link", { name: "See and resume" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await expect(page.getByText("Paused: the same call again and again")).toBeHidden();
    expect([await paused(), await paused()]).toEqual([false, false]);
  });

  await test.step("renews itself at either process, and a retry at the other is answered the same", async () => {
    const before = keeper.kept;
    const { client_id: clientId } = z.object({ client_id: z.string() }).parse(keeper.information);
    const renewed = await refresh(clientId, before?.refresh_token, 0);
    expect(renewed.access_token).not.toBe(before?.access_token);
    expect(await refresh(clientId, before?.refresh_token, 1)).toEqual(renewed);
    keeper.kept = { ...before, ...renewed };
    await servers[1]?.stop();
    await start(1);
    const listed = await client.callTool({ name: "list_datasets", arguments: {} });
    expect(listed.structuredContent).toMatchObject({ items: [{ id: stones }] });
  });

  await test.step("is disconnected by a click, and refused by the process that was not asked", async () => {
    await page.goto("/connections");
    await page.getByRole("button", { name: "Actions for Reader" }).click();
    await page.getByRole("menuitem", { name: "Disconnect" }).click();
    const sure = page.getByRole("dialog", { name: "Disconnect Reader?" });
    await expect(sure).toBeVisible();
    const { access_token: token = "", refresh_token: refreshToken } = keeper.kept ?? {};
    expect([await statusAt(0, token), await statusAt(1, token)]).toEqual([200, 200]);
    const refusals = [firstRefusal(0, token), firstRefusal(1, token)];
    const clicked = sure.getByRole("button", { name: "Disconnect" }).evaluate((button: HTMLElement) => {
      button.click();
      return Date.now();
    });
    const [at, first, second] = [await clicked, await refusals[0], await refusals[1]];
    const asked = proxy?.served.find(({ path }) => path.includes("connections.delete"))?.process;
    const other = asked === 0 ? second : first;
    console.info(
      `From the click on Disconnect, answered by process ${asked}, to the refused call in the other: ${(other ?? 0) - at} ms`,
    );
    await expect(page.getByRole("heading", { name: "No app is connected" })).toBeVisible();
    keeper.callback = undefined;
    await expect(client.callTool({ name: "list_datasets", arguments: {} })).rejects.toThrow(/Unauthorized/i);
    const { client_id: clientId } = z.object({ client_id: z.string() }).parse(keeper.information);
    expect(await refresh(clientId, refreshToken, 0)).toMatchObject({ error: "invalid_grant" });
    await client.close();
  });
});

function newClient(authProvider: OAuthKeeper) {
  return {
    client: new Client({ name: "reader", version: "1" }),
    transport: new StreamableHTTPClientTransport(new URL(`${address}/api/mcp`), { authProvider }),
  };
}

/** What its owner does in the browser: one dataset of the two, then Allow. Asked again: Deny. */
async function consent(page: Page, url: URL, callback: string): Promise<URL> {
  const arrived = page.waitForRequest((request) => request.url().startsWith(callback));
  await page.goto(url.href);
  await expect(page.getByRole("heading", { name: "Connect Reader?" })).toBeVisible();
  const again = proxy?.served.some(({ path }) => path.includes("connections.delete")) ?? false;
  if (!again) await page.getByRole("checkbox", { name: "Stones" }).check();
  await page.waitForTimeout(600);
  await page.getByRole("button", { name: again ? "Deny" : "Allow" }).click();
  return new URL((await arrived).url());
}

async function signUp(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ baseURL: address, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Owner");
  await page.getByLabel("E-mail").fill("owner@example.test");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Overview", exact: true })).toBeVisible();
  return page;
}

async function makeDataset(page: Page, name: string): Promise<string> {
  const post = async (path: string, data: object) =>
    z
      .object({ id: z.string() })
      .parse(await (await page.request.post(`/api/v1${path}`, { data, headers: { Origin: address } })).json())
      .id;
  const id = await post("/datasets", { name });
  await post(`/datasets/${id}/documents`, {
    title: name,
    text: "Granite is coarse, made of quartz, feldspar and mica.",
  });
  await expect
    .poll(async () => (await page.request.get(`/api/v1/datasets/${id}/documents`)).text())
    .toContain('"ready"');
  return id;
}

const answerSchema = z.object({
  access_token: z.string().default(""),
  refresh_token: z.string().default(""),
  error: z.string().optional(),
});

async function refresh(clientId: string, refreshToken: string | undefined, process: number) {
  const answer = await fetch(`${address}/api/auth/oauth2/token`, {
    method: "POST",
    headers: { "x-to": String(process) },
    body: new URLSearchParams({
      grant_type: "refresh_token",
      client_id: clientId,
      refresh_token: refreshToken ?? "",
    }),
  });
  return answerSchema.parse(await answer.json());
}

async function statusAt(process: number, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, "x-to": String(process) };
  const answer = await fetch(`${address}/api/v1/credits`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

/** When it was first refused there, by the clock. Calls one after the other. */
async function firstRefusal(process: number, token: string): Promise<number> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if ((await statusAt(process, token)) === 401) return Date.now();
  }
  throw new Error(`Process ${process} still serves it.`);
}
