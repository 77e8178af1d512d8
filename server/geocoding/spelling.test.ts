import { expect, it } from "vitest";
import { fc } from "../testing/property.ts";
import { normalise, spellingsOf } from "./spelling.ts";

it.each([
  ["São Paulo", "sao paulo"],
  ["SAO  PAULO", "sao paulo"],
  ["Saint-Denis", "st denis"],
  ["St. Denis", "st denis"],
  ["Sankt Gallen", "st gallen"],
  ["Saintes", "saintes"],
  ["Łódź", "lodz"],
  ["Ǽrø", "aero"],
  ["N'Djamena", "ndjamena"],
  ["N’Djamena", "ndjamena"],
  ["Ａｔｈｅｎｓ", "athens"],
  ["東京", "東京"],
  ["İstanbul", "istanbul"],
  ["!?", ""],
])("writes %s as %s", (name, wanted) => {
  expect(normalise(name)).toBe(wanted);
});

it("finds a name that is written with two letters for an accent", () => {
  expect(spellingsOf("München")).toEqual(["munchen", "muenchen"]);
  expect(spellingsOf("Mu\u0308nchen")).toEqual(["munchen", "muenchen"]);
  expect(spellingsOf("Muenchen")).toEqual(["muenchen"]);
  expect(spellingsOf("Århus")).toEqual(["arhus", "aarhus"]);
});

it("changes nothing that it made, and knows no case, composed form or spaces", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (name) => {
      const once = normalise(name);
      expect(normalise(once)).toBe(once);
      expect(normalise(`  ${name.normalize("NFD")} `)).toBe(normalise(name.normalize("NFC")));
      expect(once).toMatch(/^(\S+( \S+)*)?$/);
    }),
  );
});
