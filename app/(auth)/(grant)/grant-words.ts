/** What is about to be allowed, in one sentence. */
import type { Scope } from "#server/operations.ts";
import {
  type DatasetsValue,
  lifetimes,
  problemOfRate,
  type RateValue,
} from "../../_components/access-fields/access.ts";
import { type Budget, type BudgetValues, problemOfCredits } from "../../_components/access-fields/budget.ts";
import { count } from "../../_components/format.ts";

const each: Record<string, string> = { day: " a day", month: " a month", total: " in total" };

export function summaryOf(values: {
  scopes: readonly Scope[];
  datasets: DatasetsValue;
  budget: BudgetValues;
  rate: RateValue;
  lifetime: string;
}): string {
  const { datasets, budget, rate, lifetime } = values;
  const verb = values.scopes.includes("mcp:create") ? "search and change" : "search";
  const reach = datasets.all
    ? `It may ${verb} all your datasets`
    : datasets.ids.length > 0
      ? `It may ${verb} ${count(datasets.ids.length, "dataset")}`
      : "It will find nothing until you choose a dataset. It may";
  const spending =
    budget.period === "none"
      ? "spend all of your balance"
      : problemOfCredits(budget) === null
        ? `spend up to ${count(Number(budget.credits), "credit")}${each[budget.period] ?? ""}`
        : "spend credits";
  const calls =
    rate.limited && problemOfRate(rate) === null ? `, call ${count(Number(rate.calls), "time")} an hour` : "";
  const joint = datasets.all || datasets.ids.length > 0 ? (calls ? ", " : " and ") : " ";
  return `${reach}${joint}${spending}${calls}, ${endOf(lifetime)}.`;
}

function endOf(lifetime: string): string {
  if (lifetime === "never") return "without an end";
  const label = lifetimes.find(({ value }) => value === lifetime)?.label ?? "";
  return label
    .replace(/^After/, "for")
    .replace(" a day", " one day")
    .replace(" a year", " one year");
}

type Kept = {
  datasets: "all" | readonly unknown[];
  budget: Budget | null;
  callsPerHour: number | null;
  expiresAt: string | null;
};

/** What an app keeps when something is added to it. */
export function keptText({ datasets, budget, callsPerHour, expiresAt }: Kept): string {
  const parts = [
    datasets === "all" ? "all your datasets" : count(datasets.length, "dataset"),
    budget ? `${count(budget.credits, "credit")}${each[budget.period] ?? ""}` : "all of your balance",
    ...(callsPerHour === null ? [] : [`${count(callsPerHour, "call")} an hour`]),
    expiresAt === null ? "without an end" : `until ${dateText(expiresAt)}`,
  ];
  return `What you gave it before stays as it is: ${parts.join(", ")}.`;
}

function dateText(time: string): string {
  return new Date(time).toLocaleDateString("en-GB", { dateStyle: "medium", timeZone: "UTC" });
}
