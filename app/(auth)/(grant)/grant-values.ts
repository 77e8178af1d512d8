/** What the consent form begins with: a first request with our defaults, a later one with what was chosen before. */
import type { inferRouterOutputs } from "@trpc/server";
import { holdsScope, type Scope } from "#server/operations.ts";
import type { AppRouter } from "#server/router.ts";
import {
  datasetsValueOf,
  defaultLifetime,
  defaultRate,
  lifetimeOf,
  noDatasets,
  rateValueOf,
} from "../../_components/access-fields/access.ts";
import { type BudgetValues, valuesOf } from "../../_components/access-fields/budget.ts";

export type AskedConnection = inferRouterOutputs<AppRouter>["connections"]["ask"];

const firstBudget: BudgetValues = { period: "day", credits: 500 };

/** Scopes that are asked for besides what a connection that stands has; none where there is no such one. */
export function additionOf({ scopes, connection }: AskedConnection, now: string): readonly Scope[] {
  if (!connection || isOver(connection, now)) return [];
  return scopes.filter((scope) => !holdsScope(connection.scopes, scope));
}

function isOver({ expiresAt }: NonNullable<AskedConnection["connection"]>, now: string): boolean {
  return expiresAt !== null && new Date(expiresAt) <= new Date(now);
}

/** All that is asked for is ticked where it is the whole of the page: at first, and when it is an addition. */
export function initialValues({ scopes, connection }: AskedConnection, now: string) {
  if (!connection) {
    return {
      scopes,
      datasets: noDatasets,
      budget: firstBudget,
      rate: defaultRate,
      lifetime: defaultLifetime,
    };
  }
  return {
    scopes: isOver(connection, now) ? scopes.filter((scope) => connection.scopes.includes(scope)) : scopes,
    datasets: datasetsValueOf(connection.datasets),
    budget: valuesOf(connection.budget),
    rate: rateValueOf(connection.callsPerHour),
    lifetime: lifetimeOf(connection.expiresAt, new Date(now)),
  };
}
