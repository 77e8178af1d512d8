/** How long a balance lasts if spending goes on as in the last days. */
import { count } from "../../_components/format.ts";

const longestDays = 365;

/** In words for a person; `spent` credits in `days` days, of which the last is not over yet. */
export function lastsWords(balance: number, spent: number, days: number): string {
  if (balance === 0) return "Nothing is left.";
  if (spent === 0) return "Nothing was spent lately.";
  const left = Math.floor(balance / (spent / days));
  if (left > longestDays) return "Lasts more than a year at this pace.";
  if (left < 1) return "Lasts less than a day at this pace.";
  return `Lasts about ${count(left, "day")} at this pace.`;
}
