/**
 * Money in the browser: a key runs into its budget, an account asks for credits and an admin grants them,
 * and the statement, its CSV file and the receipts say what happened. On a process of its own, whose first
 * account is the admin.
 */
import { readFile } from "node:fs/promises";
import { type Browser, expect, type Page, test } from "@playwright/test";
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

async function createKeyWithBudget(page: Page): Promise<string> {
  await page.getByRole("link", { name: "Keys" }).click();
  const dialog = page.getByRole("dialog");
  // A click before the page is live is lost; a person would click again.
  await expect(async () => {
    await page.getByRole("button", { name: "New key" }).click();
    await expect(dialog).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await dialog.getByLabel("Name").fill("Geologist");
  await dialog.getByLabel(/Create and change datasets/).check();
  await dialog.getByRole("combobox", { name: "What it may spend" }).click();
  await page.getByRole("option", { name: "Up to an amount each day" }).click();
  await dialog.getByLabel("Credits").fill("20");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Create key" }).click();
  const shown = dialog.getByText(/^fltr_\w{20,}$/).first();
  const key = (await shown.textContent()) ?? "";
  await page.getByRole("button", { name: "I have copied it" }).click();
  return key;
}

test("over a key's budget, out of credits, and helped by the admin", async ({ browser }) => {
  test.setTimeout(180_000);
  const admin = await signUp(browser, "Admin");
  const page = await signUp(browser, "Reader");

  const key = await createKeyWithBudget(page);
  const call = (method: string, path: string, body?: object) =>
    fetch(`${address}/api/v1${path}`, {
      method,
      headers: { "X-API-Key": key, "Content-Type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const dataset: { id: string } = await (await call("POST", "/datasets", { name: "Stones" })).json();
  const text = "Granite is coarse, made of quartz, feldspar and mica.";
  await call("POST", `/datasets/${dataset.id}/documents`, { title: "Igneous rock", text });
  const search = async () =>
    (await call("GET", `/mcp/query/${dataset.id}/default?query=granite%20quartz`)).status;
  const ready = async () => (await (await call("GET", `/datasets/${dataset.id}`)).json()).documents.ready;
  await expect.poll(ready).toBe(1);
  expect([await search(), await search(), await search()]).toEqual([200, 200, 402]);

  await page.reload();
  const listed = page.getByRole("listitem").filter({ hasText: "Geologist" });
  await expect(listed).toContainText("20 of 20 credits today");
  await expect(listed.getByRole("progressbar", { name: "Budget used by Geologist" })).toHaveAttribute(
    "aria-valuenow",
    "100",
  );
  await expectAccessible(page);
  const actions = page.getByRole("button", { name: "Actions for the key Geologist" });
  await actions.click();
  await page.getByRole("menuitem", { name: "Change budget" }).click();
  await page.getByRole("dialog").getByLabel("Credits").fill("35");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Save budget" }).click();
  await expect(listed).toContainText("20 of 35 credits today");
  expect([await search(), await search()]).toEqual([200, 402]);
  await actions.click();
  await page.getByRole("menuitem", { name: "Lift budget" }).click();
  await expect(listed).not.toContainText("credits today");
  expect(await search()).toBe(200);

  await page.getByRole("link", { name: "Receipts" }).click();
  const receipt = page.getByRole("row", { name: /granite quartz/ });
  await expect(receipt).toHaveCount(4);
  await expect(receipt.first()).toContainText("Geologist");
  await expectAccessible(page);
  await receipt.first().getByRole("button").click();
  await expect(page.getByRole("dialog")).toContainText("10 credits");
  const read = page.getByRole("dialog").getByRole("link", { name: "Igneous rock" });
  await expect(read).toBeVisible();
  await expectAccessible(page);
  await read.click();
  await expect(page.getByRole("dialog")).toContainText("made of quartz, feldspar and mica");
  await page.keyboard.press("Escape");

  await page.getByRole("link", { name: "Credits", exact: true }).click();
  await expect(page.getByText("9,960").first()).toBeVisible();
  await page.getByLabel("Tell me when the balance falls below").fill("50000");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your balance is low: 9,960 credits left")).toBeVisible();
  await expect(page.getByText("Balance is low", { exact: true })).toBeVisible();
  await page.getByRole("textbox", { name: "Credits", exact: true }).fill("40000");
  await page.getByLabel("What they are for").fill("A field trip");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Ask for credits" }).click();
  await expect(page.getByText("You asked for 40,000 credits")).toBeVisible();
  await expectAccessible(page);

  await admin.getByRole("link", { name: "Admin" }).click();
  const asked = admin.getByRole("listitem").filter({ hasText: "reader@example.test" });
  await expect(asked).toContainText("A field trip");
  await expectAccessible(admin);
  await asked.getByRole("button", { name: /Grant/ }).click();
  await expect(admin.getByRole("dialog").getByLabel("Credits")).toHaveValue("40,000");
  await admin.getByRole("dialog").getByLabel("Reason").fill("=1+1, for the field trip");
  await expectAccessible(admin);
  await admin.getByRole("button", { name: "Give credits", exact: true }).click();
  await expect(admin.getByText("No request is open.")).toBeVisible();
  await expect(admin.getByRole("row", { name: /Reader/ })).toContainText("49,960");

  await page.reload();
  await expect(page.getByText("49,960").first()).toBeVisible();
  await expect(page.getByRole("row", { name: /for the field trip/ })).toContainText("+40,000");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download as CSV" }).click();
  const csv = await readFile(await (await downloading).path(), "utf8");
  const lines = csv.split("\r\n");
  expect(lines[0]).toBe("number,time,kind,credits,balance_after,reason");
  expect(lines).toHaveLength(8);
  expect(lines[1]).toMatch(/^\d+,[^,]+Z,grant,40000,49960,"'=1\+1, for the field trip"$/);
  expect(lines[2]).toMatch(/,charge,-10,9960,search\.query$/);

  const installation = admin.getByRole("navigation", { name: "Installation" });
  for (const place of ["Health", "Limits and prices", "Keys and apps", "Audit log"]) {
    await installation.getByRole("link", { name: place }).click();
    await expect(admin.getByRole("heading", { level: 1 })).toContainText(place);
    await expect(admin.locator(".mantine-Skeleton-root")).toHaveCount(0);
    await expectAccessible(admin);
  }
  await installation.getByRole("link", { name: "Accounts" }).click();

  await admin.getByRole("button", { name: "Limits of Reader" }).click();
  await admin.getByRole("dialog").getByLabel("Calls in any hour").fill("4000");
  await admin.getByRole("dialog").getByLabel("Reason").fill("Looks too often");
  await expectAccessible(admin);
  await admin.getByRole("button", { name: "Set limit" }).click();
  await expect(admin.getByRole("dialog")).toContainText("Set for this account");
  await page.getByRole("link", { name: "Limits", exact: true }).click();
  await expect(page.getByText("Set for your account by an admin.")).toBeVisible({ timeout: 15_000 });
  await expectAccessible(page);
});

test("a visit renews the session, once a tab", async ({ browser }) => {
  const page = await signUp(browser, "Daily");
  // Off the dashboard, which may not have renewed the session of signing up yet and would mark it after this.
  await page.goto("/api/health");
  await page.evaluate(() => sessionStorage.clear());
  const renewals: number[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith("/api/auth/get-session")) renewals.push(response.status());
  });
  await page.goto("/datasets");
  await expect.poll(() => renewals).toEqual([200]);
  await page.goto("/keys");
  await expect(page.getByRole("heading", { name: "Keys", exact: true })).toBeVisible();
  // A dialog that opens shows that the page is live, so that it would have asked by now.
  await expect(async () => {
    await page
      .getByRole("button", { name: /new key|create/i })
      .first()
      .click();
    await expect(page.getByRole("dialog")).toBeVisible({ timeout: 2_000 });
  }).toPass();
  expect(renewals).toEqual([200]);
});
