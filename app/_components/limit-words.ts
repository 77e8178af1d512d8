/** What a limit is called, and where its number comes from when the table does not say it. */
import {
  balanceMultipliers,
  operation,
  operationIds,
  roleMultipliers,
  tierNames,
  tiers,
} from "#server/operations.ts";

const tierWords: Record<string, string> = {
  [tierNames.session]: "This dashboard and your connected apps",
  [tierNames.apiKey]: "All your keys together",
  [tierNames.anonymous]: "Calls without a key from your address",
};

export function limitWords(name: string): string {
  const id = operationIds.find((known) => known === name);
  // What follows a semicolon speaks of the price.
  return (id ? operation(id).summary.split(";")[0] : tierWords[name]) ?? name;
}

/** Points that the table gives, without multipliers; null for a limit it does not know. */
export function pointsInTable(name: string): { points: number; windowSeconds: number } | null {
  const id = operationIds.find((known) => known === name);
  if (id) return operation(id).limit ?? null;
  if (name === tierNames.session) return tiers.session;
  if (name === tierNames.apiKey) return tiers.apiKey;
  return name === tierNames.anonymous ? tiers.anonymous : null;
}

const multipliers = [
  ...Object.values(roleMultipliers),
  ...balanceMultipliers.map(({ multiplier }) => multiplier),
];

/** null: as the table says. */
export function originOf(name: string, points: number): string | null {
  const usual = pointsInTable(name);
  if (!usual || points === usual.points) return null;
  const times = points / usual.points;
  const tier = operationIds.every((known) => known !== name);
  if (tier && multipliers.includes(times)) return `${times} times the usual, for your role or balance`;
  return "Set for your account by an admin";
}

/** Limits that an admin may set for an account. */
export const settableLimits: readonly string[] = [
  tierNames.session,
  tierNames.apiKey,
  ...operationIds.filter((id) => operation(id).limit),
];
