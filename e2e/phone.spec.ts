/** No page asks for a wider screen than a phone has, and the menu leads to them. */
import { expect, test } from "@playwright/test";

const places = [
  "Overview",
  "Datasets",
  "Playground",
  "Connect",
  "Connections",
  "Keys",
  "Credits",
  "Usage",
  "Limits",
  "Receipts",
  "Audit log",
  "Settings",
];

test("every page fits on a phone, and its menu leads there", async ({ page }) => {
  page.on("pageerror", (error) => {
    throw error;
  });
  const fits = async () =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.goto("/sign-up");
  await fits();
  await page.getByLabel("Name").fill("W".repeat(60));
  await page.getByLabel("E-mail").fill(`${"w".repeat(50)}-${Date.now()}@example.test`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/overview");
  const made = await page.request.post("/api/v1/datasets", {
    data: { name: "W".repeat(100), description: "w".repeat(500) },
  });
  const { id } = await made.json();
  await page.request.post("/api/v1/keys", { data: { name: "W".repeat(50), scopes: ["mcp:query"] } });

  const menu = page.getByRole("navigation", { name: "Main" });
  for (const place of places) {
    await page.getByRole("button", { name: "Open the menu" }).click();
    await menu.getByRole("link", { name: place, exact: true }).click();
    await expect(menu).not.toBeInViewport();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(new RegExp(`^${place}`));
    await fits();
  }
  for (const tab of ["search", "documents", "endpoints", "quality", "access", "settings"]) {
    await page.goto(`/datasets/${id}?tab=${tab}`);
    await expect(page.getByRole("tabpanel").locator(":visible").first()).toBeVisible();
    await fits();
  }
  for (const path of ["/", "/docs", "/docs/limits-and-credits", "/docs/reference", "/nowhere"]) {
    await page.goto(path);
    await fits();
  }
});
