/** Signing in with another site, tried against a provider over HTTP: alone, and in the middle of an app's request. */
import { afterAll, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { newBrowser } from "./testing/browser.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { authorize, newVerifier, register } from "./testing/oauth-client.ts";

const provider = await vi.hoisted(async () => {
  const { oidcClient, startOpenIdProvider } = await import("./testing/openid-provider.ts");
  const started = await startOpenIdProvider();
  process.env.OIDC_ISSUER = started.issuer;
  process.env.OIDC_CLIENT_ID = oidcClient.id;
  process.env.OIDC_CLIENT_SECRET = oidcClient.secret;
  return started;
});

setUpTestDatabase();
afterAll(() => provider.close());

let serial = 0;
const newPerson = (verified = true) => {
  serial += 1;
  return {
    sub: `sub-${serial}`,
    email: `person-${serial}@example.test`,
    email_verified: verified,
    name: `Person ${serial}`,
  };
};
const password = "granite under moss";

/** To the provider and back, as a browser follows: where it arrives. */
async function comeBack(browser: ReturnType<typeof newBrowser>, more: Record<string, unknown> = {}) {
  const begun = await browser.post("sign-in/social", {
    provider: "oidc",
    callbackURL: "/keys",
    errorCallbackURL: "/sign-in?next=%2Fkeys",
    ...more,
  });
  expect(begun.status).toBe(200);
  const there = await fetch(String(begun.body.url), { redirect: "manual" });
  const back = new URL(there.headers.get("location") ?? "");
  const returned = await browser.get(back.pathname + back.search);
  return returned.headers.get("location") ?? returned.text;
}

it("makes an account for who comes first, and knows him the next time", async () => {
  const person = newPerson();
  provider.is(person);
  const browser = newBrowser();
  expect(await comeBack(browser)).toContain("/keys");
  expect(await browser.isSignedIn()).toBe(true);
  const again = newBrowser("192.0.2.2");
  // Known by his number there, whatever his address is now.
  provider.is({ ...person, email: "moved@example.test" });
  await comeBack(again);
  expect(await again.isSignedIn()).toBe(true);
  const users = await query<{ email: string; email_verified: boolean }>(
    `select u.email, u.email_verified from account a join "user" u on u.id = a.user_id where a.account_id = $1`,
    [person.sub],
  );
  expect(users).toEqual([{ email: person.email, email_verified: true }]);
});

it("joins an account that is there only where both sides have confirmed the address", async () => {
  const sides = [
    { here: false, there: true },
    { here: true, there: false },
    { here: true, there: true },
  ];
  for (const { here, there } of sides) {
    const person = newPerson(there);
    await newBrowser().post("sign-up/email", { name: "Here", email: person.email, password });
    await query('update "user" set email_verified = $2 where email = $1', [person.email, here]);
    provider.is(person);
    const browser = newBrowser();
    const arrived = await comeBack(browser);
    const joined = here && there;
    expect(await browser.isSignedIn(), JSON.stringify({ here, there })).toBe(joined);
    if (!joined) expect(arrived).toContain("error=account_not_linked");
  }
});

it("comes back with a word about it when the person says no", async () => {
  provider.is(newPerson());
  provider.refuse();
  const browser = newBrowser();
  expect(await comeBack(browser)).toContain("error=access_denied");
  expect(await browser.isSignedIn()).toBe(false);
});

it("leads on to the app that asked", async () => {
  provider.is(newPerson());
  const browser = newBrowser();
  const { location } = await authorize(await register(), newVerifier().challenge);
  expect(location?.pathname).toBe("/sign-in");
  const arrived = await comeBack(browser, {
    oauth_query: location?.search.slice(1),
    callbackURL: `/sign-in${location?.search}`,
  });
  // The page there goes on to the consent, with the request as it came.
  expect(arrived).toContain(`client_id=${new URLSearchParams(location?.search).get("client_id")}`);
  expect(new URL(arrived, "http://localhost:3000").pathname).toMatch(/^\/(sign-in|consent)$/);
  expect(await browser.isSignedIn()).toBe(true);
});

it("keeps the provider's tokens under lock", async () => {
  const person = newPerson();
  provider.is(person);
  await comeBack(newBrowser());
  const [row] = await query<{ access_token: string }>(
    "select access_token from account where account_id = $1",
    [person.sub],
  );
  expect(row?.access_token).not.toContain("of no use");
});
