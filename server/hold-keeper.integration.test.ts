/** Work that is longer than a hold lives, with holds of two seconds: charged once, or not at all. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { reapHolds } from "./ledger.ts";
import { verifyLedger } from "./ledger-verify.ts";
import { signUpGrant } from "./operations.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

vi.mock("./operations.ts", async (original) => ({
  ...(await original<typeof import("./operations.ts")>()),
  holdSeconds: 2,
  longestHoldSeconds: 8,
}));

const server = await vi.hoisted(async () => {
  const { startEmbeddingsServer } = await import("./testing/embeddings-server.ts");
  const started = await startEmbeddingsServer();
  process.env.EMBEDDINGS_URL = started.url;
  process.env.EMBEDDINGS_MODEL = "local";
  return started;
});

setUpTestDatabase();
afterAll(() => server.close());

let account: TestAccount;
let headers: Record<string, string>;

beforeEach(async () => {
  account = await createTestAccount();
  headers = { "x-api-key": (await account.createKey()).key };
});

const ask = (more: Record<string, string> = {}) =>
  rest("POST", "/embeddings", { ...headers, ...more }, { text: "granite" });
const standing = async () => (await rest("GET", "/credits", headers)).body;

async function holds() {
  return query<{ state: string; left: number }>(
    `select state, extract(epoch from expires_at - now())::float8 as left from holds
     where account_id = $1 order by created_at`,
    [account.userId],
  );
}

describe("a call that takes three lives of a hold", () => {
  it("is charged when it ends, though the reaper came by", async () => {
    server.set("answer", { delayMs: 6_000 });
    const asked = ask();
    for (let second = 0; second < 5; second++) {
      await sleep(1_000);
      expect(await reapHolds()).toBe(0);
    }
    expect(await standing()).toMatchObject({ balance: signUpGrant - 1, held: 1 });
    const { status, body } = await asked;
    expect(status).toBe(200);
    expect(body).toMatchObject({ creditsCharged: 1 });
    expect(await standing()).toMatchObject({ balance: signUpGrant - 1, held: 0 });

    const [before] = await holds();
    await sleep(1_500);
    const [after] = await holds();
    expect(before?.state).toBe("captured");
    expect(after?.left).toBeLessThan((before?.left ?? 0) - 1);
  });

  it("keeps its Idempotency-Key: a retry waits for its answer", async () => {
    server.set("answer", { delayMs: 6_000 });
    const again = { "idempotency-key": "long" };
    const asked = ask(again);
    await sleep(5_000);
    const [first, second] = await Promise.all([asked, ask(again)]);
    expect(first.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(server.requests).toHaveLength(1);
    expect(await standing()).toMatchObject({ balance: signUpGrant - 1, held: 0 });
  });
});

it("a call that outlasts the ceiling is stopped and free", async () => {
  server.set("answer", { delayMs: 20_000 });
  const startedAt = performance.now();
  const { status, body } = await ask();
  expect(performance.now() - startedAt).toBeLessThan(11_000);
  expect(status).toBe(503);
  expect(body).toMatchObject({ detail: "The call took too long; nothing was charged." });
  await reapHolds();
  expect(await standing()).toMatchObject({ balance: signUpGrant, held: 0 });
});

it("the hold of a process that died expires, and its late capture is no charge", async () => {
  server.set("answer", { delayMs: 4_000 });
  // A stopped process renews nothing.
  const renewals = vi.spyOn(globalThis, "setInterval").mockImplementation(() => setTimeout(() => {}, 0));
  const asked = ask();
  await vi.waitFor(() => expect(server.requests).toHaveLength(1));
  renewals.mockRestore();
  await sleep(2_300);
  expect(await reapHolds()).toBe(1);
  expect(await standing()).toMatchObject({ balance: signUpGrant, held: 0 });
  expect((await holds())[0]?.state).toBe("expired");
  // It was only stopped, and goes on.
  expect((await asked).body).toMatchObject({ detail: "The call took too long; nothing was charged." });
  expect(await standing()).toMatchObject({ balance: signUpGrant, held: 0 });
  expect((await verifyLedger()).faults).toEqual([]);
});
