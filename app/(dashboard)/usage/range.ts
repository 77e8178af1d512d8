/** What the usage page shows stands in its address, so that a link reproduces it. */
import { addDays, dayOf } from "../../_components/days.ts";
import type { Grouping, Measure } from "./series.ts";

export const presets = ["7", "30", "90", "365"] as const;
export type Preset = (typeof presets)[number];

export type View = {
  preset: Preset | "own";
  from: string;
  to: string;
  grouping: Grouping;
  measure: Measure;
};

const isDay = (text: string | null): text is string => text !== null && /^\d{4}-\d\d-\d\d$/.test(text);
const groupings: readonly Grouping[] = ["credential", "dataset", "operation"];

/** Whatever the address says, the answer is a view that can be shown. */
export function readView(search: URLSearchParams, today: string): View {
  const grouping = groupings.find((one) => one === search.get("by")) ?? "credential";
  const measure = search.get("measure") === "calls" ? "calls" : "creditsCharged";
  const [from, to] = [search.get("from"), search.get("to")];
  if (isDay(from) && isDay(to) && from <= to && addDays(from, 400) > to) {
    return { preset: "own", from, to, grouping, measure };
  }
  const preset = presets.find((one) => one === search.get("days")) ?? "30";
  return { preset, ...lastDays(Number(preset), today), grouping, measure };
}

/** The address's search for a view; what is as it would be anyway is left out. */
export function writeView({ preset, from, to, grouping, measure }: View): string {
  const search = new URLSearchParams();
  if (preset === "own") {
    search.set("from", from);
    search.set("to", to);
  } else if (preset !== "30") search.set("days", preset);
  if (grouping !== "credential") search.set("by", grouping);
  if (measure !== "creditsCharged") search.set("measure", measure);
  return search.toString();
}

/** So many days, of which today is the last. */
export function lastDays(days: number, today: string): { from: string; to: string } {
  return { from: addDays(today, 1 - days), to: today };
}

export function todayIn(timeZone: string): string {
  return dayOf(new Date(), timeZone);
}
