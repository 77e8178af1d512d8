/**
 * The off switch in the browser: a machine gets a slice of data and a budget, calls over MCP, and is paused,
 * resumed, cut short and disconnected, each in force on its next call; a key that reads one dataset is
 * rotated. On a process of its own, whose first account is the admin.
 */
import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { expectAccessible } from "./accessible.ts";
import { startOwnServer } from "./own-server.ts";

let server: Awaited<ReturnType<typeof startOwnServer>>;
let address: string;

test.beforeAll(async () => {
  server = await startOwnServer();
  address = server.address;
});

test.afterAll(() => server.stop());

async function signUp(browser: Browser, name: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: address, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail").fill(`${name.toLowerCase()}@example.test`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Overview", exact: true })).toBeVisible();
  return page;
}

/** Made with the session, as the pages do it. */
async function makeDataset(page: Page, name: string, text: string): Promise<string> {
  const post = async (path: string, data: object): Promise<{ id: string }> =>
    (await page.request.post(`/api/v1${path}`, { data, headers: { Origin: address } })).json();
  const { id } = await post("/datasets", { name });
  await post(`/datasets/${id}/documents`, { title: name, text });
  const ready = async () => (await (await page.request.get(`/api/v1/datasets/${id}`)).json()).documents.ready;
  await expect.poll(ready).toBe(1);
  return id;
}

/** A click before the page is live is lost; a person would click again. */
async function openDialog(page: Page, button: string): Promise<Locator> {
  const dialog = page.getByRole("dialog");
  await expect(async () => {
    await page.getByRole("button", { name: button }).click();
    await expect(dialog).toBeVisible({ timeout: 2_000 });
  }).toPass();
  return dialog;
}

/** The answer's status, and whether the tool said that it failed. */
async function callTool(token: string, name: string, args: object) {
  const response = await fetch(`${address}/api/mcp`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      "MCP-Protocol-Version": "2025-06-18",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }),
  });
  const text = await response.text();
  return { status: response.status, failed: /"isError":true|"error":/.test(text), text };
}

