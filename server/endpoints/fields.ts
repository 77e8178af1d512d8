/** What an endpoint is made of, as its owner writes it and as everybody reads it. */
import { z } from "zod";
import { idField, nameField, proseField, timeField } from "../fields.ts";
import { defaultEndpoint } from "../operations.ts";
import { givenOptions, optionNames } from "../query-fields.ts";

/** With the words of a tool's name it must fit into what MCP clients accept. */
const longestName = 40;

const newName = z
  .string()
  .max(longestName)
  .regex(/^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/, "must be words of small letters and digits, joined by - or _")
  .refine((name) => name !== defaultEndpoint, "is taken: every dataset has a default endpoint")
  .describe("What callers write, as release-notes; cannot be changed later");

const titleField = nameField(100).describe("For people");
const descriptionField = proseField(1_000).describe("For a model that chooses among tools: when to use it");
const optionsField = z
  .strictObject(givenOptions)
  .describe("The same options as of a search; what is left out is the default");
const fixedField = z
  .array(z.enum(optionNames))
  .max(optionNames.length)
  .transform((names) => optionNames.filter((name) => names.includes(name)))
  .describe("Options that callers cannot override");

export const endpointId = z.strictObject({ endpointId: idField });

export const newEndpoint = z.strictObject({
  datasetId: idField.describe("A dataset of yours"),
  name: newName,
  title: titleField.optional(),
  description: descriptionField.default(""),
  options: optionsField.default({}),
  fixed: fixedField.default([]),
  publish: z.boolean().default(false).describe("Let callers use it at once"),
});

export const changedEndpoint = endpointId.extend({
  title: titleField.optional(),
  description: descriptionField.optional(),
  options: optionsField.optional().describe("All of them: what is left out is the default again"),
  fixed: fixedField.optional(),
});

const contentFields = {
  title: z.string(),
  description: z.string(),
  options: z.object(givenOptions),
  fixed: z.array(z.enum(optionNames)).describe("Options that callers cannot override"),
};

export const endpointSchema = z
  .object({
    id: z.string(),
    datasetId: z.string(),
    name: z.string(),
    version: z.int().nullable().describe("What callers get; null: a draft that only its owner sees"),
    ...contentFields,
    unpublishedChanges: z.boolean().describe("Its owner changed something since"),
    url: z.url().describe("GET it with ?query="),
    createdAt: timeField,
    updatedAt: timeField,
  })
  .meta({ id: "Endpoint" });

export const endpointDetailSchema = endpointSchema.extend({
  draft: z.object(contentFields).describe("What publishing makes the next version of"),
  versions: z
    .array(z.object({ version: z.int(), ...contentFields, createdAt: timeField }))
    .describe("Everything that was published, newest first"),
});
