/** A hold that was not given, as the error that its caller reads: what is missing, and where its owner adds it. */
import { env } from "#env";
import { ApiError } from "./errors.ts";
import type { HoldResult } from "./ledger.ts";

type Short = Extract<HoldResult, { outcome: "insufficient" | "overBudget" }>;

export function shortOfCredits(result: Short, amount: number, kind: string): ApiError {
  const { available } = result;
  const words = `Required: ${amount}, Available: ${available}`;
  const fields = { required: amount, available };
  if (result.outcome === "insufficient") {
    return new ApiError("insufficient_credits", `Insufficient credits. ${words}`, {
      ...fields,
      raiseUrl: raiseUrl(kind, false),
    });
  }
  const { period } = result;
  const span = period === "total" ? "in total" : `this ${period}`;
  return new ApiError(
    "budget_exceeded",
    `Budget exceeded: what this credential may spend ${span}. ${words}`,
    {
      ...fields,
      period,
      raiseUrl: raiseUrl(kind, true),
    },
  );
}

export function creditsExpiring(): ApiError {
  return new ApiError("unavailable", "Credits are expiring right now. Try again in a moment.");
}

/** The page that helps with what is short. */
export function raiseUrl(kind: string, budgetBinds: boolean): string {
  if (!budgetBinds) return `${env.appUrl}/credits`;
  return `${env.appUrl}/${kind === "connection" ? "connections" : "keys"}`;
}
