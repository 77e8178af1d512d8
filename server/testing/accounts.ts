/** Real accounts for tests: made by Better Auth, with keys made by the operation itself. */
import { createHmac, randomBytes } from "node:crypto";
import { query } from "#db/client.ts";
import { getAuth } from "#server/auth.ts";
import { changeCredits } from "#server/grants.ts";
import type { Scope } from "#server/operations.ts";
import { handleRest } from "#server/rest/handler.ts";

export type TestAccount = {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  /** For the Cookie header. */
  readonly cookie: string;
  createKey(scopes?: readonly Scope[]): Promise<{ id: string; key: string }>;
  setBalance(balance: number): Promise<void>;
};

const password = randomBytes(9).toString("base64url");
let passwordHash: Promise<string> | undefined;

/**
 * As signing up leaves it, but for the mail. All have one password, hashed once: the hash is slow on
 * purpose, and what signing up itself does has its own tests.
 */
export async function createTestAccount(): Promise<TestAccount> {
  const email = `${randomBytes(6).toString("hex")}@example.test`;
  const { internalAdapter, authCookies, secret, password: hashing } = await (await getAuth()).$context;
  passwordHash ??= hashing.hash(password);
  const { id: userId } = await internalAdapter.createUser(
    { email, name: "Test", emailVerified: false },
    { method: "email-password" },
  );
  await internalAdapter.linkAccount({
    userId,
    accountId: userId,
    providerId: "credential",
    password: await passwordHash,
  });
  const { token } = await internalAdapter.createSession(userId, false);
  const signature = createHmac("sha256", secret).update(token).digest("base64");
  const cookie = `${authCookies.sessionToken.name}=${encodeURIComponent(`${token}.${signature}`)}`;
  return {
    userId,
    email,
    password,
    cookie,
    createKey: async (scopes = ["mcp:tools", "mcp:create"]) => {
      const made = await rest("POST", "/keys", { cookie }, { name: "test", scopes });
      if (made.status !== 201) throw new Error(`no key: ${JSON.stringify(made.body)}`);
      return { id: String(made.body.id), key: String(made.body.key) };
    },
    setBalance: async (balance) => {
      const [account] = await query<{ balance: number }>(
        "select balance from credit_accounts where id = $1",
        [userId],
      );
      await changeCredits({
        accountId: userId,
        kind: "adjustment",
        amount: balance - (account?.balance ?? 0),
        reason: "test",
      });
    },
  };
}

/** What a server sets, for the Cookie header of the next request. */
export function cookieOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}

export type Answer = { status: number; headers: Headers; body: Record<string, unknown> };

/** Calls the REST door as a client would, without a socket. */
export async function rest(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  const response = await handleRest(
    new Request(`http://localhost:3000/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {} };
}
