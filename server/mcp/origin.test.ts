import { describe, expect, it } from "vitest";
import { checkOrigin } from "./origin.ts";

const check = (appUrl: string, origin: string | null, host: string) => () =>
  checkOrigin(new Headers({ host, ...(origin === null ? {} : { origin }) }), appUrl);

describe("a server of this machine", () => {
  it.each([null, "http://localhost:3000", "http://127.0.0.1:6274", "http://[::1]:8080"])(
    "takes %s",
    (origin) => {
      expect(check("http://localhost:3000", origin, "localhost:3000")).not.toThrow();
    },
  );

  it.each([
    "http://evil.example:3000",
    "https://localhost.evil.example",
    "null",
    "",
    "http://127.0.0.1.evil.example",
  ])("refuses %s", (origin) => {
    expect(check("http://localhost:3000", origin, "evil.example:3000")).toThrow("origin");
  });
});

describe("a public server", () => {
  it.each([null, "https://fltr.example.com", "https://inspector.example.org", "chrome-extension://abc"])(
    "takes %s",
    (origin) => {
      expect(check("https://fltr.example.com", origin, "fltr.example.com")).not.toThrow();
    },
  );

  it("takes its own pages behind a proxy that changes the host", () => {
    expect(check("https://fltr.example.com", "https://fltr.example.com", "10.0.0.7:3000")).not.toThrow();
  });

  it("refuses a page that came from here under a foreign name", () => {
    expect(check("https://fltr.example.com", "http://evil.example", "evil.example")).toThrow("origin");
  });

  it("refuses an opaque origin", () => {
    expect(check("https://fltr.example.com", "null", "fltr.example.com")).toThrow("origin");
  });
});
