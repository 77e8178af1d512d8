import { expect, test } from "vitest";
import { type ListView, readList, sortedBy, sorts, states, writeList } from "./list-view.ts";

const first: ListView = { state: "all", search: "", sort: "added", order: "desc" };

test("a link reproduces every list, and an address that says nonsense gives the first", () => {
  for (const { value: state } of states) {
    for (const sort of sorts) {
      for (const order of ["asc", "desc"] as const) {
        const view: ListView = { state, search: "50% & more", sort, order };
        expect(readList(new URLSearchParams(writeList(view)))).toEqual(view);
      }
    }
  }
  expect(readList(new URLSearchParams("state=lost&sort=luck&order=up"))).toEqual(first);
  expect(writeList(first)).toBe("tab=documents");
});

test("a column is sorted as is usual for it, and the other way round the second time", () => {
  const bySize = sortedBy(first, "size");
  expect(bySize).toMatchObject({ sort: "size", order: "desc" });
  expect(sortedBy(bySize, "size").order).toBe("asc");
  expect(sortedBy(bySize, "title")).toMatchObject({ sort: "title", order: "asc" });
});
