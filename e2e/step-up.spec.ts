/**
 * One thing more for an app that is connected already: a scope on the consent page, a dataset behind the
 * `grantUrl` of the app's refused call. Each page shows that addition alone.
 */
import { expect, type Page, test } from "@playwright/test";
import { z } from "zod";
import { expectAccessible, expectAccessibleNow } from "./accessible.ts";
import { type OAuthApp, startApp } from "./oauth-app.ts";

const apps: OAuthApp[] = [];

test.beforeEach(({ page }) => {
  page.on("pageerror", (error) => {
    throw error;
  });
});

test.afterEach(() => {
  for (const started of apps.splice(0)) started.stop();
});

async function startedApp(name: string, scope: string): Promise<OAuthApp> {
  const started = await startApp(test.info().project.use.baseURL ?? "", name, scope);
  apps.push(started);
  return started;
}

async function signUp(page: Page): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Owner");
  await page.getByLabel("E-mail").fill(`owner-${Date.now()}@example.test`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/overview$/);
}

async function makeDataset(page: Page, name: string): Promise<string> {
  const made = await page.request.post("/api/v1/datasets", { data: { name, description: `About ${name}` } });
  const { id } = z.object({ id: z.string() }).parse(await made.json());
  await page.request.post(`/api/v1/datasets/${id}/documents`, {
    data: { title: name, text: "Granite is coarse, made of quartz, feldspar and mica." },
  });
  await expect
    .poll(async () => (await page.request.get(`/api/v1/datasets/${id}/documents`)).text())
    .toContain('"ready"');
  return id;
}

/** Presses Allow on the consent page and answers the app's access token. */
async function allow(page: Page, asking: OAuthApp): Promise<string> {
  const before = asking.answers.length;
  await page.waitForTimeout(600);
  await page.getByRole("button", { name: "Allow" }).click();
  await expect.poll(() => asking.answers.length).toBe(before + 1);
  return (await asking.exchange(asking.answers.at(-1)?.searchParams.get("code") ?? "")).access_token;
}

async function tabTo(page: Page, name: string): Promise<void> {
  const wanted = page.getByRole("button", { name });
  for (let press = 0; press < 40; press += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reached ${name}.`);
}

const grantUrlOf = (text: string) => text.match(/https?:[^"\\\s]*\/connections\?[^"\\\s]*/)?.[0] ?? "";

test("an app is given one dataset more, and one scope more, each on a page of its own", async ({ page }) => {
  test.setTimeout(120_000);
  await signUp(page);
  const stones = await makeDataset(page, "Stones");
  const rivers = await makeDataset(page, "Rivers");
  const asking = await startedApp("Reader", "mcp:query");
  await page.goto(asking.authorizeUrl);
  await page.getByRole("checkbox", { name: "Stones" }).check();
  const first = await allow(page, asking);
  const search = (datasetId: string, token = first) =>
    asking.callTool(token, "query_dataset", { datasetId, query: "granite" });
  expect((await search(stones)).isError).toBe(false);
  const refused = await search(rivers);
  expect(refused.isError).toBe(true);
  const grantUrl = grantUrlOf(refused.text);
  const unknownUrl = grantUrlOf((await search("ds_0000000000000")).text);
  expect(unknownUrl.replace("ds_0000000000000", rivers)).toBe(grantUrl);

  await test.step("a dataset: on a phone, in the dark, by keyboard alone, after signing in", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(grantUrl);
    const heading = page.getByRole("heading", { name: "Let Reader read Rivers?" });
    await expect(heading).toBeVisible();
    await expect(page.getByText("About Rivers")).toBeVisible();
    await expect(page.getByText("Stones")).toHaveCount(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await expectAccessible(page);
    await page.waitForTimeout(600);
    await tabTo(page, "Add dataset");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Connections", exact: true })).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Reader" })).toContainText("Rivers and Stones");
    expect((await search(rivers)).isError).toBe(false);
    expect((await search(stones)).isError).toBe(false);
    await page.goto(grantUrl);
    await expect(page.getByText("Reader may read Rivers already.")).toBeVisible();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "light" });
  });

  await test.step("one that is not there, and one of somebody else's, look the same", async () => {
    await page.goto(unknownUrl);
    await expect(page.getByRole("heading", { name: "There is no such dataset" })).toBeVisible();
    await expectAccessible(page);
    const unknown = await page.getByRole("main").textContent();
    const context = await page
      .context()
      .browser()
      ?.newContext({ baseURL: new URL(page.url()).origin });
    const other = await context?.newPage();
    if (!other) throw new Error("no other browser");
    await other.goto(grantUrl);
    await expect(other).toHaveURL(/\/sign-in\?next=/);
    await signUp(other);
    const theirs = await makeDataset(other, "Payroll");
    await page.goto(unknownUrl.replace("ds_0000000000000", theirs));
    await expect(page.getByRole("heading", { name: "There is no such dataset" })).toBeVisible();
    expect(await page.getByRole("main").textContent()).toBe(unknown);
    await other.goto(grantUrl);
    await expect(other.getByRole("heading", { name: "There is no such app here" })).toBeVisible();
    await expect(other.getByText(/Reader|Rivers/)).toHaveCount(0);
    await expectAccessible(other);
    await context?.close();
    await page.goto(grantUrl.replace(/dataset=.*/, `dataset=${"%00".repeat(3)}`));
    await expect(page.getByRole("heading", { name: "There is no such dataset" })).toBeVisible();
  });

  await test.step("a scope: the challenge names it, and the page shows it alone", async () => {
    const challenged = await fetch(`${new URL(asking.issuer).origin}/api/v1/datasets`, {
      method: "POST",
      headers: { authorization: `Bearer ${first}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "Made by the app" }),
    });
    expect(challenged.status).toBe(403);
    const scope = challenged.headers.get("www-authenticate")?.match(/scope="([^"]+)"/)?.[1] ?? "";
    expect(scope).toBe("mcp:query mcp:create");
    const more = new URL(asking.authorizeUrl);
    more.searchParams.set("scope", scope);
    await page.goto(more.href);
    await expect(page.getByRole("heading", { name: "Reader asks for more" })).toBeVisible();
    await expect(page.getByRole("checkbox")).toHaveCount(1);
    await expect(page.getByText("2 datasets, 500 credits a day, 300 calls an hour, until")).toBeVisible();
    await expectAccessibleNow(page);
    await page.getByRole("checkbox", { name: "Make changes" }).uncheck();
    await page.waitForTimeout(600);
    await page.getByRole("button", { name: "Allow" }).click();
    await expect(page.getByText("Choose at least one, or deny the request")).toBeVisible();
    await page.getByRole("checkbox", { name: "Make changes" }).check();
    const second = await allow(page, asking);
    const made = await fetch(`${new URL(asking.issuer).origin}/api/v1/datasets`, {
      method: "POST",
      headers: { authorization: `Bearer ${second}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "Made by the app" }),
    });
    expect(made.status).toBe(201);
    expect((await search(rivers, second)).isError).toBe(false);
  });
});
