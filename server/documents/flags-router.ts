/** Passages that look like orders to a model: listed for the dataset's owner, who approves or redacts them. */
import { z } from "zod";
import { passageFlags } from "#db/schema/documents.ts";
import { callerOf } from "../admission.ts";
import { getOwnDataset } from "../dataset-access.ts";
import { idField } from "../fields.ts";
import { decodeCursor, pageInput, pageOf, toPage } from "../pages.ts";
import { procedure, router } from "../trpc.ts";
import { decideFlag, listFlags } from "./flags.ts";

const flagSchema = z
  .object({
    chunkId: z.string(),
    documentId: z.string(),
    documentTitle: z.string(),
    headingPath: z.array(z.string()),
    page: z.int().nullable().describe("In documents that have pages, from 1"),
    start: z.int().describe("Offset of the passage in the document's text, UTF-16 code units"),
    end: z.int().describe("Its end, exclusive"),
    text: z.string(),
    state: z.enum(passageFlags),
    reason: z.string().describe("What it looks like"),
  })
  .meta({ id: "Flag" });

/** Of a bigint column, from 1; as many digits as a whole number in JavaScript has for sure. */
const chunkIdPattern = /^\d{1,15}$/;

export const flagsRouter = router({
  list: procedure("flags.list", {
    input: z.strictObject({
      datasetId: idField,
      ...pageInput,
      state: z.enum(passageFlags).default("flagged"),
    }),
    output: pageOf(flagSchema),
  }).query(async ({ ctx, input: { datasetId, cursor, limit, state } }) => {
    await getOwnDataset(datasetId, callerOf(ctx));
    const after = Number(decodeCursor(cursor, chunkIdPattern) ?? 0);
    const rows = await listFlags(datasetId, { state, after, limit: limit + 1 });
    return toPage(
      rows,
      limit,
      (row) => row,
      ({ chunkId }) => chunkId,
    );
  }),

  decide: procedure("flags.decide", {
    input: z.strictObject({
      datasetId: idField,
      chunkId: idField,
      decision: z.enum(passageFlags).exclude(["flagged"]),
    }),
    output: flagSchema,
  }).mutation(async ({ ctx, input: { datasetId, chunkId, decision } }) => {
    await getOwnDataset(datasetId, callerOf(ctx));
    return decideFlag({ datasetId, chunkId: chunkIdPattern.test(chunkId) ? Number(chunkId) : 0 }, decision);
  }),
});
