/** A budget of a key or a connection in words and as a form's values. */
import { count, formatNumber } from "../format.ts";

const periods = ["day", "month", "total"] as const;
type Period = (typeof periods)[number];

export type Budget = { credits: number; period: Period };
export type UsedBudget = Budget & { used: number };

export type BudgetValues = { period: string; credits: number | string };

export const noBudget: BudgetValues = { period: "none", credits: 1_000 };

export const budgetChoices = [
  { value: "none", label: "All of the balance" },
  { value: "day", label: "Up to an amount each day" },
  { value: "month", label: "Up to an amount each month" },
  { value: "total", label: "Up to an amount in total" },
];

export const periodNotes: Record<string, string> = {
  none: "Whatever the account has",
  day: "Begins anew each day at 0:00 UTC",
  month: "Begins anew on the first of each month at 0:00 UTC",
  total: "Once it is spent, priced calls are refused until you raise it",
};

export function valuesOf(budget: Budget | null): BudgetValues {
  return budget ? { period: budget.period, credits: budget.credits } : noBudget;
}

/** null: no budget. */
export function toBudget({ period, credits }: BudgetValues): Budget | null {
  const known = periods.find((name) => name === period);
  return known ? { period: known, credits: Number(credits) } : null;
}

export function problemOfCredits({ period, credits }: BudgetValues): string | null {
  if (period === "none") return null;
  const amount = typeof credits === "number" ? credits : Number.NaN;
  return Number.isInteger(amount) && amount >= 1 && amount <= 1_000_000_000
    ? null
    : "Enter a whole number above 0";
}

const when = { day: "today", month: "this month", total: "in total" } as const;

export function usedText({ credits, period, used }: UsedBudget): string {
  return `${formatNumber(used)} of ${count(credits, "credit")} ${when[period]}`;
}
