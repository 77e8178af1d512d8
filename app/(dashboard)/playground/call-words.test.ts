import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { type Asked, curlCall, toolCall, typescriptCall } from "./call-words.ts";

const address = "https://fltr.example";
const asked: Asked = {
  question: "what's $(coarse)\n`now`?",
  datasetIds: ["ds_1"],
  setting: {
    endpoint: "short-answers",
    options: { topK: 3, filters: [{ field: "year", operator: "gte", value: "2025" }] },
  },
};
const across: Asked = {
  ...asked,
  datasetIds: ["ds_1", "ds_2"],
  setting: { ...asked.setting, endpoint: "default" },
};

/** What a shell makes of the command: its words. */
function wordsOf(command: string): string[] {
  return execFileSync("bash", ["-c", command.replace(/^curl/, "printf '%s\\0'")], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}

test("as curl, whatever the question holds", () => {
  expect(wordsOf(curlCall(address, asked))).toEqual([
    "-G",
    "https://fltr.example/api/v1/mcp/query/ds_1/short-answers",
    "-H",
    "X-API-Key: YOUR_KEY",
    "--data-urlencode",
    `query=${asked.question}`,
    "--data-urlencode",
    "topK=3",
    "--data-urlencode",
    'filters=[{"field":"year","operator":"gte","value":"2025"}]',
  ]);
  const words = wordsOf(curlCall(address, across));
  expect(words[0]).toBe("https://fltr.example/api/v1/mcp/query");
  expect(JSON.parse(words.at(-1) ?? "")).toMatchObject({
    datasetIds: ["ds_1", "ds_2"],
    query: asked.question,
  });
});

test("as TypeScript that runs", async () => {
  const calls: unknown[] = [];
  const reply = { ok: true, json: async () => ({ hits: [] }) };
  const fetch = async (...call: unknown[]) => {
    calls.push(call);
    return reply;
  };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  for (const one of [asked, across]) await AsyncFunction("fetch", typescriptCall(address, one))(fetch);
  expect(String(calls.map((call) => (call as unknown[])[0]))).toContain(
    "https://fltr.example/api/v1/mcp/query/ds_1/short-answers?query=what%27s",
  );
  expect(calls[1]).toMatchObject(["https://fltr.example/api/v1/mcp/query", { method: "POST" }]);
});

test("as a call of a tool", () => {
  expect(JSON.parse(toolCall(asked))).toMatchObject({
    method: "tools/call",
    params: { name: "query_dataset", arguments: { datasetId: "ds_1", endpoint: "short-answers", topK: 3 } },
  });
  expect(JSON.parse(toolCall(across))).toMatchObject({
    params: { name: "query_datasets", arguments: { datasetIds: ["ds_1", "ds_2"] } },
  });
});
