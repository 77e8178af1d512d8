import { beforeAll, expect, it } from "vitest";
import { resetAuth } from "./auth.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { authorize, newVerifier, register, send } from "./testing/oauth-client.ts";

setUpTestDatabase();

const own = "http://localhost:3000";
let account: TestAccount;
beforeAll(async () => {
  resetAuth();
  account = await createTestAccount();
});

async function signIn(
  more: Record<string, unknown>,
): Promise<{ status: number; url: string; cookie: boolean }> {
  const response = await send("/api/auth/sign-in/email", {
    method: "POST",
    headers: { "content-type": "application/json", origin: own },
    body: JSON.stringify({ email: account.email, password: account.password, ...more }),
  });
  const { url } = await response.json();
  return {
    status: response.status,
    url: String(url ?? ""),
    cookie: response.headers.getSetCookie().some((line) => line.includes("session_token")),
  };
}

it("carries nobody to a page of another site", async () => {
  for (const callbackURL of ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"]) {
    const { status, url } = await signIn({ callbackURL });
    expect(status, callbackURL).toBe(403);
    expect(url).toBe("");
  }
  const out = await send("/api/auth/oauth2/end-session?post_logout_redirect_uri=https://evil.test/", {
    headers: { cookie: account.cookie },
  });
  expect(out.headers.get("location") ?? "").not.toContain("evil.test");
  expect((await rest("GET", "/credits", { cookie: account.cookie })).status).toBe(200);
});

it("goes on with no request that was edited on the way", async () => {
  const { location } = await authorize(await register(), newVerifier().challenge);
  const edited = new URLSearchParams(location?.search.slice(1));
  edited.set("redirect_uri", "https://evil.test/");
  const { status, url, cookie } = await signIn({ oauth_query: edited.toString() });
  expect({ status, url, cookie }).toEqual({ status: 400, url: "", cookie: false });
});

it("gives a session of its own, not the one that the browser came with", async () => {
  const response = await send("/api/auth/sign-in/email", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      origin: own,
      cookie: "fltr.session_token=chosen-by-another",
    },
    body: JSON.stringify({ email: account.email, password: account.password }),
  });
  const [set] = response.headers.getSetCookie().filter((line) => line.startsWith("fltr.session_token="));
  expect(set).toMatch(/HttpOnly/i);
  expect(set).toMatch(/SameSite=Lax/i);
  expect(set).not.toContain("chosen-by-another");
});
