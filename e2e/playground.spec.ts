/** The playground: ask, see why, compare two settings, keep what works as an endpoint; a link reproduces it. */
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./accessible.ts";

test("a question is asked, explained, compared and saved, by keyboard", { tag: "@phone" }, async ({
  page,
}) => {
  // axe looks at the page in both schemes.
  test.slow();
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Owner");
  await page.getByLabel("E-mail").fill(`tuner-${Date.now()}@example.test`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-up");
  const make = async (path: string, data: Record<string, unknown>) =>
    (await page.request.post(`/api/v1${path}`, { data })).json();
  const dataset = await make("/datasets", { name: "Stones" });
  for (const [title, text] of [
    ["Granite", "Granite is a coarse rock."],
    ["Slate", "Slate is a rock that splits."],
  ]) {
    await make(`/datasets/${dataset.id}/documents`, { title, text });
  }
  await expect
    .poll(async () => (await page.request.get(`/api/v1/datasets/${dataset.id}`)).json())
    .toMatchObject({ documents: { ready: 2 } });

  await page.goto(`/playground?dataset=${dataset.id}`);
  await page.getByLabel("Question").focus();
  await page.keyboard.type("coarse rock");
  await page.keyboard.press("Enter");
  const hits = page.getByRole("article");
  await expect(hits).toHaveCount(2);
  await expect(hits.first().locator("mark").first()).toHaveText("coarse");
  await expect(hits.first()).toContainText(/By words 0\.\d\d, place 1; by vectors 0\.\d\d, place 1/);
  await expect(page.getByText("2 passages in")).toContainText("10 credits charged");

  await page.getByRole("button", { name: "Compare with another setting" }).press("Enter");
  const other = page.getByRole("region", { name: "Setting B" });
  await other.getByLabel("Hits at most").fill("1");
  await page.getByRole("button", { name: "Ask both" }).press("Enter");
  await expect(other.getByRole("article")).toHaveCount(1);
  await expect(other.getByRole("article")).toContainText("Place 1 in A");
  await expect(page.getByText("Not in B")).toBeVisible();
  await other.getByRole("button", { name: "As a call" }).press("Enter");
  await expect(other.getByText("topK=1")).toBeVisible();
  await expectAccessible(page);

  await expect(page).toHaveURL(/b\.topK=1/);
  await page.reload();
  await expect(page.getByLabel("Question")).toHaveValue("coarse rock");
  await expect(other.getByLabel("Hits at most")).toHaveValue("1");
  // A link asks nothing by itself: it would spend the credits of whoever follows it.
  await expect(hits).toHaveCount(0);
  await other.getByRole("button", { name: "Save as an endpoint" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("one-hit");
  await page.getByRole("dialog").getByLabel("Name").press("Enter");
  await expect(page.getByText("one-hit is published")).toBeVisible();
  await expect(hits).toHaveCount(0);
  const saved = await page.request.get(`/api/v1/mcp/endpoints?datasetId=${dataset.id}`);
  expect((await saved.json()).items).toMatchObject([{ name: "one-hit", options: { topK: 1 } }]);
});
