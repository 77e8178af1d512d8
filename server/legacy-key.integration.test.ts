/** The static key of an old deployment works for its user, and says on every answer that it goes. */
import { beforeAll, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { env } from "#env";
import { legacyKeyId } from "./legacy-key.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

const legacyKey = "an old key that everybody knows";

vi.hoisted(() => {
  process.env.LEGACY_API_KEY = "an old key that everybody knows";
  process.env.LEGACY_API_KEY_USER = "Old@Example.Test";
  process.env.LEGACY_API_KEY_UNTIL = "2099-01-31";
});

setUpTestDatabase();

let owner: TestAccount;
let addresses = 0;
const from = () => ({ "x-forwarded-for": `198.51.100.${++addresses}` });
const call = (key: string) => rest("GET", "/credits", { "x-api-key": key, ...from() });

beforeAll(async () => {
  owner = await createTestAccount();
});

it("is refused while nobody has the address, and works when somebody has", async () => {
  expect((await call(legacyKey)).status).toBe(401);
  await query(`update "user" set email = 'old@example.test' where id = $1`, [owner.userId]);
  const told = await call(legacyKey);
  expect(told.status).toBe(200);
  expect(told.headers.get("deprecation")).toMatch(/^@\d+$/);
  expect(told.headers.get("sunset")).toBe("Sat, 31 Jan 2099 00:00:00 GMT");
  expect(told.headers.get("link")).toContain('rel="deprecation"');
  expect(told.headers.get("access-control-expose-headers")).toContain("Deprecation");
});

it("has every scope of a key, pays from its user's account, and stands among the keys", async () => {
  const made = await rest("POST", "/embeddings", { "x-api-key": legacyKey, ...from() }, { text: "granite" });
  expect(made.status).toBe(200);
  expect(made.headers.get("x-credits-charged")).toBe("1");
  expect(made.headers.get("deprecation")).not.toBeNull();
  const keys = await rest("GET", "/keys", { cookie: owner.cookie });
  expect(keys.body.items).toEqual([expect.objectContaining({ id: legacyKeyId, name: "LEGACY_API_KEY" })]);
  expect((await rest("GET", "/sessions", { "x-api-key": legacyKey, ...from() })).status).toBe(403);
});

it("says nothing of the kind to other keys", async () => {
  const told = await call((await owner.createKey()).key);
  expect(told.status).toBe(200);
  expect(told.headers.get("deprecation")).toBeNull();
});

it.each([`${legacyKey} `.repeat(2), legacyKey.slice(1), legacyKey.toUpperCase(), ""])(
  "refuses %j",
  async (key) => {
    expect((await call(key)).status).toBe(401);
  },
);

it("is not kept as it is, neither in the settings nor in the database", async () => {
  expect(JSON.stringify(env)).not.toContain(legacyKey);
  const [row] = await query<{ key: string }>("select key from apikey where id = $1", [legacyKeyId]);
  expect(row?.key).toMatch(/^[\w-]{43}$/);
});
