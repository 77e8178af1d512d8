/** Embeddings: the vector of a text, or of several at once. Charged by the text's length when it succeeded. */
import { z } from "zod";
import type { Answer } from "../context.ts";
import { type Embedded, embed, embeddingModel } from "../embedding.ts";
import { ApiError, problemOf } from "../errors.ts";
import { procedure, router } from "../trpc.ts";

/** The body's own bound is reached first by a batch of long texts. */
const longest = 100_000;
const mostTexts = 100;

const textField = z
  .string()
  .max(longest, `must be at most ${longest.toLocaleString("en-US")} characters`)
  .refine((text) => text.trim() !== "", "must not be empty")
  .refine((text) => text.isWellFormed(), "must be well-formed Unicode");

const vectorSchema = z.array(z.number());
const modelFields = {
  model: z.string().describe("lexical-hash is built in and lexical, not semantic"),
  dimensions: z.int().describe("Length of a vector"),
};
const chargeFields = { creditsCharged: z.int(), receiptId: z.string().nullable() };

export const embeddingsRouter = router({
  create: procedure("embeddings.create", {
    input: z.strictObject({ text: textField }),
    output: z.object({ embedding: vectorSchema, ...modelFields, ...chargeFields }),
  }).mutation(async ({ ctx, input }) => {
    const [embedding] = await embed([input.text], ctx.signal);
    if (!Array.isArray(embedding)) throw told(embedding, ctx.answer);
    const { length } = embedding;
    return { embedding, model: embeddingModel(), dimensions: length, ...ctx.charge.recordWork() };
  }),

  batch: procedure("embeddings.batch", {
    input: z.strictObject({ texts: z.array(textField).min(1).max(mostTexts) }),
    output: z.object({
      results: z
        .array(
          z.object({
            embedding: vectorSchema.nullable(),
            ...chargeFields,
            error: z
              .object({ detail: z.string(), code: z.string() })
              .nullable()
              .describe("Why this one failed"),
          }),
        )
        .describe("In the order of texts"),
      ...modelFields,
      creditsCharged: z.int(),
      receiptId: z.string().nullable().describe("null when nothing succeeded: then nothing was charged"),
    }),
  }).mutation(async ({ ctx, input }) => {
    const embedded = await embed(input.texts, ctx.signal);
    const first = embedded.find((one) => Array.isArray(one));
    // Nothing to be told apart: the call failed, and is worth another try as a whole.
    if (!first) throw told(embedded.find(isAway) ?? embedded.find(isRefused), ctx.answer);
    const results = embedded.map((one, item) => {
      if (Array.isArray(one)) return { embedding: one, ...ctx.charge.recordWork(item), error: null };
      const { detail, code } = problemOf(one).problem;
      return { embedding: null, creditsCharged: 0, receiptId: null, error: { detail, code } };
    });
    return {
      results,
      model: embeddingModel(),
      dimensions: first.length,
      creditsCharged: results.reduce((sum, { creditsCharged }) => sum + creditsCharged, 0),
      receiptId: results.find(({ receiptId }) => receiptId !== null)?.receiptId ?? null,
    };
  }),
});

const isRefused = (one: Embedded): one is ApiError => one instanceof ApiError;
const isAway = (one: Embedded): one is ApiError => isRefused(one) && one.refusal === "unavailable";

/** The provider's Retry-After reaches the caller. */
function told(error: ApiError | undefined, answer: Answer): ApiError {
  const failed =
    error ?? new ApiError("unavailable", "The embedding model gave nothing; nothing was charged.");
  const { retryAfterSeconds } = failed.fields;
  if (typeof retryAfterSeconds === "number") answer.retryAfterSeconds = retryAfterSeconds;
  return failed;
}
