import { TRPCClientError } from "@trpc/client";
import { expect, test } from "vitest";
import { problemOf } from "./problem.ts";

const refused = (data: object) =>
  new TRPCClientError("refused", { result: { error: { code: -32000, message: "refused", data } } });

test("a person is told of a limit and of credits in words, not in seconds and headers", () => {
  const words = { detail: "For a program.", hint: "Wait for Retry-After seconds.", requestId: "req_1" };
  const limited = problemOf(refused({ ...words, code: "rate_limited", retryAfterSeconds: 3_540 }));
  expect(limited).toMatchObject({ code: "rate_limited", requestId: "req_1" });
  expect(limited.hint).toBe("Try again in 59 minutes. The page Limits shows which one it is.");
  const own = problemOf(
    refused({ ...words, code: "rate_limited", retryAfterSeconds: 3_540, limit: "account" }),
  );
  expect(own.hint).toContain("This dashboard and your connected apps share it");
  const short = problemOf(refused({ ...words, code: "insufficient_credits", required: 1_000, available: 5 }));
  expect(short.hint).toContain("It needs 1,000, and there are 5.");
  expect(problemOf(refused({ ...words, code: "conflict" }))).toMatchObject(words);
  expect(problemOf(new Error("fetch failed")).code).toBe("unreachable");
});
