import { expect, it } from "vitest";
import { fc } from "../testing/property.ts";
import { namesOf } from "./endpoint-tools.ts";

const taken = new Set(["query_dataset"]);
const endpoint = fc.record({
  datasetName: fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }),
    fc.constantFrom("Query", "Release notes"),
  ),
  name: fc.constantFrom("dataset", "release-notes", "release_notes_of_the_last_ten_years_x", "a"),
});

it("gives each a name that every client takes, in whatever company, and none twice", () => {
  fc.assert(
    fc.property(fc.array(endpoint, { maxLength: 200 }), (given) => {
      const endpoints = given.map((one, index) => ({
        ...one,
        endpointId: `ep_0mwyrqs20468p1${String(index).padStart(5, "0")}`,
      }));
      const names = namesOf(endpoints, taken);
      expect(new Set([...names, ...taken]).size).toBe(names.length + taken.size);
      for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{0,47}$/);
      expect(namesOf(endpoints.toReversed(), taken).toReversed()).toEqual(names);
    }),
  );
});

it("says whose it is", () => {
  const one = { endpointId: "ep_000000000abcde", datasetName: "FLTR guides", name: "how-to" };
  expect(namesOf([one], taken)).toEqual(["fltr_guides_how_to"]);
  expect(namesOf([one, { ...one, endpointId: "ep_000000000fghij" }], taken)).toEqual([
    "fltr_guides_how_to_abcde",
    "fltr_guides_how_to_fghij",
  ]);
});
