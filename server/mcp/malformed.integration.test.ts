/** Messages of every kind but the right one: each gets an answer that says what is wrong, and costs nothing. */
import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { queryObjects } from "node:v8";
import { Server } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { z } from "zod";
import { query } from "#db/client.ts";
import { resetAuth } from "#server/auth.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { fc } from "../testing/property.ts";
import { accountWithDataset, openDoor } from "./door-under-test.ts";
import { handleMcp } from "./handler.ts";

vi.hoisted(() => {
  process.env.BODY_TIMEOUT_SECONDS = "1";
});
setUpTestDatabase();

let door: Awaited<ReturnType<typeof openDoor>>;
let fixture: Awaited<ReturnType<typeof accountWithDataset>>;

/** Enough that no limit answers for what is meant here. */
const balance = 1_000_000;

beforeAll(async () => {
  resetAuth();
  door = await openDoor();
  fixture = await accountWithDataset();
  await fixture.account.setBalance(balance);
});
afterAll(() => door.close());

const methods = [
  "initialize",
  "server/discover",
  "ping",
  "tools/list",
  "tools/call",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "resources/subscribe",
  "prompts/list",
  "prompts/get",
  "completion/complete",
  "logging/setLevel",
  "subscriptions/listen",
  "notifications/initialized",
  "notifications/cancelled",
];
const tools = [
  "list_datasets",
  "query_dataset",
  "batch_query",
  "read_document",
  "quote",
  "account_status",
  "none",
];
const fields = [
  "datasetId",
  "documentId",
  "query",
  "topK",
  "queries",
  "start",
  "end",
  "length",
  "tool",
  "arguments",
];

const junk = fc.jsonValue({ maxDepth: 3 });
const or = (...known: unknown[]) => fc.oneof(fc.constantFrom(...known), junk);
const envelope = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "fuzz", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};
const params = fc.record(
  {
    name: or(...tools),
    uri: or(
      "fltr://datasets/x",
      "fltr://datasets/x/documents/y?start=z",
      "fltr://%E0%A4%A",
      "file:///etc/passwd",
    ),
    arguments: fc.oneof(junk, fc.dictionary(fc.constantFrom(...fields), junk)),
    cursor: or("W10", ""),
    ref: or({ type: "ref/prompt", name: "none" }, { type: "ref/resource", uri: "fltr://x" }),
    argument: or({ name: "datasetId", value: "(((" }),
    protocolVersion: or("2025-11-25", "1999-01-01"),
    capabilities: or({}),
    clientInfo: or({ name: "fuzz", version: "1" }),
    _meta: or(envelope, { progressToken: 1 }),
  },
  { requiredKeys: [] },
);
const message = fc.record(
  { jsonrpc: or("2.0"), id: or(1, "a"), method: or(...methods), params: fc.oneof(params, junk) },
  { requiredKeys: ["method"] },
);
const body = fc.oneof(
  { weight: 6, arbitrary: message },
  { weight: 1, arbitrary: fc.array(message, { maxLength: 4 }) },
  { weight: 1, arbitrary: junk },
);
const headers = fc.record(
  {
    "mcp-protocol-version": fc.constantFrom("2026-07-28", "2025-11-25", "2024-11-05", "1999-01-01", "x"),
    "mcp-method": fc.constantFrom(...methods, "x"),
    "mcp-name": fc.constantFrom(...tools),
    accept: fc.constantFrom("application/json, text/event-stream", "text/html"),
  },
  { requiredKeys: [] },
);

const answerSchema = z.looseObject({ result: z.unknown().optional(), error: z.unknown().optional() });

/** Traces, paths, statements: nothing of the inside. */
const inside = /\bat [\w.<>]+ \(|node_modules|\/server\/|insert into|select .* from /i;

async function send(text: string, sent: Record<string, string>) {
  const response = await handleMcp(
    new Request(door.url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": fixture.key, ...sent },
      body: text,
      signal: AbortSignal.timeout(20_000),
    }),
  );
  return { status: response.status, text: await response.text() };
}

const isUnharmed = async () => {
  const [account] = await query<{ balance: number }>("select balance from credit_accounts where id = $1", [
    fixture.account.userId,
  ]);
  const held = await query("select from holds where state = 'held'");
  return [Number(account?.balance), held.length];
};

