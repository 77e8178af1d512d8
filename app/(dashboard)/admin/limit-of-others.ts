/** A limit's name where it is somebody else's. */
import { tierNames } from "#server/operations.ts";
import { limitWords } from "../../_components/limit-words.ts";

const tierWords: Record<string, string> = {
  [tierNames.session]: "Dashboard and connected apps",
  [tierNames.apiKey]: "All keys together",
  [tierNames.anonymous]: "Calls without a credential, by address",
};

export function limitOfOthers(name: string): string {
  if (name.includes(":")) return "The key's or app's own limit";
  return tierWords[name] ?? limitWords(name);
}
