import { beforeAll, describe, expect, it } from "vitest";
import { resetAuth } from "./auth.ts";
import { accountWithDataset } from "./mcp/door-under-test.ts";
import { rest } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

setUpTestDatabase();

beforeAll(() => resetAuth());

describe("maxCredits", () => {
  it("refuses a search that costs more, for nothing", async () => {
    const { datasetId, key } = await accountWithDataset();
    const path = `/mcp/query/${datasetId}/default?query=granite`;
    const refused = await rest("GET", `${path}&maxCredits=9`, { "x-api-key": key });
    expect(refused.status).toBe(402);
    expect(refused.body).toMatchObject({ code: "over_max_credits", required: 10, available: 9 });
    const answered = await rest("GET", `${path}&maxCredits=10`, { "x-api-key": key });
    expect(answered.body).toMatchObject({ creditsCharged: 10 });
    expect((await rest("GET", "/credits", { "x-api-key": key })).body.balance).toBe(9_990);
  });

  it("makes a batch do what it pays for and say what it left out", async () => {
    const { datasetId, key } = await accountWithDataset();
    const queries = ["granite", "coarse", "rock"].map((query) => ({ datasetId, query }));
    const { status, body, headers } = await rest(
      "POST",
      "/mcp/batch-query",
      { "x-api-key": key },
      { queries, maxCredits: 25 },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      creditsCharged: 20,
      results: [
        { error: null },
        { error: null },
        {
          hits: [],
          creditsCharged: 0,
          error: { code: "over_max_credits", detail: expect.stringContaining("2 of 3") },
        },
      ],
    });
    expect(headers.get("x-credits-remaining")).toBe("9980");
    // What was left out counts in no limit either.
    expect(headers.get("x-ratelimit-remaining")).toBe("98");
  });

  it("tells where credits and budgets are raised", async () => {
    const { account, datasetId } = await accountWithDataset();
    const { id, key } = await account.createKey();
    await rest(
      "PATCH",
      `/keys/${id}`,
      { cookie: account.cookie },
      { budget: { credits: 5, period: "total" } },
    );
    const call = () => rest("GET", `/mcp/query/${datasetId}/default?query=granite`, { "x-api-key": key });
    expect((await call()).body).toMatchObject({
      code: "budget_exceeded",
      raiseUrl: expect.stringMatching(/\/keys$/),
    });
    await account.setBalance(3);
    expect((await call()).body).toMatchObject({
      code: "insufficient_credits",
      raiseUrl: expect.stringMatching(/\/credits$/),
    });
  });
});
