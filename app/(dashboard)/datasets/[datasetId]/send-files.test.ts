import { expect, test } from "vitest";
import { nameOf, outcomeOf, toBatches } from "./send-files.ts";

const sized = (...sizes: number[]) => sizes.map((size) => ({ size }));
const megabyte = 1024 * 1024;

test("at most twenty files a batch, none lost, in order", () => {
  const files = Array.from({ length: 45 }, (_, size) => ({ size }));
  const batches = toBatches(files);
  expect(batches.map(({ length }) => length)).toEqual([20, 20, 5]);
  expect(batches.flat()).toEqual(files);
});

test("at most twenty megabytes a batch, and a larger file alone", () => {
  const batches = toBatches(sized(12 * megabyte, 9 * megabyte, 50 * megabyte, 1));
  expect(batches.map((batch) => batch.map(({ size }) => size))).toEqual([
    [12 * megabyte],
    [9 * megabyte],
    [50 * megabyte],
    [1],
  ]);
});

test("nothing to send is no batch", () => {
  expect(toBatches([])).toEqual([]);
});

test("a file from a folder is sent with its path in it", () => {
  expect(nameOf({ name: "a.md", webkitRelativePath: "" })).toBe("a.md");
  expect(nameOf({ name: "a.md", webkitRelativePath: "guide/deep/a.md" })).toBe("guide/deep/a.md");
  const dropped = (path: string) => Object.assign(new File([], "a.md"), { path });
  expect(nameOf(dropped("/guide/a.md"))).toBe("guide/a.md");
  expect(nameOf(dropped("./a.md"))).toBe("a.md");
});

test("what came of files is told by documents: an archive may be many", () => {
  const archive = new File([], "bundle.zip");
  const documents = [
    { title: "bundle.zip/a.md", failed: null, duplicate: false },
    { title: "bundle.zip/b.md", failed: null, duplicate: true },
    { title: "bundle.zip/c.docx", failed: "It is broken.", duplicate: false },
  ];
  expect(outcomeOf({ ok: true, documents }, [archive])).toEqual({
    added: 1,
    duplicates: 1,
    failures: [{ name: "bundle.zip/c.docx", reason: "It is broken.", unsent: null }],
  });
  expect(outcomeOf({ ok: false, detail: "Too large.", code: "payload_too_large" }, [archive])).toEqual({
    added: 0,
    duplicates: 0,
    failures: [{ name: "bundle.zip", reason: "Too large.", unsent: archive }],
  });
});
