/** How a person lets an app in: sign-up on the way, the consent page, the device page, and what is refused. */
import { expect, type Page, test } from "@playwright/test";
import { z } from "zod";
import { expectAccessibleNow } from "./accessible.ts";
import { type OAuthApp, startApp } from "./oauth-app.ts";

const password = "correct horse battery";
const apps: OAuthApp[] = [];

async function app(name: string, scope = "mcp:query mcp:tools"): Promise<OAuthApp> {
  const started = await startApp(test.info().project.use.baseURL ?? "", name, scope);
  apps.push(started);
  return started;
}

async function signUp(page: Page): Promise<string> {
  const email = `owner-${Date.now()}-${Math.trunc(Math.random() * 1e6)}@example.test`;
  await page.getByLabel("Name").fill("Owner");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  return email;
}

async function makeDataset(page: Page, name: string): Promise<string> {
  const created = await page.request.post("/api/v1/datasets", { data: { name } });
  const { id } = z.object({ id: z.string() }).parse(await created.json());
  await page.request.post(`/api/v1/datasets/${id}/documents`, {
    data: { title: name, text: "Granite is coarse, made of quartz, feldspar and mica." },
  });
  await expect
    .poll(async () => (await page.request.get(`/api/v1/datasets/${id}/documents`)).text())
    .toContain('"ready"');
  return id;
}

async function newcomer(page: Page): Promise<string> {
  await page.goto("/sign-up");
  const email = await signUp(page);
  await expect(page).toHaveURL(/\/overview$/);
  return email;
}

/** Its answer, once the browser has brought it. */
async function answerTo(asking: OAuthApp): Promise<URLSearchParams> {
  await expect.poll(() => asking.answers.length).toBeGreaterThan(0);
  return asking.answers.at(-1)?.searchParams ?? new URLSearchParams();
}

test.beforeEach(({ page }) => {
  page.on("pageerror", (error) => {
    throw error;
  });
});

test.afterEach(() => {
  for (const started of apps.splice(0)) started.stop();
});

test("a newcomer signs up on the way, grants one dataset, and the app reads that one alone", async ({
  page,
}) => {
  const claude = await app("Claude \u202Eedoc\u2066");
  await page.goto(claude.authorizeUrl);
  await expect(page).toHaveURL(/\/sign-in\?.*sig=/);
  await expect(page.getByRole("heading", { name: "Sign in to connect Claude edoc" })).toBeVisible();
  await expectAccessibleNow(page);
  await page.getByRole("link", { name: "Create an account" }).click();
  await expect(page.getByRole("heading", { name: "Create an account to connect" })).toBeVisible();
  const email = await signUp(page);

  await expect(page).toHaveURL(/\/consent\?/);
  await expect(page.getByRole("heading", { name: "Connect Claude edoc?" })).toBeVisible();
  await expect(page.getByText("An app on this computer.")).toBeVisible();
  await expect(page.getByText(email)).toBeVisible();
  await expect(page.getByText("You have no dataset of your own yet.")).toBeVisible();
  const granted = await makeDataset(page, "Stones");
  const other = await makeDataset(page, "Payroll");
  await page.reload();
  await expect(page.getByRole("checkbox", { name: "Stones" })).not.toBeChecked();
  await expect(page.getByRole("radio", { name: "Only those I choose" })).toBeChecked();
  await expect(page.getByLabel("Credits", { exact: true })).toHaveValue("500");
  await expect(page.getByLabel("Calls in any hour")).toHaveValue("300");
  await expect(page.getByText("It will find nothing until you choose a dataset.")).toBeVisible();
  await expectAccessibleNow(page);

  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByText("Choose at least one. To connect it without any")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Payroll" })).toBeFocused();
  await page.getByLabel("Credits", { exact: true }).fill("");
  await page.getByRole("checkbox", { name: "Stones" }).check();
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByText("Enter a whole number above 0")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Stones" })).toBeChecked();
  await page.getByLabel("Credits", { exact: true }).fill("20");
  await expect(page.getByText(/It may search 1 dataset, spend up to 20 credits a day/)).toBeVisible();
  await page.getByRole("button", { name: "Allow" }).click();

  const answer = await answerTo(claude);
  expect(answer.get("state")).toBe(claude.state);
  expect(answer.get("iss")).toBe(claude.issuer);
  const { access_token: token } = await claude.exchange(answer.get("code") ?? "");
  const search = (datasetId: string) =>
    claude.callTool(token, "query_dataset", { datasetId, query: "granite" });
  const found = await search(granted);
  expect(found.isError).toBe(false);
  expect(found.text).toContain("made of quartz");
  const hidden = await search(other);
  expect(hidden.isError).toBe(true);
  expect(hidden.text).toContain("not found");
  const listed = await claude.callTool(token, "list_datasets", {});
  expect(listed.text).toContain("Stones");
  expect(listed.text).not.toContain("Payroll");

  await test.step("asking again for the same needs no page, for more shows what is new", async () => {
    const before = claude.answers.length;
    await page.goto(claude.authorizeUrl);
    await expect.poll(() => claude.answers.length).toBe(before + 1);
    const more = claude.authorizeUrl.replace("mcp%3Atools", "mcp%3Atools+mcp%3Acreate");
    await page.goto(more);
    await expect(page.getByRole("heading", { name: "Claude edoc asks for more" })).toBeVisible();
    await expect(page.getByRole("checkbox")).toHaveCount(1);
    await expect(page.getByRole("checkbox", { name: "Make changes" })).toBeChecked();
    await expect(page.getByText("1 dataset, 20 credits a day, 300 calls an hour, until")).toBeVisible();
    await expectAccessibleNow(page);
    await page.getByRole("button", { name: "Change that too" }).click();
    await expect(page.getByText("You connected this app before")).toBeVisible();
    await expect(page.getByRole("checkbox", { name: /Make changes\s*new/ })).toBeChecked();
    await expect(page.getByRole("checkbox", { name: "Stones" })).toBeChecked();
    await expect(page.getByLabel("Credits", { exact: true })).toHaveValue("20");
    await expectAccessibleNow(page);
  });
});

