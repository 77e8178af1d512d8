/** What the server reads of the web and what it does not, against servers of this machine. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { isPublicAddress, parseFetchAllowlist } from "./addresses.ts";
import { type FetchOptions, fetchWeb } from "./fetch.ts";
import type { Resolve } from "./request.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const pages: Record<string, Handler> = {
  "/page": (request, response) => {
    response.setHeader("etag", '"one"');
    if (request.headers["if-none-match"] === '"one"') response.writeHead(304).end();
    else response.setHeader("content-type", "text/html").end("<p>words</p>");
  },
  "/asked": (request, response) => response.end(JSON.stringify(request.headers)),
  "/gone": (_, response) => response.writeHead(410).end(),
  "/private": (_, response) => response.writeHead(401).end(),
  "/later": (_, response) => response.writeHead(503, { "retry-after": "7" }).end(),
  "/loop": (_, response) => response.writeHead(302, { location: "/loop-back" }).end(),
  "/loop-back": (_, response) => response.writeHead(302, { location: "/loop" }).end(),
  "/inside": (_, response) => response.writeHead(302, { location: "http://169.254.169.254/latest" }).end(),
  "/file": (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  "/nowhere": (_, response) => response.writeHead(302).end(),
  "/relative": (_, response) => response.writeHead(301, { location: "page" }).end(),
  "/gzip": (_, response) => response.setHeader("content-encoding", "gzip").end(gzipSync("packed words")),
  "/br": (_, response) =>
    response.setHeader("content-encoding", "br").end(brotliCompressSync("packed words")),
  "/bomb": (_, response) =>
    response.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(40 * 1024 * 1024))),
  "/garbage": (_, response) => response.setHeader("content-encoding", "gzip").end("no gzip at all"),
  "/odd": (_, response) => response.setHeader("content-encoding", "zstd-x").end("x"),
  "/huge": (_, response) => {
    const part = Buffer.alloc(64 * 1024, "a");
    const send = (): void => {
      while (!response.destroyed && response.write(part)) {}
      if (!response.destroyed) response.once("drain", send);
    };
    send();
  },
  "/promised": (_, response) => response.writeHead(200, { "content-length": "99999999" }).write("a"),
  "/slow": (_, response) => {
    response.write("a");
    const timer = setInterval(() => response.write("a"), 20);
    response.on("close", () => clearInterval(timer));
  },
  "/silent": () => {},
  "/cut": (_, response) => {
    response.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => response.destroy(), 20);
  },
};
for (let hop = 0; hop < 8; hop++) {
  pages[`/hop${hop}`] = (_, response) => response.writeHead(302, { location: `/hop${hop + 1}` }).end();
}

const server = createServer((request, response) => {
  const handler = pages[request.url ?? ""];
  if (handler) handler(request, response);
  else response.writeHead(404).end();
});
let port = 0;
const here = (path: string, host = "127.0.0.1") => `http://${host}:${port}${path}`;
const allowlist = parseFetchAllowlist(["127.0.0.1", "listed.test"]);
const read = (address: string, options: Partial<FetchOptions> = {}) =>
  fetchWeb(address, { maxBytes: 1024 * 1024, timeoutSeconds: 5, allowlist, ...options });

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const failed = (reason: string | RegExp) => ({
  outcome: "failed",
  reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
});

describe("an address", () => {
  it("is read, with what tells later whether it changed", async () => {
    const answer = await read(here("/page"));
    expect(answer).toMatchObject({
      outcome: "read",
      mediaType: "text/html",
      etag: '"one"',
      lastModified: null,
    });
    if (answer.outcome !== "read") return;
    expect(Buffer.from(answer.body).toString()).toBe("<p>words</p>");
    const { etag, lastModified } = answer;
    expect(await read(here("/page"), { known: { etag, lastModified } })).toEqual({ outcome: "unchanged" });
  });

  it("is asked for under our name, with nothing of ours but that", async () => {
    const answer = await read(here("/asked"));
    if (answer.outcome !== "read") throw new Error("not read");
    const asked = JSON.parse(Buffer.from(answer.body).toString());
    expect(Object.keys(asked).sort()).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "host",
      "user-agent",
    ]);
    expect(asked["user-agent"]).toMatch(/^FLTR\/[\d.]+ \(\+http/);
  });

  it.each(["/gzip", "/br"])("is unpacked: %s", async (path) => {
    const answer = await read(here(path));
    expect(answer.outcome === "read" && Buffer.from(answer.body).toString()).toBe("packed words");
  });

  it("is followed where it moved", async () => {
    expect(await read(here("/relative"))).toMatchObject({ outcome: "read", url: here("/page") });
    expect(await read(here("/hop3"))).toMatchObject({ outcome: "gone" });
  });

  it.each([
    ["/loop", "It redirects in a circle."],
    ["/hop0", "It redirects more than 5 times."],
    ["/nowhere", "It redirects to nowhere."],
    ["/file", "Only http and https addresses can be read."],
    ["/inside", /^169\.254\.169\.254 is not a public address/],
    ["/private", "It is not open to everybody (401)."],
    ["/bomb", "It has more than 1 MB."],
    ["/huge", "It has more than 1 MB."],
    ["/promised", "It has more than 1 MB."],
    ["/garbage", "It is not packed as it says."],
    ["/odd", "It is packed in a way that is not understood: zstd-x."],
    ["/cut", /broke|middle/],
  ])("%s fails in words: %s", async (path, reason) => {
    expect(await read(here(path))).toMatchObject(failed(reason));
  });

  it.each(["/slow", "/silent"])("%s ends when its time is over", async (path) => {
    expect(await read(here(path), { timeoutSeconds: 0.3 })).toMatchObject(failed("It took too long."));
  });

  it("tells of what is gone, and of who wants to be left alone for a while", async () => {
    expect(await read(here("/gone"))).toMatchObject({ outcome: "gone" });
    expect(await read(here("/none"))).toMatchObject({ outcome: "gone" });
    expect(await read(here("/later"))).toMatchObject({
      outcome: "failed",
      status: 503,
      retryAfterSeconds: 7,
    });
    expect(await read("http://127.0.0.1:1/")).toMatchObject(failed("The host refuses the connection."));
  });

  it.each([
    ["no address", "This is not an address."],
    ["ftp://example.com/", "Only http and https addresses can be read."],
    ["http://user:secret@example.com/", "The address must not carry a user or password."],
    [`http://example.com/${"a".repeat(3000)}`, "The address is too long."],
  ])("%s is none to be read", async (address, reason) => {
    expect(await read(address)).toMatchObject(failed(reason));
  });
});

describe("where the server connects", () => {
  const nowhere = parseFetchAllowlist([]);
  const to =
    (...addresses: string[]): Resolve =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

  it("is never this machine or its network, however it is written", async () => {
    for (const host of [
      "127.0.0.1",
      "2130706433",
      "0x7f.1",
      "017700000001",
      "0",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "[64:ff9b::7f00:1]",
      "10.1.2.3",
      "192.168.0.1",
      "100.100.100.200",
      "169.254.169.254",
      "[fd00:ec2::254]",
    ]) {
      expect(await read(`http://${host}/`, { allowlist: nowhere })).toMatchObject(
        failed(/is not a public address/),
      );
    }
    expect(await read(here("/page", "localhost"), { allowlist: nowhere })).toMatchObject(
      failed(/not a public/),
    );
  });

  it("is where the one look-up said, whatever a second would say", async () => {
    const both = parseFetchAllowlist(["127.0.0.1", "127.0.0.2"]);
    for (const [first, second, outcome] of [
      ["127.0.0.1", "127.0.0.2", "read"],
      ["127.0.0.2", "127.0.0.1", "failed"],
    ]) {
      const answers = [first, second];
      const rebinding: Resolve = async () => [{ address: answers.shift() ?? "", family: 4 }];
      const answer = await read(here("/page", "rebind.test"), { allowlist: both, resolve: rebinding });
      expect(answer.outcome).toBe(outcome);
      expect(answers).toEqual([second]);
    }
  });

  it("is no host of which one address is private", async () => {
    const answer = await read("http://both.test/", {
      allowlist: nowhere,
      resolve: to("8.8.8.8", "10.0.0.1"),
    });
    expect(answer).toMatchObject(failed(/both\.test is not a public address/));
  });

  it("is judged again at each redirect", async () => {
    const asked: string[] = [];
    const resolve: Resolve = async (host) => {
      asked.push(host);
      return [{ address: "127.0.0.1", family: 4 }];
    };
    pages["/away"] = (_, response) =>
      response.writeHead(302, { location: here("/page", "other.test") }).end();
    const listed = parseFetchAllowlist(["listed.test"]);
    const answer = await read(here("/away", "listed.test"), { allowlist: listed, resolve });
    expect(answer).toMatchObject(failed(/^other\.test is not a public address/));
    expect(asked).toEqual(["listed.test", "other.test"]);
    expect(await read(here("/page", "listed.test"), { allowlist: listed, resolve })).toMatchObject({
      outcome: "read",
    });
  });

  it("is on the usual ports alone", async () => {
    const answer = await read("http://example.com:6379/", { allowlist: nowhere, resolve: to("8.8.8.8") });
    expect(answer).toMatchObject(failed(/usual ports/));
  });
});

test("which addresses are public", () => {
  for (const address of ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
    expect(isPublicAddress(address)).toBe(true);
  for (const address of [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.1.2.3",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.168.1.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.4",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "nonsense",
    "",
  ])
    expect([address, isPublicAddress(address)]).toEqual([address, false]);
});

test("a list of hosts that cannot be read is refused at start", () => {
  for (const entry of ["http://x", "10.0.0.0/99", "a_b", "*"]) {
    expect(() => parseFetchAllowlist([entry])).toThrow(/FETCH_ALLOWLIST/);
  }
});
