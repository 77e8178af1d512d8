/**
 * Getting in where addresses must be confirmed: by mail and by password, told alike to those who have an
 * account and those who have none, and slowed down without keeping the owner out.
 */
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { getAuth } from "./auth.ts";
import { mailSettled } from "./mail.ts";
import { entryLimits } from "./operations.ts";
import { inLink, newBrowser, type Reply } from "./testing/browser.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { FastApiClient } from "./testing/fastapi-client.ts";
import { send } from "./testing/oauth-client.ts";

const { smtp } = await vi.hoisted(async () => {
  const { startSmtpServer } = await import("./testing/smtp-server.ts");
  const server = await startSmtpServer();
  process.env.SMTP_URL = server.url;
  process.env.REQUIRE_VERIFIED_EMAIL = "on";
  return { smtp: server };
});

setUpTestDatabase();
afterAll(async () => {
  await mailSettled();
  await smtp.close();
});

const password = "granite under moss";
let serial = 0;
let address: string;
beforeEach(() => {
  serial += 1;
  address = `192.0.2.${serial}`;
  smtp.mails.length = 0;
});

/** Counts the work that takes longer than everything else together. `quick`: nobody waits for it. */
async function countHashes({ quick = false } = {}): Promise<() => number> {
  const { password } = await (await getAuth()).$context;
  const spies = [vi.spyOn(password, "hash"), vi.spyOn(password, "verify")];
  if (quick) {
    spies[0]?.mockResolvedValue("0:0" as never);
    spies[1]?.mockResolvedValue(false as never);
  }
  return () => {
    const calls = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    for (const spy of spies) spy.mockRestore();
    return calls;
  };
}

const newEmail = (who: string) => `${who}-${serial}@example.test`;

async function mailsTo(email: string) {
  await mailSettled();
  return smtp.mails.filter(({ to }) => to === email);
}

async function confirmed(email: string) {
  const browser = newBrowser(address);
  expect((await browser.post("sign-up/email", { name: "Ada", email, password })).status).toBe(200);
  const [mail] = await mailsTo(email);
  const { status } = await browser.get(`verify-email?token=${inLink(mail?.text ?? "", "token")}`);
  expect(status).toBe(200);
  await browser.signIn(email, password);
  smtp.mails.length = 0;
  return browser;
}

/** What a stranger can compare: all but ids and times. */
function comparable({ status, text, headers }: Reply): unknown {
  const shape = text
    .replaceAll(/"id":"[^"]*"/g, '"id":""')
    .replaceAll(/"(createdAt|updatedAt)":"[^"]*"/g, '"$1":""')
    .replaceAll(/(taken|fresh|known|nobody)-\d+@/g, "who@");
  const names = [...headers.keys()].filter((name) => name !== "date").toSorted();
  return { status, shape, length: shape.length, names, cookies: headers.getSetCookie().length };
}

describe("an account whose address is not confirmed", () => {
  it("gets no session, is sent the link again by trying to sign in, and is in after opening it", async () => {
    const email = newEmail("fresh");
    const browser = newBrowser(address);
    const made = await browser.post("sign-up/email", { name: "Ada", email, password });
    expect([made.status, made.body.token]).toEqual([200, null]);
    expect(await browser.isSignedIn()).toBe(false);
    const early = await browser.post("sign-in/email", { email, password, callbackURL: "/keys" });
    expect([early.status, early.body.code]).toEqual([403, "EMAIL_NOT_VERIFIED"]);
    const mails = await mailsTo(email);
    expect(mails.map(({ subject }) => subject)).toEqual([
      "Confirm your e-mail address",
      "Confirm your e-mail address",
    ]);
    expect(inLink(mails[1]?.text ?? "", "next")).toBe("/keys");
    const token = inLink(mails[0]?.text ?? "", "token");
    expect((await browser.get(`verify-email?token=${token}x`)).status).toBe(401);
    expect((await browser.get(`verify-email?token=${token}`)).status).toBe(200);
    // The link proves the address alone.
    expect(await browser.isSignedIn()).toBe(false);
    await browser.signIn(email, password);
    expect(await browser.isSignedIn()).toBe(true);
  });
});

