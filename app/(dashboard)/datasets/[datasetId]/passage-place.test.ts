import { expect, it } from "vitest";
import { passageLink } from "#server/citation.ts";
import { placeOf } from "./passage-place.ts";

it("finds the place that a hit's link names", () => {
  const passage = { datasetId: "ds_1", documentId: "doc_1", version: 2, start: 0, end: 30 };
  const link = new URL(passageLink(passage));
  expect(link.pathname).toBe("/datasets/ds_1");
  const { datasetId, ...place } = passage;
  expect(placeOf(Object.fromEntries(link.searchParams))).toEqual(place);
});

it.each([
  {},
  { document: "doc_1" },
  { document: "doc_1", version: "1", start: "5", end: "5" },
  { document: "doc_1", version: "0", start: "0", end: "5" },
  { document: "doc_1", version: "1", start: "-1", end: "5" },
  { document: ["a", "b"], version: "1", start: "0", end: "5" },
])("takes %j for no place", (given) => {
  expect(placeOf(given)).toBeNull();
});
