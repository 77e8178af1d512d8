/**
 * Conditions on the metadata of documents. One schema without alternatives, since some apps refuse tools
 * with unions: what is compared is a text, read by the type that the field has in each document.
 */
import { z } from "zod";

const filterOperators = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "exists", "contains"] as const;

export const maximumFilters = 20;

export const filterSchema = z
  .strictObject({
    field: z.string().min(1).max(100).describe("Of the documents' metadata"),
    operator: z.enum(filterOperators).default("eq").describe("How the field is compared"),
    value: z
      .string()
      .max(2_000)
      .optional()
      .describe('As text, also a number or true; for exists "true" (the default) or "false"'),
    values: z.array(z.string().max(2_000)).min(1).max(100).optional().describe("For in: one of these"),
  })
  .superRefine((filter, context) => {
    const wanted = filter.operator === "in" ? "values" : "value";
    const other = filter.operator === "in" ? "value" : "values";
    const wrong = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message });
    if (filter[other] !== undefined) wrong(other, `${filter.operator} takes ${wanted}, not ${other}`);
    if (filter.operator === "exists") {
      if (!["true", "false", undefined].includes(filter.value)) wrong("value", "must be true or false");
    } else if (filter[wanted] === undefined) wrong(wanted, `${filter.operator} needs it`);
  });

type Filter = z.output<typeof filterSchema>;

/** As the search statement reads it: the texts that the field may equal, and those that are numbers. */
export function conditionOf({ field, operator, value, values }: Filter) {
  const text = value === undefined ? null : storable(value);
  const texts = values?.map(storable) ?? (text === null ? [] : [text]);
  const numbers = texts.map((one) => one.trim()).filter((one) => /^[-+]?\d+(\.\d+)?$/.test(one));
  return { field: storable(field), operator, text, texts, number: numbers[0] ?? null, numbers };
}

/** PostgreSQL's JSON has no NUL; what has one equals nothing that is stored. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\ufffd");
}
