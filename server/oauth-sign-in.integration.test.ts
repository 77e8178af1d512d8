import { beforeAll, describe, expect, it } from "vitest";
import { resetAuth } from "./auth.ts";
import { authorizationLimits } from "./operations.ts";
import { keyPrefix } from "./principal.ts";
import { getRateLimiter } from "./rate-limit.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import {
  authorize,
  callTool,
  connect,
  credentials,
  grant,
  newVerifier,
  register,
  send,
  token,
} from "./testing/oauth-client.ts";

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

describe("a session that an attacker put into the browser beforehand", () => {
  const postAs = (path: string, cookie: string, body: object = {}) =>
    send(`/api/auth${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: own, cookie },
      body: JSON.stringify(body),
    });
  const cookieOf = (response: Response) =>
    response.headers
      .getSetCookie()
      .filter((line) => line.startsWith("fltr.session_token="))
      .map((line) => line.split(";", 1)[0] ?? "")
      .at(-1) ?? "";
  const userOf = async (cookie: string) => {
    const answer = await send("/api/auth/get-session", { headers: { cookie } });
    return ((await answer.json())?.user?.email as string | undefined) ?? null;
  };

  it("stays the attacker's when its victim signs in, who gets another", async () => {
    const attacker = await createTestAccount();
    const { email, password } = account;
    const response = await postAs("/sign-in/email", attacker.cookie, { email, password });
    const given = cookieOf(response);
    expect(given).not.toBe("");
    expect(attacker.cookie).not.toContain(given);
    expect(await userOf(given)).toBe(account.email);
    expect(await userOf(attacker.cookie)).toBe(attacker.email);
  });

  it("is not taken up when the attacker made it up", async () => {
    const { email, password } = account;
    const planted = "fltr.session_token=chosen-by-another";
    const response = await postAs("/sign-in/email", planted, { email, password });
    const [set = ""] = response.headers.getSetCookie().filter((line) => /session_token/.test(line));
    expect(set).toMatch(/HttpOnly/i);
    expect(set).toMatch(/SameSite=Lax/i);
    expect(cookieOf(response)).not.toContain("chosen-by-another");
    expect(await userOf(planted)).toBeNull();
  });

  it("is another with every sign-in, and is over with its sign-out, also for a consent", async () => {
    const { email, password } = account;
    const [first, second] = [
      cookieOf(await postAs("/sign-in/email", "", { email, password })),
      cookieOf(await postAs("/sign-in/email", "", { email, password })),
    ];
    expect(first).not.toBe(second);
    const client = await register();
    const { challenge } = newVerifier();
    const { location } = await authorize(client, challenge, { cookie: first });
    await postAs("/sign-out", first);
    expect(await userOf(first)).toBeNull();
    const granted = await grant({ cookie: first }, { oauthQuery: location?.search.slice(1) ?? "" });
    expect(granted.status).toBe(401);
    expect(await userOf(second)).toBe(email);
  });
});

describe("whether an address has an account", () => {
  const unknown = { email: "nobody@example.test", password: "a wrong password" };
  const known = () => ({ email: account.email, password: "a wrong password" });
  const answerTo = async (body: object) => {
    const response = await send("/api/auth/sign-in/email", {
      method: "POST",
      headers: { "content-type": "application/json", origin: own },
      body: JSON.stringify(body),
    });
    const headers = [...response.headers].filter(([name]) => name !== "date");
    return { status: response.status, headers, body: await response.json() };
  };

  it("is not told by what sign-in answers, also on the way to an app", async () => {
    const { location } = await authorize(await register(), newVerifier().challenge);
    for (const more of [{}, { oauth_query: location?.search.slice(1) }]) {
      const refused = await answerTo({ ...known(), ...more });
      expect(refused.status).toBe(401);
      expect(await answerTo({ ...unknown, ...more })).toEqual(refused);
    }
  });

  // In CPU time, which the hash of a password takes nearly all of and other processes do not lengthen.
  it("is not told by the work that sign-in does", async () => {
    const workOf = async (body: object) => {
      const before = process.cpuUsage();
      await answerTo(body);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const works: [number, number][] = [];
    for (let round = 0; round < 5; round++) works.push([await workOf(known()), await workOf(unknown)]);
    const least = (index: 0 | 1) => Math.min(...works.map((work) => work[index]));
    expect(least(1) / least(0)).toBeGreaterThan(0.5);
    expect(least(1) / least(0)).toBeLessThan(2);
  });
});

describe("guessing at the doors of the authorization server", () => {
  /** Answers without a token until it is refused for good; a limiter that is slow for a moment lets one more through. */
  async function guessUntilRefused(guess: (index: number) => Promise<{ status: number; told: string }>) {
    for (let index = 0; index < 400; index++) {
      const { status, told } = await guess(index);
      if (status === 429 && !told.includes('"anonymous"')) return told;
      expect([400, 401, 429]).toContain(status);
      expect(told).not.toContain("access_token");
    }
    return "never refused";
  }

  it("of secrets, codes and refresh tokens is stopped for its address, whatever it says it is", async () => {
    const client = await register({ token_endpoint_auth_method: "client_secret_post" });
    const { points, ...row } = authorizationLimits["/oauth2/token"];
    await getRateLimiter().take([{ ...row, points, subject: "address:203.0.113.41", cost: points - 3 }]);
    const own = credentials(client);
    const guesses = [
      { grant_type: "client_credentials", client_id: client.clientId, client_secret: "guessed" },
      { grant_type: "authorization_code", code: "guessed", ...own },
      { grant_type: "refresh_token", refresh_token: "guessed", ...own },
    ];
    const refused = await guessUntilRefused(async (index) => {
      const from = { "x-forwarded-for": `198.51.100.${index}, 203.0.113.41` };
      const { status, body } = await token(guesses[index % 3] ?? {}, from);
      return { status, told: JSON.stringify(body) };
    });
    expect(refused).toContain('"limit":"token"');
    const elsewhere = await token(guesses[0] ?? {}, { "x-forwarded-for": "203.0.113.42" });
    expect(elsewhere.status).not.toBe(429);
  });

  it("of access tokens and keys at the MCP door is stopped before one is looked up", async () => {
    const { accessToken } = await connect(account);
    const part = (text: string) => Buffer.from(text).toString("base64url");
    const refused = await guessUntilRefused(async (index) => {
      const key = `${keyPrefix}${index}`;
      const jwt = `${part("{}")}.${part(String(index))}.${part("x")}`;
      const from = { "x-forwarded-for": "203.0.113.43" };
      const { status, text } = await callTool(index % 2 === 0 ? key : jwt, "list_datasets", {}, from);
      return { status, told: text };
    });
    expect(refused).toContain('"limit":"badCredentials"');
    expect((await callTool(accessToken, "list_datasets")).status).toBe(200);
  });
});
