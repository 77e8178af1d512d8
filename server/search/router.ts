/** One search: the hits, what they cost and the receipt. An empty result costs nothing. */
import { z } from "zod";
import { datasetNotFound } from "../dataset-access.ts";
import { ApiError } from "../errors.ts";
import { idField } from "../fields.ts";
import { queryFields } from "../query-fields.ts";
import { callerOf, procedure, router } from "../trpc.ts";
import { searchDataset } from "./query.ts";

const hitSchema = z
  .object({
    documentId: z.string(),
    documentTitle: z.string(),
    chunkId: z.string(),
    headingPath: z.array(z.string()).describe("Headings above the passage, outermost first"),
    start: z.int().describe("Offset of the passage in the document's text, UTF-16 code units"),
    end: z.int().describe("Its end, exclusive"),
    score: z.number().describe("0 to 1, of this query alone"),
    text: z.string(),
  })
  .meta({ id: "Hit" });

export const searchRouter = router({
  query: procedure("search.query", {
    input: z.strictObject({
      datasetId: idField.describe("From list_datasets"),
      endpoint: z
        .string()
        .min(1)
        .max(100)
        .default("default")
        .describe("A saved query; default always exists"),
      ...queryFields,
    }),
    output: z.object({
      hits: z.array(hitSchema),
      receiptId: z.string().nullable().describe("null when nothing was found: then nothing was charged"),
      creditsCharged: z.int(),
    }),
  }).query(async ({ ctx, input }) => {
    if (input.endpoint !== "default") throw new ApiError("not_found", "Endpoint not found.");
    const { accountId } = callerOf(ctx);
    const { datasetId, query, topK } = input;
    const hits = await searchDataset({ datasetId, accountId, query, topK });
    if (hits === null) throw datasetNotFound();
    const charge = ctx.charge.record({
      query,
      hits: hits.map(({ documentId, chunkId, score }, index) => ({
        documentId,
        chunkId,
        rank: index + 1,
        score,
      })),
    });
    return { hits, ...charge };
  }),
});
