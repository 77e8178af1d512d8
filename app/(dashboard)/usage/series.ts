/** From usage as the API gives it, one item a day and group, to what a stacked chart and a table show. */
import { daysBetween } from "../../_components/days.ts";
import { operationWords } from "../../_components/operation-words.ts";

export type UsageItem = {
  day: string;
  group: string;
  name: string | null;
  calls: number;
  emptyCalls: number;
  creditsCharged: number;
};

export type Grouping = "credential" | "dataset" | "operation";
export type Measure = "creditsCharged" | "calls";

export type GroupTotal = {
  group: string;
  label: string;
  calls: number;
  emptyCalls: number;
  creditsCharged: number;
};

/** Largest first; by calls where nothing was charged. */
export function totalsOf(items: readonly UsageItem[], grouping: Grouping): GroupTotal[] {
  const totals = new Map<string, GroupTotal>();
  for (const { group, name, calls, emptyCalls, creditsCharged } of items) {
    const total = totals.get(group) ?? {
      group,
      label: labelOf(grouping, group, name),
      calls: 0,
      emptyCalls: 0,
      creditsCharged: 0,
    };
    total.calls += calls;
    total.emptyCalls += emptyCalls;
    total.creditsCharged += creditsCharged;
    totals.set(group, total);
  }
  return [...totals.values()].sort((a, b) => b.creditsCharged - a.creditsCharged || b.calls - a.calls);
}

export type Series = { name: string; color: string; label: string };
export type Day = { day: string } & Record<string, number | string>;

/** Told apart in both colour schemes and by most who see colours differently. */
const colors = ["pine.6", "blue.6", "orange.5", "grape.5", "cyan.5", "yellow.6"];
const othersColor = "gray.5";
const others = "others";

/** The largest groups one by one, the rest as one; every day of the range, also those without calls. */
export function chartOf(
  items: readonly UsageItem[],
  grouping: Grouping,
  measure: Measure,
  range: { from: string; to: string },
): { data: Day[]; series: Series[] } {
  const totals = totalsOf(items, grouping)
    .filter((total) => total[measure] > 0)
    .sort((a, b) => b[measure] - a[measure]);
  const shown = totals.length > colors.length ? totals.slice(0, colors.length - 1) : totals;
  // Names of people's keys are no safe names of fields.
  const names = new Map(shown.map(({ group }, index) => [group, `s${index}`]));
  const series = shown.map(({ group, label }, index) => ({
    name: names.get(group) ?? others,
    label,
    color: colors[index] ?? othersColor,
  }));
  if (shown.length < totals.length) {
    const left = totals.length - shown.length;
    series.push({ name: others, label: `${left} others`, color: othersColor });
  }
  const days = new Map(daysBetween(range.from, range.to).map((day): [string, Day] => [day, { day }]));
  for (const day of days.values()) for (const { name } of series) day[name] = 0;
  for (const item of items) {
    const day = days.get(item.day);
    const name = names.get(item.group) ?? others;
    if (day && name in day) day[name] = Number(day[name]) + item[measure];
  }
  return { data: [...days.values()], series };
}

function labelOf(grouping: Grouping, group: string, name: string | null): string {
  if (name !== null) return name;
  if (grouping === "operation") return operationWords(group);
  if (grouping === "dataset")
    return group === "" ? "Several datasets, or nothing found" : "A deleted dataset";
  if (group.startsWith("session:")) return "This dashboard";
  return group.startsWith("connection:") ? "A disconnected app" : "A revoked key";
}
