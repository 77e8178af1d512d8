/** Two-factor sign-in: by app, by recovery code, on a browser that is trusted, in the middle of an app's request. */
import { beforeEach, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { mailSettled } from "./mail.ts";
import { newBrowser } from "./testing/browser.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { FastApiClient } from "./testing/fastapi-client.ts";
import { authorize, newVerifier, register } from "./testing/oauth-client.ts";
import { totpOf } from "./testing/totp.ts";

setUpTestDatabase();

const password = "granite under moss";
let serial = 0;
let email: string;
let home: ReturnType<typeof newBrowser>;
let totpUri: string;
let codes: string[];

beforeEach(async () => {
  serial += 1;
  email = `two-${serial}@example.test`;
  home = newBrowser(`192.0.2.${serial}`);
  await home.post("sign-up/email", { name: "Two", email, password });
  expect((await home.post("two-factor/enable", { password: "not this one" })).status).toBe(400);
  const begun = await home.post("two-factor/enable", { password });
  totpUri = String(begun.body.totpURI);
  codes = (begun.body.backupCodes as string[]).map(String);
  // Nothing is on until the app shows a code.
  expect((await newBrowser().signIn(email, password)).body.twoFactorRedirect).toBeUndefined();
  const verified = await home.post("two-factor/verify-totp", { code: totpOf(totpUri) });
  expect(verified.status).toBe(200);
  await mailSettled();
});

async function events(): Promise<string[]> {
  const rows = await query<{ event: string }>(
    `select event from audit_events where account_id = (select id from "user" where email = $1) order by seq`,
    [email],
  );
  return rows.map(({ event }) => event);
}

it("asks for the code after the password, and gives no session before", async () => {
  const browser = newBrowser();
  const asked = await browser.signIn(email, password);
  expect(asked.body).toMatchObject({ twoFactorRedirect: true });
  expect(await browser.isSignedIn()).toBe(false);
  const wrong = await browser.post("two-factor/verify-totp", { code: "000000" });
  expect([wrong.status, wrong.body.code]).toEqual([401, "INVALID_CODE"]);
  expect((await browser.post("two-factor/verify-totp", { code: totpOf(totpUri) })).status).toBe(200);
  expect(await browser.isSignedIn()).toBe(true);
  expect((await events()).slice(-3)).toEqual(["twoFactor.enable", "signIn.secondFactor", "signIn"]);
  // Also in the browser that turned it on.
  await home.post("sign-out");
  expect((await home.signIn(email, password)).body).toMatchObject({ twoFactorRedirect: true });
});

it("takes a recovery code, once; new ones replace the old", async () => {
  const [first = "", second = ""] = codes;
  const browser = newBrowser();
  await browser.signIn(email, password);
  expect((await browser.post("two-factor/verify-backup-code", { code: first })).status).toBe(200);
  expect(await browser.isSignedIn()).toBe(true);
  const again = newBrowser();
  await again.signIn(email, password);
  expect((await again.post("two-factor/verify-backup-code", { code: first })).status).toBe(401);
  const made = await home.post("two-factor/generate-backup-codes", { password });
  expect(made.status).toBe(200);
  expect((await again.post("two-factor/verify-backup-code", { code: second })).status).toBe(401);
});

it("ends a challenge after five wrong codes, in every process", async () => {
  const browser = newBrowser();
  await browser.signIn(email, password);
  for (let tries = 0; tries < 5; tries++) await browser.post("two-factor/verify-totp", { code: "000000" });
  const late = await browser.post("two-factor/verify-totp", { code: totpOf(totpUri) });
  expect(late.status).not.toBe(200);
  expect(await browser.isSignedIn()).toBe(false);
});

it("does not ask again on a browser that is trusted", async () => {
  const browser = newBrowser();
  await browser.signIn(email, password);
  await browser.post("two-factor/verify-totp", { code: totpOf(totpUri), trustDevice: true });
  await browser.post("sign-out");
  expect(await browser.isSignedIn()).toBe(false);
  expect((await browser.signIn(email, password)).body.twoFactorRedirect).toBeUndefined();
  expect(await browser.isSignedIn()).toBe(true);
});

it("goes on to the app that asked", async () => {
  const { location } = await authorize(await register(), newVerifier().challenge);
  const oauth_query = location?.search.slice(1);
  const browser = newBrowser();
  const asked = await browser.post("sign-in/email", { email, password, oauth_query });
  expect(asked.body).toMatchObject({ twoFactorRedirect: true });
  const done = await browser.post("two-factor/verify-totp", { code: totpOf(totpUri), oauth_query });
  expect(new URL(String(done.body.url), "http://localhost:3000").pathname).toBe("/consent");
  expect(await browser.isSignedIn()).toBe(true);
});

it("is asked of a program that signs in over REST, which sends the code along", async () => {
  const program = new FastApiClient();
  const told = await program.login(email, password);
  expect([told.status, told.body]).toMatchObject([400, { detail: "LOGIN_SECOND_FACTOR_REQUIRED" }]);
  const [code = ""] = codes;
  for (const [fields, detail] of [
    [{ password: "not this one", otp: totpOf(totpUri) }, "LOGIN_BAD_CREDENTIALS"],
    [{ password, otp: "000000" }, "LOGIN_BAD_CREDENTIALS"],
    [{ password, otp: "no-code" }, "LOGIN_BAD_CREDENTIALS"],
  ] as const) {
    const refused = await program.login(email, fields.password, { otp: fields.otp });
    expect([refused.status, refused.body]).toMatchObject([400, { detail }]);
  }
  const shown = totpOf(totpUri).replace(/^.../, "$& ");
  expect((await program.login(email, password, { otp: shown })).status).toBe(200);
  expect((await program.call("GET", "/users/me")).body).toMatchObject({ email });
  expect((await program.login(email, password, { otp: code })).status).toBe(200);
  expect((await program.login(email, password, { otp: code })).status).toBe(400);
  expect(await query("select from session where user_agent like 'python-httpx%'")).toEqual([]);
});

it("is turned off with the password alone, and that is told", async () => {
  expect((await home.post("two-factor/disable", { password: "not this one" })).status).toBe(400);
  expect((await home.post("two-factor/disable", { password })).status).toBe(200);
  expect((await newBrowser().signIn(email, password)).body.twoFactorRedirect).toBeUndefined();
  expect(await events()).toContain("twoFactor.disable");
});
