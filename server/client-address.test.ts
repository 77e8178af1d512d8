import { describe, expect, it } from "vitest";
import { clientAddress, exactClientAddress, isAllowlisted } from "./client-address.ts";

function behind(forwarded: string, hops: number, socket: string | undefined = "10.0.0.1"): string {
  return clientAddress(new Headers({ "x-forwarded-for": forwarded }), socket, hops);
}

describe("clientAddress", () => {
  it("believes no header unless a proxy is trusted", () => {
    expect(behind("1.2.3.4", 0)).toBe("10.0.0.1");
    expect(clientAddress(new Headers(), "10.0.0.1")).toBe("10.0.0.1");
  });

  it("counts trusted proxies from the right, whatever the caller wrote on the left", () => {
    expect(behind("6.6.6.6, 1.2.3.4", 1)).toBe("1.2.3.4");
    expect(behind("6.6.6.6, 1.2.3.4, 10.0.0.2", 2)).toBe("1.2.3.4");
    const twice = new Headers([
      ["x-forwarded-for", "6.6.6.6"],
      ["x-forwarded-for", "1.2.3.4"],
    ]);
    expect(clientAddress(twice, "10.0.0.1", 1)).toBe("1.2.3.4");
  });

  it("falls back to the socket when the header is short, empty or nonsense", () => {
    expect(behind("1.2.3.4", 2)).toBe("10.0.0.1");
    for (const nonsense of ["", "unknown", "1.2.3.4, ", "999.1.1.1", "1.2.3.4:5:6", "<script>"]) {
      expect(behind(nonsense, 1)).toBe("10.0.0.1");
    }
    expect(clientAddress(new Headers(), undefined)).toBe("unknown");
  });

  it.each([
    ["1.2.3.4:5678", "1.2.3.4"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::FFFF:102:304", "1.2.3.4"],
    ["0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"],
    ["[::ffff:1.2.3.4]:80", "1.2.3.4"],
    ["2001:DB8:0:1:aaaa:bbbb:cccc:dddd", "2001:db8:0:1::/64"],
    ["2001:db8:0:1::9", "2001:db8:0:1::/64"],
    ["[2001:db8:0000:0001::9]:443", "2001:db8:0:1::/64"],
    ["[2001:db8::9]", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["64:ff9b::1.2.3.4", "64:ff9b:0:0::/64"],
  ])("reads %s as %s", (forwarded, identity) => {
    expect(behind(forwarded, 1)).toBe(identity);
    expect(clientAddress(new Headers(), forwarded, 0)).toBe(identity);
  });
});

describe("isAllowlisted", () => {
  const list = ["192.0.2.7", "10.0.0.0/8", "2001:db8:5::/48", "2001:db8:6::9"];

  it.each([
    ["192.0.2.7", true],
    ["192.0.2.8", false],
    ["10.255.0.1", true],
    ["2001:db8:5:1::1", true],
    ["2001:db8:5:1::/64", true],
    ["2001:db8:6::9", true],
    ["2001:db8:6::a", false],
    ["unknown", false],
  ])("%s: %s", (address, expected) => {
    expect(isAllowlisted(address, list)).toBe(expected);
  });

  it("tells single addresses of a /64 apart by the exact address", () => {
    const headers = new Headers({ "x-forwarded-for": "[2001:db8:6::9]:443" });
    expect(isAllowlisted(exactClientAddress(headers, "10.0.0.1", 1), list)).toBe(true);
  });

  it.each(["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "localhost", "2001:db8::/129", "1.2.3.4/-1"])(
    "refuses the entry %s",
    (entry) => {
      expect(() => isAllowlisted("1.2.3.4", [entry])).toThrow(/RATE_LIMIT_ALLOWLIST/);
    },
  );

  it("binds everybody when empty", () => {
    expect(isAllowlisted("127.0.0.1", [])).toBe(false);
  });
});
