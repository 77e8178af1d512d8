/**
 * The parameters of one search: for the operations, for endpoints that save them, and for the manifest that
 * describes them. A field with a default is an option; adding one here lets callers give it and endpoints
 * save it.
 */
import { z } from "zod";
import { proseField } from "./fields.ts";
import { filterSchema, maximumFilters } from "./query-filters.ts";

/** Of a call, and no option that an endpoint could save. */
export const maxCreditsField = z
  .int()
  .min(0)
  .max(1_000_000_000)
  .optional()
  .describe(
    "Credits this call may cost; it then does less of several things and says so, or is refused, free",
  );

/** Of a call as well: where a list of hits goes on. */
const cursorField = z
  .string()
  .max(1_000)
  .optional()
  .describe("nextCursor of the answer before, for the hits after it; all else as it was asked then");

const isMoment = (text: string) =>
  z.iso.datetime({ offset: true }).safeParse(text).success || z.iso.date().safeParse(text).success;

/** Empty: any time, so that a caller can take back what an endpoint saves. */
const momentField = z
  .string()
  .max(40)
  .refine(
    (text) => text === "" || isMoment(text),
    "must be an ISO 8601 time such as 2026-11-27T08:00:00Z, or a day such as 2026-11-27",
  )
  .default("");

const searchModes = ["hybrid", "text", "vector"] as const;

const wordsField = proseField(2_000)
  .min(1, "must not be empty")
  .describe("Words you expect in the answer; words in quotes should stand together");

/** How to answer. What a caller leaves out is the endpoint's, and then the default here. */
const optionFields = {
  topK: z.int().min(1).max(50).default(10).describe("Hits at most"),
  mode: z.enum(searchModes).default("hybrid").describe("By words (text), by vectors, or by both"),
  filters: z
    .array(filterSchema)
    .max(maximumFilters)
    .default([])
    .describe("Only documents whose metadata meet all of these"),
  createdAfter: momentField.describe("Only documents added then or later, ISO 8601"),
  createdBefore: momentField.describe("Only documents added before, ISO 8601"),
  minimumScore: z.number().min(0).max(1).default(0).describe("Leaves out hits with a lower score"),
  hitsPerDocument: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe("So many hits of one document at most, listed together; 0: as they come"),
  neighbours: z
    .int()
    .min(0)
    .max(3)
    .default(0)
    .describe("Widens each hit by so many passages before and after it; those that touch become one"),
  maxTokens: z
    .int()
    .min(0)
    .max(32_000)
    .refine((tokens) => tokens === 0 || tokens >= 20, "must be 0 or at least 20")
    .default(0)
    .describe(
      "Tokens of all hits together, about; the last is cut at a sentence. 0: no limit, else 20 or more",
    ),
  rerank: z
    .boolean()
    .default(false)
    .describe(
      "Also let a model that reads the passages order the best of them, for more credits; then there is one page",
    ),
  explain: z.boolean().default(false).describe("Also tell why each hit was found, and what was looked for"),
  highlights: z.boolean().default(false).describe("Also tell where in each hit the words of the query stand"),
};

export const optionsSchema = z.object(optionFields);

export type QueryOptions = z.output<typeof optionsSchema>;

export type OptionName = keyof QueryOptions;

export const optionNames = Object.keys(optionFields) as [OptionName, ...OptionName[]];

type Given<Fields extends Record<string, z.ZodDefault>> = {
  [Name in keyof Fields]: z.ZodOptional<ReturnType<Fields[Name]["unwrap"]>>;
};

/** The same fields of which some are given: absent stays absent, the default is only told. */
function givenOf<Fields extends Record<string, z.ZodDefault>>(fields: Fields): Given<Fields> {
  const given = Object.entries(fields).map(([name, field]) => [
    name,
    withoutDefault(field, field.def.defaultValue),
  ]);
  return Object.fromEntries(given);
}

/** `told` stands as the default in schemas. */
export function withoutDefault(field: z.ZodDefault, told: unknown) {
  return z.optional(field.unwrap()).meta({ ...field.meta(), default: told });
}

export const givenOptions = givenOf(optionFields);

export type GivenOptions = z.output<z.ZodObject<typeof givenOptions>>;

/** What a caller writes. */
export const queryFields = {
  query: wordsField,
  ...givenOptions,
  cursor: cursorField,
  maxCredits: maxCreditsField,
};
