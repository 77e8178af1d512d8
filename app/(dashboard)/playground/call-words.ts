/** A search of the playground as a program sends it, ready to copy. */
import { defaultEndpoint, operations } from "#server/operations.ts";
import { pretty, quoted } from "../../_components/connect-snippets.ts";
import { sentOptions } from "../search/option-words.ts";
import type { Setting } from "./view.ts";

export type Asked = {
  readonly question: string;
  readonly datasetIds: readonly string[];
  readonly setting: Setting;
};

/** The input of search.query, or of search.across where there are several datasets. */
export function toolCall(asked: Asked): string {
  const { question, datasetIds, setting } = asked;
  const named = setting.endpoint === defaultEndpoint ? {} : { endpoint: setting.endpoint };
  const one = { datasetId: datasetIds[0], ...named, query: question, ...sentOptions(setting.options) };
  const several = datasetIds.length !== 1;
  return pretty({
    method: "tools/call",
    params: {
      name: operations[several ? "search.across" : "search.query"].tool.name,
      arguments: several ? bodyOf(asked) : one,
    },
  });
}

export function curlCall(address: string, asked: Asked): string {
  const lines = isAcross(asked)
    ? [
        `curl ${shell(urlOf(address, asked))}`,
        `-H 'X-API-Key: YOUR_KEY' -H 'Content-Type: application/json'`,
        `-d ${shell(JSON.stringify(bodyOf(asked)))}`,
      ]
    : [
        `curl -G ${shell(urlOf(address, asked))}`,
        `-H 'X-API-Key: YOUR_KEY'`,
        ...parametersOf(asked).map(([name, value]) => `--data-urlencode ${shell(`${name}=${value}`)}`),
      ];
  return lines.join(" \\\n  ");
}

export function typescriptCall(address: string, asked: Asked): string {
  const url = JSON.stringify(urlOf(address, asked));
  const ask = isAcross(asked)
    ? [
        `const response = await fetch(${url}, {`,
        `  method: "POST",`,
        `  headers: { "X-API-Key": "YOUR_KEY", "Content-Type": "application/json" },`,
        `  body: JSON.stringify(${indented(pretty(bodyOf(asked)))}),`,
        "});",
      ]
    : [
        `const url = new URL(${url});`,
        `url.search = new URLSearchParams(${pretty(Object.fromEntries(parametersOf(asked)))}).toString();`,
        `const response = await fetch(url, { headers: { "X-API-Key": "YOUR_KEY" } });`,
      ];
  return [
    ...ask,
    "const answer = await response.json();",
    "if (!response.ok) throw new Error(answer.detail);",
    "for (const hit of answer.hits) console.log(hit.score, hit.documentTitle, hit.text);",
  ].join("\n");
}

function isAcross({ datasetIds }: Asked): boolean {
  return datasetIds.length > 1;
}

function urlOf(address: string, asked: Asked): string {
  const { path } = operations[isAcross(asked) ? "search.across" : "search.query"].rest;
  const values: Record<string, string> = {
    datasetId: asked.datasetIds[0] ?? "DATASET",
    endpoint: asked.setting.endpoint,
  };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  return `${address}/api/v1${filled}`;
}

function bodyOf({ datasetIds, question, setting }: Asked) {
  return { datasetIds, query: question, ...sentOptions(setting.options) };
}

function parametersOf({ question, setting }: Asked): [string, string][] {
  const options = Object.entries(sentOptions(setting.options)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === "object" ? JSON.stringify(value) : String(value)]],
  );
  return [["query", question], ...options] as [string, string][];
}

function shell(text: string): string {
  return /^[\w./:@%=+-]+$/.test(text) ? text : quoted(text);
}

function indented(text: string): string {
  return text.replaceAll("\n", "\n  ");
}