describe("a stranger is told nothing", () => {
  it("at sign-up: the same answer and work, and the owner hears of it", async () => {
    const taken = newEmail("taken");
    await confirmed(taken);
    const sign = async (email: string) => {
      const hashes = await countHashes();
      const reply = await newBrowser(address).post("sign-up/email", { name: "Eve", email, password });
      return { ...(comparable(reply) as object), hashes: hashes() };
    };
    const answers = [await sign(taken), await sign(newEmail("fresh"))];
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 200, hashes: 1 });
    const [mail] = await mailsTo(taken);
    expect(mail?.subject).toBe("You already have an account");
    const [row] = await query<{ name: string }>('select name from "user" where email = $1', [taken]);
    expect(row?.name).toBe("Ada");
  });

  it("at sign-in: the same answer and work", async () => {
    const known = newEmail("known");
    await confirmed(known);
    const sign = async (email: string) => {
      const hashes = await countHashes();
      const reply = await newBrowser(address).post("sign-in/email", { email, password: "not the password" });
      return { ...(comparable(reply) as object), hashes: hashes() };
    };
    const answers = [await sign(known), await sign(newEmail("nobody"))];
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 401, hashes: 1 });
  });

  it.each(["request-password-reset", "send-verification-email"])("by %s", async (path) => {
    const known = newEmail("known");
    await confirmed(known);
    const ask = async (email: string) => comparable(await newBrowser(address).post(path, { email }));
    expect(await ask(known)).toEqual(await ask(newEmail("nobody")));
  });

  it("by a limit: it holds for addresses that nobody has", async () => {
    const nobody = newEmail("nobody");
    const { account } = entryLimits["/sign-in/email"];
    const statuses = new Set<number>();
    const hashes = await countHashes({ quick: true });
    for (let n = 0; n < account; n++) {
      statuses.add(
        (await newBrowser(address).post("sign-in/email", { email: nobody, password: "x" })).status,
      );
    }
    expect([[...statuses], hashes()]).toEqual([[401], account]);
    const refused = await newBrowser(address).post("sign-in/email", {
      email: nobody.toUpperCase(),
      password: "x",
    });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("while somebody guesses", () => {
  it("his tries end, the owner gets in with a browser of his, and by his mailbox with any other", async () => {
    const email = newEmail("known");
    const home = await confirmed(email);
    const { account } = entryLimits["/sign-in/email"];
    const hashes = await countHashes({ quick: true });
    // From everywhere: each address has tries of its own.
    for (let n = 0; n < account + 5; n++) {
      await newBrowser(`198.51.100.${n}`).post("sign-in/email", { email, password: `guess number ${n}` });
    }
    // One went to the sign-in above.
    expect(hashes()).toBe(account - 1);
    const stranger = newBrowser("198.51.100.200");
    expect((await stranger.post("sign-in/email", { email, password })).status).toBe(429);
    await home.post("sign-out");
    expect(await home.isSignedIn()).toBe(false);
    await home.signIn(email, password);
    expect(await home.isSignedIn()).toBe(true);

    const elsewhere = newBrowser("203.0.113.9", "Safari on iPhone");
    expect((await elsewhere.post("request-password-reset", { email })).status).toBe(200);
    const [mail] = await mailsTo(email);
    const token = inLink(mail?.text ?? "", "token");
    const another = "moss above granite";
    expect((await elsewhere.post("reset-password", { token, newPassword: another })).status).toBe(200);
    await elsewhere.signIn(email, another);
    expect(await elsewhere.isSignedIn()).toBe(true);
  });

  it("a browser of another account has no tries more", async () => {
    const email = newEmail("known");
    await confirmed(email);
    const other = await confirmed(newEmail("other"));
    await other.post("sign-out");
    const hashes = await countHashes({ quick: true });
    for (let n = 0; n <= entryLimits["/sign-in/email"].account; n++) {
      await newBrowser(`198.51.100.${n}`).post("sign-in/email", { email, password: "x" });
    }
    hashes();
    expect((await other.post("sign-in/email", { email, password })).status).toBe(429);
  });
});

describe("a new password by mail", () => {
  it("signs everybody out, works once, is told, and its link stands nowhere in the database", async () => {
    const email = newEmail("known");
    const home = await confirmed(email);
    const [{ id: userId } = { id: "" }] = await query<{ id: string }>(
      'select id from "user" where email = $1',
      [email],
    );
    await home.post("request-password-reset", { email });
    const [mail] = await mailsTo(email);
    const token = inLink(mail?.text ?? "", "token");
    const stored = await query<{ identifier: string }>(
      "select identifier from verification where value = $1",
      [userId],
    );
    expect(stored).toHaveLength(1);
    expect(stored[0]?.identifier).not.toContain(token);

    const weak = await home.post("reset-password", { token, newPassword: "password123" });
    expect([weak.status, weak.body.code]).toEqual([400, "PASSWORD_TOO_COMMON"]);
    const changed = await home.post("reset-password", { token, newPassword: "moss above granite" });
    expect(changed.status).toBe(200);
    expect(await home.isSignedIn()).toBe(false);
    const again = await home.post("reset-password", { token, newPassword: "granite and moss" });
    expect([again.status, again.body.code]).toEqual([400, "INVALID_TOKEN"]);
    expect((await home.post("sign-in/email", { email, password })).status).toBe(401);
    await home.signIn(email, "moss above granite");
    expect((await mailsTo(email)).map(({ subject }) => subject)).toEqual([
      "Choose a new password",
      "Your password was changed",
    ]);
    const events = await query<{ event: string }>(
      "select event from audit_events where account_id = $1 and event like 'password%' order by seq",
      [userId],
    );
    expect(events.map(({ event }) => event)).toContain("password.reset");
  });
});

describe("the owner is told", () => {
  it("of a browser that is new, not of one that came before", async () => {
    const email = newEmail("known");
    const home = await confirmed(email);
    await home.post("sign-out");
    await home.signIn(email, password);
    expect(await mailsTo(email)).toEqual([]);
    await newBrowser("203.0.113.77", "Unknown browser").signIn(email, password);
    const [mail] = await mailsTo(email);
    expect(mail?.subject).toBe("New sign-in to your account");
    expect(mail?.text).toContain("203.0.113.77");
    expect(mail?.text).toContain("Unknown browser");
  });

  it("of a program that is new by name or address, and of the first five a day", async () => {
    const email = newEmail("known");
    await confirmed(email);
    const program = new FastApiClient();
    for (let time = 0; time < 2; time++) expect((await program.login(email, password)).status).toBe(200);
    const mails = await mailsTo(email);
    expect(mails.map(({ subject }) => subject)).toEqual(["New sign-in to your account"]);
    expect(mails[0]?.text).toContain("python-httpx/0.28.1");
    for (let other = 1; other <= 5; other++) {
      expect((await new FastApiClient(`198.51.100.${other}`).login(email, password)).status).toBe(200);
    }
    expect(await mailsTo(email)).toHaveLength(5);
    const logged = await query(
      `select from audit_events where event = 'signIn' and user_agent = 'python-httpx/0.28.1'
         and account_id = (select id from "user" where email = $1)`,
      [email],
    );
    expect(logged).toHaveLength(7);
  });

  it("of a new password, which ends the other sessions", async () => {
    const email = newEmail("known");
    const home = await confirmed(email);
    const other = newBrowser("203.0.113.78");
    await other.signIn(email, password);
    const body = { currentPassword: password, newPassword: "moss above granite", revokeOtherSessions: true };
    expect((await home.post("change-password", { ...body, newPassword: "known-qwerty" })).status).toBe(400);
    expect((await home.post("change-password", body)).status).toBe(200);
    expect([await home.isSignedIn(), await other.isSignedIn()]).toEqual([true, false]);
    expect((await mailsTo(email)).at(-1)?.subject).toBe("Your password was changed");
  });

  it("of another address, at both; the link counts only where he is signed in", async () => {
    const email = newEmail("known");
    const moved = newEmail("moved");
    const home = await confirmed(email);
    expect((await home.post("change-email", { newEmail: moved })).status).toBe(200);
    expect((await mailsTo(email)).map(({ subject }) => subject)).toEqual([
      "Your e-mail address is about to change",
    ]);
    const [mail] = await mailsTo(moved);
    const link = `verify-email?token=${inLink(mail?.text ?? "", "token")}`;
    const stranger = newBrowser("203.0.113.79");
    const refused = await stranger.get(link);
    expect([refused.status, refused.body.code]).toEqual([401, "SIGN_IN_REQUIRED"]);
    expect(await stranger.isSignedIn()).toBe(false);
    expect((await home.get(link)).status).toBe(200);
    await newBrowser(address).signIn(moved, password);
    expect((await mailsTo(email)).at(-1)?.subject).toBe("Your e-mail address has changed");
    expect((await mailsTo(moved)).map(({ subject }) => subject)).toContain("Your e-mail address has changed");
  });
});

it("signing in again in one browser leaves no second session behind", async () => {
  const email = newEmail("known");
  const home = await confirmed(email);
  await home.signIn(email, password);
  const listed = await send("/api/v1/sessions", { headers: { cookie: home.cookie() } });
  expect((await listed.json()).items).toHaveLength(1);
});

it("what cannot be taken back is asked anew after a while", async () => {
  const email = newEmail("known");
  const home = await confirmed(email);
  await query(
    `update session set created_at = now() - interval '16 minutes' where user_id = (select id from "user" where email = $1)`,
    [email],
  );
  const refused = await home.post("change-email", { newEmail: newEmail("moved") });
  expect([refused.status, refused.body.code]).toEqual([403, "RECENT_PROOF_REQUIRED"]);
  await home.signIn(email, password);
  expect((await home.post("change-email", { newEmail: newEmail("moved") })).status).toBe(200);
});
