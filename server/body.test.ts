import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { isJson, jsonLimit, readBody, readJsonBody } from "./body.ts";

vi.hoisted(() => {
  process.env.BODY_TIMEOUT_SECONDS = "1";
});

const url = "http://localhost/";
const post = (body: string | Uint8Array<ArrayBuffer>) => new Request(url, { method: "POST", body });

function streamed(
  parts: number,
  then: (controller: ReadableStreamDefaultController) => unknown,
  headers: Record<string, string> = {},
  before: () => unknown = () => {},
): Request {
  let sent = 0;
  const body = new ReadableStream({
    pull: async (controller) => {
      await before();
      await (sent++ < parts ? controller.enqueue(new Uint8Array(1000)) : then(controller));
    },
  });
  const init = { method: "POST", body, duplex: "half", headers };
  return new Request(url, init);
}

describe("the bound", () => {
  test("is the number of bytes, announced or not", async () => {
    expect(await readBody(post(new Uint8Array(1000)), 1000)).toHaveLength(1000);
    expect(
      await readBody(
        streamed(3, (c) => c.close()),
        3000,
      ),
    ).toHaveLength(3000);
    expect(await readBody(new Request(url), 0)).toHaveLength(0);
    const announced = new Request(url, { method: "POST", body: "x", headers: { "content-length": "99" } });
    await expect(readBody(announced, 10)).rejects.toMatchObject({ refusal: "too_large" });
  });

  test("ends the reading of a body without end", async () => {
    const endless = streamed(Number.POSITIVE_INFINITY, () => {});
    await expect(readBody(endless, 64 * 1024)).rejects.toMatchObject({
      refusal: "too_large",
      message: "The body is over 64 KB, the most that is taken at once.",
    });
  });

  test("is of what is sent, not of what it may unfold to", async () => {
    const zipped = new Request(url, { method: "POST", body: "x", headers: { "content-encoding": "gzip" } });
    await expect(readBody(zipped, 1000)).rejects.toMatchObject({ refusal: "unsupported_media_type" });
    const plain = new Request(url, {
      method: "POST",
      body: "x",
      headers: { "content-encoding": "Identity" },
    });
    expect(await readBody(plain, 1000)).toHaveLength(1);
  });

  test("is wide for documents alone", () => {
    expect(jsonLimit(["datasets.create", "no.such"])).toBe(1024 * 1024);
    expect(jsonLimit(["datasets.create", "documents.create"])).toBeGreaterThan(20_000_000);
  });
});

test("a sender that goes away is no fault of ours", async () => {
  const broken = streamed(2, (c) => c.error(new Error("aborted")));
  await expect(readBody(broken, 10_000)).rejects.toMatchObject({ refusal: "cancelled" });
});

describe.concurrent("a sender that does not go on", () => {
  const never = () => new Promise<void>(() => {});

  test.each([
    ["nothing of a body that names its length", streamed(0, never, { "content-length": "10" }), 1_000],
    ["the rest of a body that names its length", streamed(2, never, { "content-length": "999999" }), 1e6],
    ["the rest of a body that does not", streamed(2, never), 1e6],
  ])("is given up: %s", async (_, request, limit) => {
    const startedAt = performance.now();
    await expect(readBody(request, limit)).rejects.toMatchObject({ refusal: "body_timeout" });
    expect(performance.now() - startedAt).toBeGreaterThan(950);
  });

  test("is given up when it only drips", async () => {
    const dripping = streamed(
      Number.POSITIVE_INFINITY,
      () => {},
      {},
      () => sleep(400),
    );
    await expect(readBody(dripping, 5_000)).rejects.toMatchObject({ refusal: "body_timeout" });
  });

  test("is waited for as long as it goes on", async () => {
    const slow = streamed(
      14,
      (c) => c.close(),
      {},
      () => sleep(100),
    );
    expect(await readBody(slow, 1e6)).toHaveLength(14_000);
  });
});

describe("depth", () => {
  const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}1${"]}".repeat(levels / 2)}`;

  test.each([
    ["100 levels", nested(100)],
    ["brackets in strings", JSON.stringify({ a: "[".repeat(5_000), '{"[': '\\"[[['.repeat(500) })],
    ["many values side by side", JSON.stringify(Array.from({ length: 5_000 }, () => [{}]))],
    ["a string left open", `{"a": "${"[".repeat(5_000)}`],
    ["nothing", ""],
  ])("takes %s", async (_, body) => {
    expect(Buffer.from(await readJsonBody(post(body), 1e6)).toString()).toBe(body);
  });

  test.each([
    ["102 levels", nested(102)],
    ["brackets without end", "[".repeat(100_000)],
    ["brackets after an escaped backslash", `{"a\\\\":${"[".repeat(200)}`],
  ])("refuses %s", async (_, body) => {
    await expect(readJsonBody(post(body), 1e6)).rejects.toMatchObject({ refusal: "malformed_body" });
  });
});

test.each([
  ["application/json", true],
  ["Application/JSON; charset=utf-8", true],
  ["application/problem+json", true],
  ["text/plain", false],
  [null, false],
])("is %s JSON: %s", (type, expected) => {
  expect(isJson(type)).toBe(expected);
});
