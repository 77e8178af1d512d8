/** Countries by ISO 3166-1 alpha-2 code, with the names that the runtime knows (Unicode CLDR). */
import { normalise } from "./spelling.ts";

const english = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });

const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const codes = alphabet.flatMap((first) => alphabet.map((second) => first + second));

const byName = new Map<string, string>();
for (const code of codes) {
  const name = english.of(code);
  // Codes that others replaced have the name of their successor, which comes under its own code.
  if (name && new Intl.Locale(`und-${code}`).maximize().region === code) byName.set(normalise(name), code);
}
for (const [name, code] of [
  ["uk", "GB"],
  ["great britain", "GB"],
  ["england", "GB"],
  ["scotland", "GB"],
  ["wales", "GB"],
  ["usa", "US"],
  ["united states of america", "US"],
  ["america", "US"],
  ["czech republic", "CZ"],
  ["holland", "NL"],
  ["turkey", "TR"],
  ["burma", "MM"],
  ["ivory coast", "CI"],
  ["deutschland", "DE"],
  ["espana", "ES"],
  ["osterreich", "AT"],
  ["schweiz", "CH"],
  ["italia", "IT"],
  ["brasil", "BR"],
] as const) {
  byName.set(name, code);
}

/** English; the code itself where the runtime knows no name. */
export function countryName(code: string): string {
  return english.of(code) ?? code;
}

/** The code of a country that is named by code or name; null for what names none. */
export function countryCode(text: string): string | null {
  const upper = text.trim().toUpperCase();
  const named = byName.get(normalise(text));
  if (named) return named;
  return /^[A-Z]{2}$/.test(upper) && english.of(upper) ? upper : null;
}
