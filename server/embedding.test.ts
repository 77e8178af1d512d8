/** The provider's interface over HTTP, with every way in which such servers were seen to fail. */
import { afterAll, describe, expect, it } from "vitest";
import { embed } from "./embedding.ts";
import type { EmbeddingProvider } from "./embedding-request.ts";
import { ApiError } from "./errors.ts";
import { startEmbeddingsServer, vectorOf } from "./testing/embeddings-server.ts";

const server = await startEmbeddingsServer();
afterAll(() => server.close());

const settings: EmbeddingProvider = {
  url: `${server.url}/embeddings`,
  model: "local",
  apiKey: undefined,
  dimensions: undefined,
  batchSize: 4,
  concurrency: 2,
  timeoutMs: 2_000,
};
const never = new AbortController().signal;
const texts = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff"];
const ask = (given: readonly string[] = texts, other: Partial<EmbeddingProvider> = {}) =>
  embed(given, never, { ...settings, ...other });

function expectRefusal(one: unknown, fields: Record<string, unknown>) {
  expect(one).toBeInstanceOf(ApiError);
  expect(one).toMatchObject(fields);
}

describe("what is sent", () => {
  it("goes out in groups, as floats, without dimensions and key unless they are set", async () => {
    server.set("answer");
    expect(await ask()).toEqual(texts.map((text) => vectorOf(text)));
    const bySize = server.requests.toSorted((a, b) => b.input.length - a.input.length);
    expect(bySize).toEqual([
      { model: "local", input: texts.slice(0, 4), encoding_format: "float", authorization: null },
      { model: "local", input: texts.slice(4), encoding_format: "float", authorization: null },
    ]);
    server.set("answer");
    expect(await ask(["a"], { dimensions: 3, apiKey: "sk-1" })).toEqual([vectorOf("a", 3)]);
    expect(server.requests).toMatchObject([{ dimensions: 3, authorization: "Bearer sk-1" }]);
  });

  it("is at most so many requests at once", async () => {
    server.set("answer", { delayMs: 150 });
    const startedAt = performance.now();
    await ask(texts, { batchSize: 1, concurrency: 3 });
    const took = performance.now() - startedAt;
    expect(took).toBeGreaterThan(290);
    expect(took).toBeLessThan(900);
  });
});

describe("what comes back", () => {
  it.each(["out of order", "no index"] as const)("%s: each vector with its text", async (mode) => {
    server.set(mode);
    const wanted = texts.map((text) => vectorOf(text));
    expect(await ask()).toEqual(wanted);
  });

  it.each(["fewer vectors", "the same index twice", "wrong length", "another form"] as const)(
    "%s: nothing is taken, and nothing tried again",
    async (mode) => {
      server.set(mode);
      for (const one of await ask(["a", "bb"])) expectRefusal(one, { refusal: "unavailable", fields: {} });
      expect(server.requests).toHaveLength(1);
    },
  );

  it("of another length than was asked for is not taken", async () => {
    server.set("wrong length");
    const [one] = await ask(["a"], { dimensions: 3 });
    expectRefusal(one, { refusal: "unavailable" });
  });
});

describe("what fails passingly", () => {
  it.each(["broken", "hang up", "truncated", "rate limited"] as const)("%s: is tried again", async (mode) => {
    server.set(mode, { times: 2 });
    expect(await ask(["a"])).toEqual([vectorOf("a")]);
    expect(server.requests).toHaveLength(3);
  });

  it("slow: is given up and tried again", async () => {
    server.set("answer", { delayMs: 500 });
    const asked = ask(["a"], { timeoutMs: 200 });
    setTimeout(() => server.set("answer"), 300);
    expect(await asked).toEqual([vectorOf("a")]);
  });

  it("waits as long as it is told", async () => {
    server.set("rate limited", { times: 1, retryAfter: "2" });
    const startedAt = performance.now();
    expect(await ask(["a"])).toEqual([vectorOf("a")]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_990);
  });

  it("hands a long wait on to the caller", async () => {
    server.set("rate limited", { retryAfter: "90" });
    const [one] = await ask(["a"]);
    expectRefusal(one, { refusal: "unavailable", fields: { retryAfterSeconds: 90 } });
    expect(server.requests).toHaveLength(1);
    server.set("rate limited", { retryAfter: new Date(Date.now() + 60_000).toUTCString() });
    const [other] = await ask(["a"]);
    expect(other).toHaveProperty("fields.retryAfterSeconds", expect.closeTo(60, -1));
  });

  it("is given up in the end", async () => {
    server.set("broken");
    const [one] = await ask(["a"]);
    expectRefusal(one, { refusal: "unavailable" });
    expect(server.requests).toHaveLength(4);
  });
});

describe("what fails for good", () => {
  it("a key that is not accepted is not tried again", async () => {
    server.set("unauthorized");
    const [one] = await ask(["a"]);
    expectRefusal(one, { refusal: "unavailable", fields: {} });
    expect(server.requests).toHaveLength(1);
  });

  it("a server that is not there", async () => {
    const [one] = await ask(["a"], { url: "http://127.0.0.1:1/v1/embeddings" });
    expectRefusal(one, { refusal: "unavailable" });
  });

  it("a text that the model refuses fails alone", async () => {
    server.set("answer", { longest: 4 });
    const embedded = await ask();
    expect(embedded.slice(0, 4)).toEqual(texts.slice(0, 4).map((text) => vectorOf(text)));
    for (const one of embedded.slice(4)) expectRefusal(one, { refusal: "invalid_input" });
  });
});

describe("a caller who leaves", () => {
  it("ends the request, and the wait before the next", async () => {
    server.set("answer", { delayMs: 5_000 });
    const leaving = new AbortController();
    const asked = embed(["a"], leaving.signal, settings);
    setTimeout(() => leaving.abort(), 50);
    const startedAt = performance.now();
    await expect(asked).rejects.toMatchObject({ refusal: "cancelled" });
    expect(performance.now() - startedAt).toBeLessThan(1_000);

    server.set("rate limited", { retryAfter: "15" });
    const other = new AbortController();
    const waiting = embed(["a"], other.signal, settings);
    const reason = new ApiError("unavailable", "The call took too long; nothing was charged.");
    setTimeout(() => other.abort(reason), 200);
    await expect(waiting).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  it("is heeded by the built-in embedding too", async () => {
    await expect(embed(["a"], AbortSignal.abort(), null)).rejects.toMatchObject({ refusal: "cancelled" });
    expect(await embed(["a", ""], never, null)).toMatchObject([{ length: 384 }, { length: 384 }]);
  });
});
