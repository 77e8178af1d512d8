/**
 * What the playground asks stands in its address, so that a link reproduces it: the question, the datasets, and
 * one setting or two to compare. Opening a link asks nothing: a search is paid for, so only a person sends it.
 */
import { defaultEndpoint } from "#server/operations.ts";
import { type ChosenOptions, fieldList, type OptionField, operatorWords } from "../search/option-words.ts";

export type Setting = {
  /** `default` saves nothing. */
  readonly endpoint: string;
  readonly options: ChosenOptions;
};

export type View = {
  readonly question: string;
  readonly datasetIds: readonly string[];
  readonly settings: readonly [Setting] | readonly [Setting, Setting];
};

export const mostDatasets = 20;
const secondPrefix = "b.";
const comparing = "compare";

/** Whatever the address says, the answer is a view that can be shown. */
export function readView(search: URLSearchParams): View {
  const datasetIds = [...new Set(search.getAll("dataset"))].filter(Boolean).slice(0, mostDatasets);
  const first = readSetting(search, "");
  return {
    question: (search.get("q") ?? "").slice(0, 2_000),
    datasetIds,
    settings: search.has(comparing) ? [first, readSetting(search, secondPrefix)] : [first],
  };
}

/** The address's search for a view; what is as it would be anyway is left out. */
export function writeView({ question, datasetIds, settings }: View): string {
  const search = new URLSearchParams();
  if (question) search.set("q", question);
  for (const id of datasetIds) search.append("dataset", id);
  writeSetting(search, "", settings[0]);
  if (settings[1]) {
    search.set(comparing, "");
    writeSetting(search, secondPrefix, settings[1]);
  }
  return search.toString();
}

function readSetting(search: URLSearchParams, prefix: string): Setting {
  const options = fieldList.flatMap(({ name, ...field }) => {
    const text = search.get(prefix + name);
    const value = text === null ? undefined : readValue(field, text);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    endpoint: search.get(`${prefix}endpoint`)?.slice(0, 100) || defaultEndpoint,
    options: Object.fromEntries(options),
  };
}

function writeSetting(search: URLSearchParams, prefix: string, { endpoint, options }: Setting): void {
  if (endpoint !== defaultEndpoint) search.set(`${prefix}endpoint`, endpoint);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) {
      search.set(prefix + name, typeof value === "object" ? JSON.stringify(value) : String(value));
    }
  }
}

function readValue(field: OptionField, text: string): unknown {
  switch (field.kind) {
    case "number":
      return readNumber(field, text);
    case "choice":
      return Object.hasOwn(field.choices, text) ? text : undefined;
    case "day":
      return /^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined;
    case "switch":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "filters":
      return readFilters(text);
  }
}

function readNumber({ min, max, step = 1 }: Extract<OptionField, { kind: "number" }>, text: string) {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!(number >= min && number <= max) || (step === 1 && !Number.isInteger(number))) return undefined;
  return number;
}

function readFilters(text: string): unknown {
  try {
    const filters: unknown = JSON.parse(text);
    return Array.isArray(filters) && filters.length > 0 && filters.every(isFilter) ? filters : undefined;
  } catch {
    return undefined;
  }
}

function isFilter(one: unknown): boolean {
  if (typeof one !== "object" || one === null) return false;
  const { field, operator, value, values, ...more } = one as Record<string, unknown>;
  const isText = (what: unknown) => what === undefined || typeof what === "string";
  return (
    typeof field === "string" &&
    typeof operator === "string" &&
    Object.hasOwn(operatorWords, operator) &&
    isText(value) &&
    (values === undefined || (Array.isArray(values) && values.every((each) => typeof each === "string"))) &&
    Object.keys(more).length === 0
  );
}