test("who refuses grants nothing, and an edited or plain address is no request", async ({ page }) => {
  await newcomer(page);
  const asking = await app("Notes");
  await page.goto(asking.authorizeUrl);
  await expect(page).toHaveURL(/\/consent\?/);
  const consent = page.url();
  await page.getByRole("button", { name: "Deny" }).click();
  const answer = await answerTo(asking);
  expect(answer.get("error")).toBe("access_denied");
  expect(answer.get("state")).toBe(asking.state);
  expect(answer.get("code")).toBeNull();
  const listed = await page.request.get("/api/v1/connections");
  expect(await listed.json()).toMatchObject({ items: [] });

  const lapsed = page.getByRole("heading", { name: "This request is no longer good" });
  await page.goto(consent.replace("mcp%3Atools", "mcp%3Acreate"));
  await expect(lapsed).toBeVisible();
  await expectAccessibleNow(page);
  await page.goto("/consent");
  await expect(lapsed).toBeVisible();
  const response = await page.goto(consent);
  expect(response?.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(response?.headers()["referrer-policy"]).toBe("same-origin");
  expect(response?.headers()["cross-origin-opener-policy"]).toBe("unsafe-none");
});

test("who has signed out comes back to the same request", async ({ page }) => {
  const email = await newcomer(page);
  const asking = await app("Notes");
  await page.goto(asking.authorizeUrl);
  await page.getByRole("button", { name: "Use another account" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to connect Notes" })).toBeVisible();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("wrong password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: /password/i })).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Connect Notes?" })).toBeVisible();
});

test("on a phone, by keyboard alone", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await newcomer(page);
  await makeDataset(page, "Stones");
  const asking = await app("W".repeat(80));
  await page.goto(asking.authorizeUrl);
  await expect(page.getByRole("checkbox", { name: "Stones" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expectAccessibleNow(page);

  const tabTo = async (role: "checkbox" | "button", name: string) => {
    const wanted = page.getByRole(role, { name });
    for (let press = 0; press < 30; press += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab never reached ${name}.`);
  };
  await tabTo("checkbox", "Use every tool to read");
  await page.keyboard.press("Space");
  // The only dataset there is stands chosen.
  await expect(page.getByRole("checkbox", { name: "Stones" })).toBeChecked();
  await tabTo("button", "Allow");
  await page.keyboard.press("Enter");
  const code = (await answerTo(asking)).get("code") ?? "";
  expect(code).not.toBe("");
  const listed = await page.request.get("/api/v1/connections");
  expect(await listed.json()).toMatchObject({
    items: [
      { scopes: ["mcp:query"], datasets: [{ name: "Stones" }], budget: { credits: 500, period: "day" } },
    ],
  });
});

test("a device gets its code confirmed, after sign-in too, and a wrong code is told plainly", async ({
  page,
}) => {
  const email = await newcomer(page);
  const tool = await app("fltr command line", "mcp:query");
  const { device_code: deviceCode, user_code: userCode } = await tool.startDevice();
  await page.context().clearCookies();
  await page.goto(`/device?user_code=${userCode}`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByLabel("Code")).toHaveValue(userCode);
  await expectAccessibleNow(page);

  await page.getByLabel("Code").fill("WRONGCOD");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("No device waits for this code.")).toBeVisible();
  await page.getByLabel("Code").fill(` ${userCode.toLowerCase()} `);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Connect fltr command line?" })).toBeFocused();
  await expectAccessibleNow(page);
  await page.waitForTimeout(600);
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByText("You can return to your device")).toBeVisible();
  await expect
    .poll(async () => (await tool.pollDevice(deviceCode)).access_token ?? null, { intervals: [5_500] })
    .not.toBeNull();

  const refused = await tool.startDevice();
  await page.goto(`/device?user_code=${refused.user_code}`);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("heading", { name: "Not connected" })).toBeVisible();
  expect(await tool.pollDevice(refused.device_code)).toMatchObject({ error: "access_denied" });
});
