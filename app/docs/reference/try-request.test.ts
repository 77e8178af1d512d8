import { expect, test } from "vitest";
import { requestOf, showResponse } from "./try-request.ts";

const parameter = (name: string, place: "path" | "query") => ({
  name,
  in: place,
  type: "string",
  required: true,
  description: "",
  example: "",
});

test("path and query are encoded, empty parameters left out, and a key keeps the session away", () => {
  const read = {
    method: "GET",
    path: "/boxes/{boxId}",
    parameters: [parameter("boxId", "path"), parameter("query", "query"), parameter("limit", "query")],
    body: null,
  };
  const { url, init } = requestOf(read, { boxId: "a/b", query: "x & y", limit: "" }, "", "fltr_1");
  expect(url).toBe("/api/v1/boxes/a%2Fb?query=x+%26+y");
  expect(init).toEqual({ method: "GET", credentials: "omit", headers: { "X-API-Key": "fltr_1" } });
});

test("a body goes with its type, and without a key the session calls", () => {
  const make = {
    method: "POST",
    path: "/boxes",
    parameters: [],
    body: { type: "application/json", fields: [], example: "" },
  };
  expect(requestOf(make, {}, '{"a":1}', "").init).toEqual({
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: '{"a":1}',
  });
});

test("an answer is shown with the headers that tell where one stands", async () => {
  const headers = { "X-RateLimit-Limit": "5", Server: "x" };
  expect(
    await showResponse(new Response('{"a":1}', { status: 429, statusText: "Too Many", headers })),
  ).toEqual({
    status: "429 Too Many",
    headers: "x-ratelimit-limit: 5",
    body: '{\n  "a": 1\n}',
  });
});
