/** What a key or a connection is given, as the values of a form: datasets, calls an hour, a lifetime. */
import { tiers } from "#server/operations.ts";

export type DatasetsValue = { all: boolean; ids: string[] };

export const noDatasets: DatasetsValue = { all: false, ids: [] };

export function datasetsValueOf(datasets: "all" | readonly { id: string }[]): DatasetsValue {
  return datasets === "all" ? { all: true, ids: [] } : { all: false, ids: datasets.map(({ id }) => id) };
}

export function toDatasets({ all, ids }: DatasetsValue): "all" | string[] {
  return all ? "all" : ids;
}

export type RateValue = { limited: boolean; calls: number | string };

export const defaultRate: RateValue = { limited: true, calls: 300 };

export const accountCallsPerHour = tiers.connection.points;

export function rateValueOf(callsPerHour: number | null): RateValue {
  return callsPerHour === null
    ? { limited: false, calls: defaultRate.calls }
    : { limited: true, calls: callsPerHour };
}

/** null: the account's limits alone. */
export function toCallsPerHour({ limited, calls }: RateValue): number | null {
  return limited ? Number(calls) : null;
}

export function problemOfRate({ limited, calls }: RateValue): string | null {
  if (!limited) return null;
  const number = typeof calls === "number" ? calls : Number.NaN;
  return Number.isInteger(number) && number >= 1 && number <= 1_000_000
    ? null
    : "Enter a whole number above 0";
}

export const lifetimes = [
  { value: "1", label: "After a day" },
  { value: "7", label: "After 7 days" },
  { value: "30", label: "After 30 days" },
  { value: "90", label: "After 90 days" },
  { value: "365", label: "After a year" },
  { value: "never", label: "Never, until I end it" },
] as const;

export const defaultLifetime = "30";

const dayMilliseconds = 24 * 3600 * 1000;

/** The shortest choice that does not cut short what is left; what has ended begins anew with the default. */
export function lifetimeOf(expiresAt: string | null, now: Date): string {
  if (expiresAt === null) return "never";
  const daysLeft = (new Date(expiresAt).getTime() - now.getTime()) / dayMilliseconds;
  if (daysLeft <= 0) return defaultLifetime;
  return lifetimes.find(({ value }) => Number(value) >= daysLeft)?.value ?? "365";
}

/** null: never. */
export function toExpiresInDays(lifetime: string): number | null {
  return lifetime === "never" ? null : Number(lifetime);
}
