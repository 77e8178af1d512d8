/** Golden questions and their runs, as their owner writes and reads them. */
import { z } from "zod";
import { idField, proseField, timeField } from "../fields.ts";
import { defaultEndpoint } from "../operations.ts";

const questionField = proseField(2_000).min(1, "must not be empty").describe("As a caller would ask");
const namesField = z.array(z.string().trim().min(1).max(500)).max(20);
const documentIdsField = z.array(idField).max(20).describe("Documents that belong into the answer");
const externalIdsField = namesField.describe("The same by your own names: they outlast an upload anew");

export const ofDataset = z.strictObject({ datasetId: idField });
export const ofQuestion = ofDataset.extend({ questionId: idField });

export const newQuestion = ofDataset.extend({
  question: questionField,
  documentIds: documentIdsField.default([]),
  externalIds: externalIdsField.default([]),
});

export const changedQuestion = ofQuestion.extend({
  question: questionField.optional(),
  documentIds: documentIdsField.optional(),
  externalIds: externalIdsField.optional(),
});

export const questionSchema = z
  .object({
    id: z.string(),
    question: z.string(),
    documentIds: z.array(z.string()),
    externalIds: z.array(z.string()),
    createdAt: timeField,
    updatedAt: timeField,
  })
  .meta({ id: "GoldenQuestion" });

export const evaluation = ofDataset.extend({
  endpoint: idField.default(defaultEndpoint).describe("Whose options the questions are asked with"),
  k: z.int().min(1).max(50).default(10).describe("Documents that count, from the first"),
});

const scoreFields = {
  recall: z.number().describe("Part of the expected documents that was found"),
  ndcg: z.number().describe("The same, what stands first counting more"),
  mrr: z.number().describe("1 divided by the place of the first expected document"),
};

export const changeSchema = z.object(scoreFields).nullable();

export const resultSchema = z.object({
  questionId: z.string(),
  question: z.string(),
  ...scoreFields,
  expected: z.array(
    z.object({
      id: z.string().describe("The document, or your own name for it"),
      title: z.string().nullable().describe("null: there was no such document"),
      rank: z.int().nullable().describe("Its place among the documents found; null: not among the first k"),
    }),
  ),
  before: changeSchema.describe("Scores in the run before, where it asked the same; null: it did not"),
});

export const runSchema = z
  .object({
    id: z.string(),
    cause: z.enum(["owner", "documents"]).describe("documents: they had changed"),
    endpoint: z.string(),
    endpointVersion: z.int().nullable(),
    k: z.int(),
    questionCount: z.int(),
    ...scoreFields,
    change: changeSchema.describe(
      "Since the run before with this endpoint and k, over the questions of both; null: there was none",
    ),
    createdAt: timeField,
  })
  .meta({ id: "GoldenRun" });

export const runDetailSchema = runSchema.extend({ results: z.array(resultSchema) });

export const settingsFields = {
  onWorse: z
    .enum(["ignore", "warn", "block"])
    .describe(
      "warn: after documents changed the questions are asked again, and a mail tells if answers got worse. block: besides, a document sent again keeps its earlier text if its new one makes them worse",
    ),
};
