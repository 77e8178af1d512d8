/** What an owner sees at a glance: the first steps tick themselves off, usage adds up, refusals tell their cause. */
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./accessible.ts";

test.beforeEach(({ page }) => {
  page.on("pageerror", (error) => {
    throw error;
  });
});

async function signUp(page: Page): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Owner");
  await page.getByLabel("E-mail").fill(`owner-${Date.now()}@example.test`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/overview");
}

test("from an empty account to usage by key, and what a limit refused", async ({
  page,
  playwright,
  baseURL,
}) => {
  // axe looks at each page in both schemes.
  test.slow();
  await signUp(page);
  const steps = page.getByRole("region", { name: "From documents to the first answer" });
  await expect(steps.getByRole("listitem")).toHaveCount(4);
  await expect(steps.getByRole("button", { name: "Make a dataset" })).toBeVisible();
  await expectAccessible(page);

  const make = async (path: string, data: Record<string, unknown>) => {
    const response = await page.request.post(`/api/v1${path}`, { data });
    expect(response.status()).toBe(201);
    return response.json();
  };
  const dataset = await make("/datasets", { name: "Stones" });
  await make(`/datasets/${dataset.id}/documents`, { title: "Rocks", text: "Granite is a coarse rock." });
  const { key } = await make("/keys", { name: "Nightly report", scopes: ["mcp:query"], callsPerHour: 2 });
  const program = await playwright.request.newContext({
    ...(baseURL ? { baseURL } : {}),
    extraHTTPHeaders: { "X-API-Key": key },
  });
  const ask = (words: string) => program.get(`/api/v1/mcp/query/${dataset.id}/default?query=${words}`);
  await expect
    .poll(async () => (await page.request.get(`/api/v1/datasets/${dataset.id}`)).json())
    .toMatchObject({ documents: { ready: 1 } });
  expect((await ask("granite")).status()).toBe(200);
  expect((await ask("granite")).status()).toBe(200);
  for (let call = 0; call < 6; call++) expect((await ask("granite")).status()).toBe(429);
  await program.dispose();

  await expect(async () => {
    await page.goto("/overview");
    await expect(page.getByText("Nightly report ran into a limit: 6 calls were refused")).toBeVisible();
  }).toPass();
  await expect(steps).toBeHidden();
  await expect(page.getByText("Lasts more than a year at this pace.")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("link", { name: "See limits" }).click();
  await expect(page.getByRole("row", { name: /The limit of Nightly report itself/ })).toContainText("6");
  await expectAccessible(page);

  await page.getByRole("link", { name: "Usage", exact: true }).click();
  await expect(page.getByRole("row", { name: "Nightly report 2 0 20" })).toBeVisible();
  await page.getByRole("radiogroup").getByText("Calls", { exact: true }).click();
  await expect(page).toHaveURL(/measure=calls/);
  await page.reload();
  await expect(page.getByRole("row", { name: "Nightly report 2 0 20" })).toBeVisible();
  await expectAccessible(page);
});

test("guides and reference are read without an account, and a call is tried", async ({ page }) => {
  test.slow();
  await page.goto("/docs");
  await page.getByRole("main").getByRole("link", { name: "Search", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Search", level: 1 })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("navigation").getByRole("link", { name: "API reference" }).click();
  await page.getByRole("button", { name: /GET \/mcp\/datasets / }).click();
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const answer = page.getByRole("status").filter({ hasText: "200" });
  await expect(answer).toContainText("FLTR guides");
  await expectAccessible(page);
});
