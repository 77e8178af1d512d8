/**
 * Signing out elsewhere, in two browsers: one ends the other's session, whose next call leads to sign-in;
 * "everywhere else" and a new password leave the apps connected until their owner says otherwise. On a
 * process of its own, whose first account is the admin.
 */
import { type Browser, expect, type Page, test } from "@playwright/test";
import { z } from "zod";
import { expectAccessible } from "./accessible.ts";
import { startOwnServer } from "./own-server.ts";

let server: Awaited<ReturnType<typeof startOwnServer>>;
let address: string;

const password = "correct horse battery";
const emailOf = (name: string) => `${name.toLowerCase()}@example.test`;
const machineSchema = z.object({ client: z.object({ id: z.string() }), clientSecret: z.string() });

test.beforeAll(async () => {
  server = await startOwnServer();
  address = server.address;
});

test.afterAll(() => server.stop());

test("a browser is signed out from another one, and the apps go only when they are meant to", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const page = await signUp(browser, "Owner");
  const other = await newPage(
    browser,
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  );
  await signIn(other, "Owner");

  await page.goto("/settings/browsers");
  const rows = page.getByRole("list", { name: "Browsers" }).getByRole("listitem");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("Chrome on");
  await expect(rows.first()).toContainText("This browser");
  await expect(rows.last()).toContainText("Firefox on Linux");
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectAccessible(page);
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await overflow()).toBe(0);
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.getByRole("button", { name: "Sign out Firefox on Linux" }).click();
  await expect(rows).toHaveCount(1);
  await other.getByRole("link", { name: "Credits", exact: true }).click();
  await expect(other).toHaveURL(/\/sign-in/);

  const token = await connectMachine(page, "Nightly");
  expect(await statusOf(token)).toBe(200);
  await signIn(other, "Owner");
  await page.reload();
  await expect(rows).toHaveCount(2);
  await signOutOthers(page, false);
  await expect(rows).toHaveCount(1);
  expect(await statusOf(token)).toBe(200);
  await other.reload();
  await expect(other).toHaveURL(/\/sign-in/);
  await signOutOthers(page, true);
  await expect(page.getByText("1 app is disconnected")).toBeVisible();
  expect(await statusOf(token)).toBe(401);
  await expect(page.getByRole("heading", { name: "Browsers", exact: true })).toBeVisible();
});

test("a new password signs the other browsers out and offers to disconnect the apps", async ({ browser }) => {
  test.setTimeout(120_000);
  const page = await signUp(browser, "Changer");
  const other = await newPage(browser);
  await signIn(other, "Changer");
  const token = await connectMachine(page, "Weekly");

  const dialog = page.getByRole("dialog");
  await expect(async () => {
    await page.goto("/settings/security");
    await page.getByRole("button", { name: "Change password…" }).click({ timeout: 2_000 });
    await expect(dialog).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await dialog.getByLabel("Current password").fill("not this one");
  await dialog.getByLabel("New password").fill("staple staple staple");
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(dialog).toContainText("That is not your current password");
  await expectAccessible(page);
  await dialog.getByLabel("Current password").fill(password);
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("dialog", { name: "Your password is changed" })).toBeVisible();
  await expectAccessible(page);
  await other.reload();
  await expect(other).toHaveURL(/\/sign-in/);
  expect(await statusOf(token)).toBe(200);
  await dialog.getByRole("button", { name: "Disconnect all apps" }).click();
  await expect(page.getByText("1 app is disconnected")).toBeVisible();
  expect(await statusOf(token)).toBe(401);
  await page.getByRole("link", { name: "Audit log", exact: true }).first().click();
  await expect(page.getByRole("row", { name: /Password changed/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /App disconnected/ }).first()).toBeVisible();
});

async function newPage(browser: Browser, userAgent?: string): Promise<Page> {
  const context = await browser.newContext({
    baseURL: address,
    reducedMotion: "reduce",
    ...(userAgent ? { userAgent } : {}),
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  return page;
}

async function signUp(browser: Browser, name: string): Promise<Page> {
  const page = await newPage(browser);
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail").fill(emailOf(name));
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Overview", exact: true })).toBeVisible();
  return page;
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(emailOf(name));
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Overview", exact: true })).toBeVisible();
}

async function signOutOthers(page: Page, disconnectApps: boolean): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Sign out everywhere else?" });
  await expect(async () => {
    await page.getByRole("button", { name: "Sign out everywhere else…" }).click();
    await expect(dialog).toBeVisible({ timeout: 2_000 });
  }).toPass();
  const box = dialog.getByRole("checkbox", { name: "Also disconnect all apps" });
  await expect(box).not.toBeChecked();
  if (disconnectApps) await box.check();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(dialog).toBeHidden();
}

/** Its access token. Made with the session, as the pages do it. */
async function connectMachine(page: Page, name: string): Promise<string> {
  const made = await page.request.post("/api/v1/connections/machines", {
    headers: { Origin: address },
    data: {
      name,
      scopes: ["mcp:query", "mcp:tools"],
      datasets: "all",
      budget: null,
      callsPerHour: null,
      expiresInDays: 1,
    },
  });
  const { client, clientSecret } = machineSchema.parse(await made.json());
  const answer = await fetch(`${address}/api/auth/oauth2/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${client.id}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", resource: `${address}/api/mcp` }),
  });
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}

async function statusOf(token: string): Promise<number> {
  return (await fetch(`${address}/api/v1/credits`, { headers: { Authorization: `Bearer ${token}` } })).status;
}
