/**
 * The pages where something is granted, in a frame of another page: Chromium is sent there by a page of the
 * same site, whose frames get the session's cookie, and shows nothing of them.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "@playwright/test";
import { startApp } from "./oauth-app.ts";

test("no page of ours is shown in another page's frame", async ({ page, baseURL: own }) => {
  const baseURL = own ?? "";
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Owner");
  await page.getByLabel("E-mail").fill(`framed-${Date.now()}@example.test`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/overview$/);
  const asking = await startApp(baseURL, "Framer", "mcp:query");
  await page.goto(asking.authorizeUrl);
  await expect(page.getByRole("button", { name: "Allow" })).toBeVisible();
  const consent = page.url();

  let framed = "";
  const evil = createServer((_, response) =>
    response
      .setHeader("content-type", "text/html")
      .end(
        `<!doctype html><title>Evil</title><h1>Win a prize</h1><iframe src="${framed.replaceAll("&", "&amp;")}">`,
      ),
  );
  evil.listen(0, "127.0.0.1");
  await once(evil, "listening");
  const bound = evil.address();
  const port = bound && typeof bound === "object" ? bound.port : 0;
  const grants = `${baseURL}/connections?connection=conn_1&dataset=ds_1`;
  for (const path of [
    consent,
    asking.authorizeUrl,
    `${baseURL}/device?user_code=ABCDEFGH`,
    grants,
    `${baseURL}/sign-in`,
  ]) {
    framed = path;
    const refusal = page.waitForEvent("console", {
      predicate: (message) => /frame-ancestors|X-Frame-Options/i.test(message.text()),
    });
    await page.goto(`http://localhost:${port}/`);
    await refusal;
    const [, frame] = page.frames();
    await expect.poll(() => frame?.url()).toMatch(/^chrome-error:/);
    expect(await frame?.getByRole("button").count()).toBe(0);
  }
  expect(asking.answers).toEqual([]);
  evil.close();
  evil.closeAllConnections();
  asking.stop();
});
