import { expect, test } from "vitest";
import { requestTarget } from "./request-target.ts";

test.each([
  ["/", "/", ""],
  ["/api/v1/credits?a=1&b=%20", "/api/v1/credits", "?a=1&b=%20"],
  ["/x/../api/v1/credits", "/api/v1/credits", ""],
  ["/x/%2e%2e/api/v1/./credits", "/api/v1/credits", ""],
  ["/x\\..\\api/v1/credits", "/api/v1/credits", ""],
  ["/../../api/health", "/api/health", ""],
  ["http://example.test:81/api/v1/credits?q", "/api/v1/credits", "?q"],
  ["http://example.test", "/", ""],
  ["//example.test/api/health", "//example.test/api/health", ""],
  ["/a?b=/../c", "/a", "?b=/../c"],
])("%s asks for %s", (target, pathname, search) => {
  expect(requestTarget(target)).toEqual({ pathname, search });
});

test.each(["*", "", "example.test:443", "ftp://example.test/", "http://"])(
  "%j asks for no path",
  (target) => {
    expect(requestTarget(target)).toBeNull();
  },
);
