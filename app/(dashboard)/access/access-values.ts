/** What a key or a connection may reach, as the values of one form. */
import {
  type DatasetsValue,
  datasetsValueOf,
  problemOfRate,
  type RateValue,
  rateValueOf,
  toCallsPerHour,
  toDatasets,
} from "../../_components/access-fields/access.ts";
import {
  type BudgetValues,
  problemOfCredits,
  toBudget,
  type UsedBudget,
  valuesOf,
} from "../../_components/access-fields/budget.ts";

export type Access = {
  datasets: "all" | readonly { id: string; name: string }[];
  budget: UsedBudget | null;
  callsPerHour: number | null;
  callsThisHour?: number | null;
  addresses: readonly string[];
};

export type AccessValues = {
  datasets: DatasetsValue;
  budget: BudgetValues;
  rate: RateValue;
  addresses: string[];
};

export function accessValuesOf({ datasets, budget, callsPerHour, addresses }: Access): AccessValues {
  return {
    datasets: datasetsValueOf(datasets),
    budget: valuesOf(budget),
    rate: rateValueOf(callsPerHour),
    addresses: [...addresses],
  };
}

export function toAccess({ datasets, budget, rate, addresses }: AccessValues) {
  return {
    datasets: toDatasets(datasets),
    budget: toBudget(budget),
    callsPerHour: toCallsPerHour(rate),
    addresses,
  };
}

export function hasProblem({ budget, rate }: AccessValues): boolean {
  return problemOfCredits(budget) !== null || problemOfRate(rate) !== null;
}

/** "All your datasets", "Stones and Rivers", "Stones, Rivers and 3 more". */
export function datasetsText(datasets: Access["datasets"]): string {
  if (datasets === "all") return "All your datasets and the public ones";
  const names = datasets.map(({ name }) => name);
  if (names.length === 0) return "No dataset";
  if (names.length <= 2) return names.join(" and ");
  const shown = names.slice(0, 2).join(", ");
  return `${shown} and ${names.length - 2} more`;
}
