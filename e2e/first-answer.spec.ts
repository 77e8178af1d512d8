/** A newcomer's way: sign up, drop in files, watch them being read, search, make a key, use it, sign out. */
import { expect, test } from "@playwright/test";
import { expectAccessibleNow } from "./accessible.ts";

const files = [
  {
    name: "stones.md",
    mimeType: "text/markdown",
    buffer: Buffer.from(
      "# Igneous rock\n\n## Granite\n\nGranite is coarse, made of quartz, feldspar and mica.\n",
    ),
  },
  { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.from("") },
  { name: "picture.txt", mimeType: "text/plain", buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]) },
];

test.beforeEach(({ page }) => {
  page.on("pageerror", (error) => {
    throw error;
  });
});

test("from sign-up to a metered answer in the browser, and over REST with a key", async ({
  page,
  request,
}) => {
  test.slow();
  const email = `newcomer-${Date.now()}@example.test`;
  await page.goto("/");
  await expectAccessibleNow(page);
  await page.getByRole("link", { name: "Get started" }).click();
  await page.getByLabel("Name").fill("Newcomer");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await expectAccessibleNow(page);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/overview$/);
  await page.getByRole("button", { name: "Make a dataset" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("<b>Stones</b>");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /create/i })
    .click();
  await expect(page.getByRole("heading", { name: "<b>Stones</b>" })).toBeVisible();

  await page.getByRole("tab", { name: "Documents" }).click();
  await page.getByLabel("Files to add").setInputFiles(files);
  await expect(page.getByRole("row", { name: /stones\.md/ })).toContainText("Ready");
  await expect(page.getByRole("row", { name: /empty\.txt/ })).toContainText("The file is empty");
  await expect(page.getByRole("row", { name: /picture\.txt/ })).toContainText(/not text/i);
  await expectAccessibleNow(page);

  await page.getByRole("button", { name: "Delete empty.txt" }).click();
  await expect(page.getByRole("row", { name: /empty\.txt/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("row", { name: /empty\.txt/ })).toBeVisible();
  await page.getByRole("button", { name: "Delete empty.txt" }).click();
  // Who leaves the page at once has still deleted it.
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("row", { name: /stones\.md/ })).toBeVisible();
    await expect(page.getByRole("row", { name: /empty\.txt/ })).toHaveCount(0, { timeout: 1_000 });
  }).toPass();

  await page.getByRole("tab", { name: "Search" }).click();
  await page.getByLabel("Search this dataset").fill("granit quartz");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  const passage = page.getByRole("article").first();
  await expect(passage).toContainText("Igneous rock");
  await expect(passage).toContainText("made of quartz, feldspar and mica");
  await expect(page.getByText("9,990").first()).toBeVisible();
  await expectAccessibleNow(page);
  const datasetId = new URL(page.url()).pathname.split("/").at(-1) ?? "";

  await page.getByRole("link", { name: "Keys" }).click();
  await page
    .getByRole("button", { name: /new key|create/i })
    .first()
    .click();
  await page.getByRole("dialog").getByLabel("Name").fill("Claude on my laptop");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /create/i })
    .click();
  const key =
    (await page
      .getByRole("dialog")
      .getByText(/^fltr_\w{20,}$/)
      .first()
      .textContent()) ?? "";
  await expectAccessibleNow(page);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText(key)).toHaveCount(0);
  const listed = page.getByRole("listitem").filter({ hasText: "Claude on my laptop" });
  await expect(listed).toContainText(key.slice(0, 12));

  const ask = () =>
    request.get(`/api/v1/mcp/query/${datasetId}/default?query=granite`, { headers: { "x-api-key": key } });
  const answered = await ask();
  expect(answered.status()).toBe(200);
  expect(answered.headers()["x-credits-remaining"]).toBe("9980");

  await page.getByRole("button", { name: "Actions for the key Claude on my laptop" }).click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke key" }).click();
  await expect(listed).toHaveCount(0);
  expect((await ask()).status()).toBe(401);

  await page.getByRole("link", { name: "Credits", exact: true }).click();
  await expect(page.getByText("9,980").first()).toBeVisible();
  await expectAccessibleNow(page);

  await page.goto(`/datasets/${datasetId}`);
  await page.getByRole("tab", { name: "Documents" }).click();
  await page.getByRole("button", { name: "Delete picture.txt" }).click();
  await expect(page.getByRole("row", { name: /picture\.txt/ })).toHaveCount(0);
  await page.getByRole("button", { name: /account menu/i }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await page.goto("/keys");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fkeys/);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("wrong password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: /password/i })).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/keys$/);
  // What was being deleted was, before the session that may do so was over.
  await page.goto(`/datasets/${datasetId}`);
  await page.getByRole("tab", { name: "Documents" }).click();
  await expect(page.getByRole("row", { name: /stones\.md/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /picture\.txt/ })).toHaveCount(0);
});