test("a machine is paused, resumed, cut short and disconnected", async ({ browser }) => {
  test.setTimeout(180_000);
  const page = await signUp(browser, "Owner");
  const stones = await makeDataset(page, "Stones", "Granite is coarse, made of quartz, feldspar and mica.");
  const rivers = await makeDataset(page, "Rivers", "The Rhine rises in the Alps and ends in the North Sea.");

  await page.getByRole("link", { name: "Connections", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No app is connected" })).toBeVisible();
  await expectAccessible(page);
  const dialog = await openDialog(page, "Add a machine");
  await dialog.getByLabel("Name").fill("Nightly");
  await dialog.getByRole("checkbox", { name: "Stones" }).check();
  await dialog.getByLabel("Credits").fill("50");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Add machine" }).click();
  const shown = page.getByRole("dialog", { name: "Secret of Nightly" });
  await expect(shown).toContainText("grant_type=client_credentials");
  await expectAccessible(page);
  const [clientId = "", clientSecret = ""] = await shown.locator("pre").allTextContents();
  await shown.getByRole("button", { name: "I have copied it" }).click();

  const answer = await fetch(`${address}/api/auth/oauth2/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", resource: `${address}/api/mcp` }),
  });
  expect(answer.status).toBe(200);
  const { access_token: token }: { access_token: string } = await answer.json();
  const search = (datasetId: string) =>
    callTool(token, "query_dataset", { datasetId, query: "granite quartz" });

  expect(await search(stones)).toMatchObject({ status: 200, failed: false });
  const unknown = await search(rivers);
  expect(unknown.failed || unknown.status === 404).toBe(true);
  expect(unknown.text).not.toContain("Rhine");

  const row = page.getByRole("listitem").filter({ hasText: "Nightly" });
  await page.reload();
  await expect(row).toContainText("10 of 50 credits today");
  await expect(row).toContainText("Stones");
  await expect(row).toContainText(/Last used/);
  await expectAccessible(page);

  await row.getByRole("button", { name: "Pause Nightly" }).click();
  await expect(row).toContainText("Paused");
  expect([401, 403]).toContain((await search(stones)).status);
  await expectAccessible(page);
  await row.getByRole("button", { name: "Resume Nightly" }).click();
  await expect(row.getByRole("button", { name: "Pause Nightly" })).toBeVisible();
  expect(await search(stones)).toMatchObject({ status: 200, failed: false });

  await row.getByRole("button", { name: "Actions for Nightly" }).click();
  await page.getByRole("menuitem", { name: "Change" }).click();
  const change = page.getByRole("dialog", { name: "What Nightly may do" });
  await change.getByLabel("Credits").fill("25");
  await expectAccessible(page);
  await change.getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("20 of 25 credits today");
  const short = await search(stones);
  expect(short.failed || short.status === 402).toBe(true);
  expect(short.text).toContain("Required: 10");

  await row.getByRole("button", { name: "Actions for Nightly" }).click();
  await page.getByRole("menuitem", { name: "Disconnect" }).click();
  const sure = page.getByRole("dialog", { name: "Disconnect Nightly?" });
  await expect(sure).toContainText("Its next call is refused");
  await expectAccessible(page);
  await sure.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByRole("heading", { name: "No app is connected" })).toBeVisible();
  expect((await search(stones)).status).toBe(401);

  await page.getByRole("link", { name: "Audit log", exact: true }).first().click();
  await expect(page.getByRole("row", { name: /App disconnected/ })).toContainText("You");
  await expect(page.getByRole("row", { name: /Connection changed/ }).first()).toContainText("budget");
  await expectAccessible(page);
  await page.getByRole("combobox", { name: "Events to show" }).click();
  await page.getByRole("option", { name: "App connected" }).click();
  await expect(page.getByRole("row", { name: /App connected/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /App disconnected/ })).toHaveCount(0);
  await page.goto("/admin/audit");
  await expect(page.getByRole("row", { name: /Account created/ })).toContainText("@example.test");
  await expectAccessible(page);
});

test("the page where an app is connected sees the app come", async ({ browser }) => {
  const page = await signUp(browser, "Newcomer");
  const choose = (app: string) =>
    expect(async () => {
      await page.getByRole("radio", { name: app, exact: true }).press("Space");
      await expect(page.getByRole("heading", { name: app, exact: true })).toBeVisible({ timeout: 2_000 });
    }).toPass();
  await page.getByRole("link", { name: "Connect", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: "Waiting for the first call" })).toBeVisible();
  await expect(page.getByText(`claude mcp add --transport http fltr ${address}/api/mcp`)).toBeVisible();
  for (const app of [
    "Claude",
    "ChatGPT",
    "VS Code",
    "Cursor",
    "Codex",
    "Gemini CLI",
    "mcp-remote",
    "Any other",
  ]) {
    await choose(app);
  }
  await expectAccessible(page);
  await choose("Cursor");
  const href = await page.getByRole("link", { name: "Install in Cursor" }).getAttribute("href");
  const config = new URL(href ?? "").searchParams.get("config") ?? "";
  expect(JSON.parse(atob(config))).toEqual({ url: `${address}/api/mcp` });

  const made = await page.request.post("/api/v1/connections/machines", {
    headers: { Origin: address },
    data: {
      name: "Latecomer",
      scopes: ["mcp:query", "mcp:tools"],
      datasets: "all",
      budget: null,
      callsPerHour: null,
      expiresInDays: 1,
    },
  });
  expect(made.status()).toBe(201);
  const machine: { client: { id: string }; clientSecret: string } = await made.json();
  await expect(page.getByText("You allowed Latecomer. Waiting for its first call…")).toBeVisible();
  const answer = await fetch(`${address}/api/auth/oauth2/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${machine.client.id}:${machine.clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", resource: `${address}/api/mcp` }),
  });
  const { access_token: token }: { access_token: string } = await answer.json();
  expect(await callTool(token, "list_datasets", {})).toMatchObject({ status: 200, failed: false });
  await expect(page.getByText("Connected: Latecomer has made its first call.")).toBeVisible();
  await expectAccessible(page);
});

test("a key reads one dataset, and its old secret works until the rotation's grace is over", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const page = await signUp(browser, "Keeper");
  const stones = await makeDataset(page, "Stones", "Granite is coarse, made of quartz, feldspar and mica.");
  const rivers = await makeDataset(page, "Rivers", "The Rhine rises in the Alps and ends in the North Sea.");
  const search = async (key: string, dataset: string) => {
    const url = `${address}/api/v1/mcp/query/${dataset}/default?query=granite%20rhine`;
    return (await fetch(url, { headers: { "X-API-Key": key } })).status;
  };

  await page.getByRole("link", { name: "Keys", exact: true }).click();
  await openDialog(page, "New key");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "New key" })).toBeFocused();
  const dialog = await openDialog(page, "New key");
  await dialog.getByLabel("Name").fill("Geologist");
  await dialog.getByRole("radio", { name: "Only those I choose" }).check();
  await dialog.getByRole("checkbox", { name: "Stones" }).check();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Create key" }).click();
  const shown = page.getByRole("dialog").getByText(/^fltr_\w{20,}$/);
  const first = (await shown.first().textContent()) ?? "";
  await page.getByRole("button", { name: "I have copied it" }).click();
  expect([await search(first, stones), await search(first, rivers)]).toEqual([200, 404]);

  const row = page.getByRole("listitem").filter({ hasText: "Geologist" });
  await expect(row).toContainText("Stones");
  await row.getByRole("button", { name: "Actions for the key Geologist" }).click();
  await page.getByRole("menuitem", { name: "Rotate" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Rotate key" }).click();
  await expect(shown.first()).not.toHaveText(first);
  const second = (await shown.first().textContent()) ?? "";
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(row).toContainText("Nobody has used it since the rotation.");
  expect([await search(first, stones), await search(second, stones)]).toEqual([200, 200]);
  await page.reload();
  await expect(row).toContainText(/It was last used .* from 127\.0\.0\.1|It was last used .* from ::1/);
  await expectAccessible(page);

  await row.getByRole("button", { name: "Actions for the key Geologist" }).click();
  await page.getByRole("menuitem", { name: "Change access" }).click();
  const change = page.getByRole("dialog", { name: "Access of Geologist" });
  await change.getByRole("combobox", { name: "Addresses it may call from" }).fill("203.0.113.0/24");
  await expectAccessible(page);
  await change.getByRole("button", { name: "Save access" }).click();
  await expect(row).toContainText("203.0.113.0/24");
  expect([401, 403]).toContain(await search(second, stones));
});