it("answers whatever is sent with what is wrong, tells nothing of the inside and charges nothing", async () => {
  await fc.assert(
    fc.asyncProperty(body, headers, async (sent, sentHeaders) => {
      const { status, text } = await send(JSON.stringify(sent), sentHeaders);
      expect([200, 202, 400, 404, 406, 413]).toContain(status);
      expect(text).not.toMatch(inside);
      const answers = text.startsWith("{") || text.startsWith("[") ? [text] : text.match(/(?<=^data: ).+$/gm);
      for (const answer of status === 202 ? [] : (answers ?? [])) {
        for (const one of [JSON.parse(answer)].flat()) answerSchema.parse(one);
      }
    }),
    { numRuns: 300 },
  );
  expect(await isUnharmed()).toEqual([balance, 0]);
});

it("answers what is no JSON with a parse error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), headers, async (text, sentHeaders) => {
      fc.pre(!isJson(text));
      const answer = await send(text, sentHeaders);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({ id: null, error: { code: -32700 } });
    }),
    { numRuns: 50 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it("closes the connection of a caller that asks for it, in both eras", async () => {
  for (const [version, params] of [
    ["2025-11-25", {}],
    ["2026-07-28", { _meta: envelope }],
  ] as const) {
    const socket = connect(Number(door.url.port), door.url.hostname);
    await once(socket, "connect");
    const text = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params });
    const fields = [
      `POST ${door.url.pathname} HTTP/1.1`,
      `Host: ${door.url.host}`,
      "Connection: close",
      `X-API-Key: ${fixture.key}`,
      `Mcp-Protocol-Version: ${version}`,
      "Mcp-Method: tools/list",
      "Accept: application/json, text/event-stream",
      "Content-Type: application/json",
      `Content-Length: ${text.length}`,
    ];
    socket.write(`${fields.join("\r\n")}\r\n\r\n${text}`);
    const answer = await textOf(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*\r\nconnection: close\r\n.*query_dataset/is);
  }
});

function unfinished(length = 5_000): string {
  const head = [
    `POST ${door.url.pathname} HTTP/1.1`,
    `Host: ${door.url.host}`,
    `X-API-Key: ${fixture.key}`,
    "Content-Type: application/json",
    `Content-Length: ${length}`,
    "",
    '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {',
  ];
  return head.join("\r\n");
}

it("gives up bodies that stall, says so and closes the connection", async () => {
  const stalled = Array.from({ length: 20 }, async (_, caller) => {
    const socket = connect(Number(door.url.port), door.url.hostname);
    await once(socket, "connect");
    socket.write(unfinished(caller % 2 === 0 ? 5_000 : 500_000));
    return textOf(socket);
  });
  for (const answer of await Promise.all(stalled)) {
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*\r\nconnection: close\r\n.*"code":"body_timeout"/is);
  }
  expect(await isUnharmed()).toEqual([balance, 0]);
});

it("outlives callers that stop in the middle of a body", async () => {
  for (let caller = 0; caller < 20; caller++) {
    const socket = connect(Number(door.url.port), door.url.hostname);
    await once(socket, "connect");
    socket.write(unfinished());
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
  }
  const call = {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "list_datasets", arguments: {} },
  };
  const { status } = await send(JSON.stringify(call), { accept: "application/json, text/event-stream" });
  expect(status).toBe(200);
  expect(await isUnharmed()).toEqual([balance, 0]);
});

it("keeps nothing of exchanges that are over, in both eras, nor of those above", async () => {
  for (let call = 0; call < 40; call++) {
    const modern = call % 2 === 0;
    const params = {
      name: "list_datasets",
      arguments: { limit: 1 + call },
      ...(modern && { _meta: envelope }),
    };
    const answer = await fetch(door.url, {
      method: "POST",
      headers: {
        "x-api-key": fixture.key,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": modern ? "2026-07-28" : "2025-11-25",
        ...(modern && { "mcp-method": "tools/call", "mcp-name": "list_datasets" }),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: call, method: "tools/call", params }),
    });
    expect(await answer.text()).toContain(fixture.datasetId);
  }
  // Collects garbage first.
  for (const kept of [Server, IncomingMessage]) expect(queryObjects(kept)).toBeLessThan(10);
});
