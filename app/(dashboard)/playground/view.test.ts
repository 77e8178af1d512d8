import { expect, test } from "vitest";
import { fc } from "#server/testing/property.ts";
import { fieldList, operatorWords } from "../search/option-words.ts";
import { readView, type Setting, type View, writeView } from "./view.ts";

const back = (view: View) => readView(new URLSearchParams(writeView(view)));

test("an empty address is an empty view, and the other way round", () => {
  const empty = { question: "", datasetIds: [], settings: [{ endpoint: "default", options: {} }] };
  expect(readView(new URLSearchParams())).toEqual(empty);
  expect(writeView(readView(new URLSearchParams()))).toBe("");
});

test("what an address may not say is left out", () => {
  const search =
    "q=a&dataset=d&dataset=d&topK=900&mode=magic&explain=perhaps&filters=[1]&createdAfter=soon&x=1";
  expect(readView(new URLSearchParams(search))).toEqual({
    question: "a",
    datasetIds: ["d"],
    settings: [{ endpoint: "default", options: {} }],
  });
  for (const filters of ["{", "[]", '[{"field":"a","operator":"toString"}]', '[{"field":"a"}]']) {
    expect(readView(new URLSearchParams({ filters })).settings[0].options).toEqual({});
  }
});

const value = (field: (typeof fieldList)[number]): fc.Arbitrary<unknown> => {
  switch (field.kind) {
    case "number":
      return fc.integer({ min: field.min, max: field.max });
    case "choice":
      return fc.constantFrom(...Object.keys(field.choices));
    case "day":
      return fc.constant("2026-11-27");
    case "switch":
      return fc.boolean();
    case "filters":
      return fc.array(
        fc.record(
          {
            field: fc.string(),
            operator: fc.constantFrom(...Object.keys(operatorWords)),
            value: fc.string(),
            values: fc.array(fc.string()),
          },
          { requiredKeys: ["field", "operator"] },
        ),
        { minLength: 1 },
      );
  }
};
const setting = fc.record({
  endpoint: fc.constantFrom("default", "short-answers"),
  options: fc.record(Object.fromEntries(fieldList.map((field) => [field.name, value(field)])), {
    requiredKeys: [],
  }),
}) as fc.Arbitrary<Setting>;

test("a link reproduces every view", () => {
  const views = fc.record({
    question: fc.string({ maxLength: 100 }),
    datasetIds: fc.uniqueArray(fc.constantFrom("ds_1", "ds_2", "ds_3")),
    settings: fc.oneof(fc.tuple(setting), fc.tuple(setting, setting)),
  });
  fc.assert(
    fc.property(views, (view) => {
      expect(back(view)).toEqual(view);
    }),
  );
});
