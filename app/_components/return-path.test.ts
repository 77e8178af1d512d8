import { expect, test } from "vitest";
import { returnPath, signInPath } from "./return-path.ts";

test.each(["/datasets", "/datasets/ds_1?tab=search", "/keys#new"])("keeps a path of ours: %s", (path) => {
  expect(returnPath(path)).toBe(path);
});

test.each([
  undefined,
  null,
  "",
  "datasets",
  "https://elsewhere.example/",
  "//elsewhere.example/",
  "/\\elsewhere.example/",
  "/\t/elsewhere.example/",
  "/.//elsewhere.example/",
  "/x/..//elsewhere.example/",
  "javascript:alert(1)",
  ["/keys", "/credits"],
])("never leaves the site: %j", (wanted) => {
  expect(returnPath(wanted)).toBe("/overview");
});

test("the way to sign-in carries the way back", () => {
  expect(signInPath("/keys?a=1&b=2")).toBe("/sign-in?next=%2Fkeys%3Fa%3D1%26b%3D2");
});
