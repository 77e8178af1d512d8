/**
 * Options of a search as people choose and read them. Each has its field here, or this does not compile; one
 * that a later release of the server saved is shown as the API names it.
 */
import type { GivenOptions, OptionName } from "#server/query-fields.ts";

type Words = { readonly label: string /** What an empty field stands for. */; readonly unset: string };

export type OptionField = Words &
  (
    | { readonly kind: "number"; readonly min: number; readonly max: number; readonly step?: number }
    | { readonly kind: "choice"; readonly choices: Readonly<Record<string, string>> }
    | { readonly kind: "day" | "switch" | "filters" }
  );

const optionFields = {
  topK: { kind: "number", label: "Hits at most", min: 1, max: 50, unset: "10" },
  mode: {
    kind: "choice",
    label: "Search by",
    choices: { hybrid: "Words and vectors", text: "Words", vector: "Vectors" },
    unset: "Words and vectors",
  },
  minimumScore: { kind: "number", label: "Score at least", min: 0, max: 1, step: 0.05, unset: "Any" },
  hitsPerDocument: { kind: "number", label: "Hits of one document", min: 0, max: 10, unset: "As they come" },
  neighbours: { kind: "number", label: "Passages around each", min: 0, max: 3, unset: "None" },
  maxTokens: { kind: "number", label: "Tokens at most", min: 0, max: 32_000, unset: "No limit" },
  createdAfter: { kind: "day", label: "Added from", unset: "Any day" },
  createdBefore: { kind: "day", label: "Added before", unset: "Any day" },
  filters: { kind: "filters", label: "Only documents where", unset: "None" },
  rerank: { kind: "switch", label: "Rerank (5 credits more)", unset: "No" },
  highlights: { kind: "switch", label: "Mark the matching words", unset: "No" },
  explain: { kind: "switch", label: "Explain each hit", unset: "No" },
} as const satisfies Record<OptionName, OptionField>;

export type ChosenOptions = GivenOptions;

export const fieldList: readonly (OptionField & { readonly name: OptionName })[] = Object.entries(
  optionFields,
).map(([name, field]) => ({ ...field, name: name as OptionName }));

/** Without what was not chosen, as the API takes them. */
export function givenOptions(options: ChosenOptions): ChosenOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Of a condition that is still being typed nothing is sent. */
export function sentOptions({ filters, ...options }: ChosenOptions): ChosenOptions {
  const whole = filters?.filter(({ field }) => field.trim() !== "").map(trimmed);
  return { ...options, ...(whole && whole.length > 0 ? { filters: whole } : {}) };
}

function trimmed({ values, ...filter }: Filter) {
  const some = values?.map((one) => one.trim()).filter(Boolean);
  return { ...filter, ...(some ? { values: some } : {}) };
}

export function optionLabel(name: string): string {
  return fieldList.find((field) => field.name === name)?.label ?? name;
}

/** `Hits at most: 2, Tokens at most: 500` */
export function optionsText(options: Readonly<Record<string, unknown>>): string {
  const told = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${optionLabel(name)}: ${valueText(name, value)}`],
  );
  return told.length === 0 ? "The defaults" : told.join(", ");
}

/** A value as its field shows it. */
export function valueText(name: string, value: unknown): string {
  const field = fieldList.find((one) => one.name === name);
  if (field?.kind === "choice") return field.choices[String(value)] ?? String(value);
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (isUnset(field, value)) return field?.unset ?? "";
  if (field?.kind === "filters" && Array.isArray(value)) return value.map(filterText).join(" and ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** 0, no text and no list are the API's words for "none". */
function isUnset(field: OptionField | undefined, value: unknown): boolean {
  if (field?.kind === "number") return value === 0;
  return value === "" || (Array.isArray(value) && value.length === 0);
}

export type Filter = NonNullable<ChosenOptions["filters"]>[number];

export const operatorWords: Record<Filter["operator"], string> = {
  eq: "is",
  ne: "is not",
  gt: "is more than",
  gte: "is at least",
  lt: "is less than",
  lte: "is at most",
  in: "is one of",
  exists: "is there",
  contains: "contains",
};

function filterText({ field, operator, value, values }: Filter): string {
  if (operator === "exists") return value === "false" ? `${field} is not there` : `${field} is there`;
  return `${field} ${operatorWords[operator]} ${values?.join(" or ") ?? value}`;
}
