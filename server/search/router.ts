/** Searches: the hits, what they cost and the receipt. What finds nothing costs nothing. */
import { z } from "zod";
import { callerOf } from "../admission.ts";
import type { Charge } from "../charge.ts";
import { passageLink, passageUri } from "../citation.ts";
import type { Reader } from "../dataset-access.ts";
import { findEndpoint, optionsOf, type PublishedEndpoint } from "../endpoint.ts";
import { ApiError, problemOf } from "../errors.ts";
import { idField } from "../fields.ts";
import { defaultEndpoint } from "../operations.ts";
import { maxCreditsField, queryFields } from "../query-fields.ts";
import type { ReceiptEndpoint, ReceiptHit } from "../receipt.ts";
import { procedure, router } from "../trpc.ts";
import { type Answer, answerSearch } from "./answer.ts";
import type { AnsweredHit } from "./arrange.ts";
import { answerSchema } from "./hit.ts";
import { rounded } from "./query.ts";

const querySchema = z.strictObject({
  datasetId: idField.describe("From list_datasets"),
  endpoint: idField
    .default(defaultEndpoint)
    .describe("A saved query, from list_endpoints; default always exists"),
  ...queryFields,
});

const acrossSchema = z.strictObject({
  datasetIds: z
    .array(idField)
    .min(1)
    .max(20)
    .refine((ids) => new Set(ids).size === ids.length, "must not name a dataset twice")
    .describe("From list_datasets"),
  ...queryFields,
});

const nothing = {
  hits: [],
  truncated: false,
  nextCursor: null,
  notice: null,
  explanation: null,
  receiptId: null,
  creditsCharged: 0,
};

type Call = { charge: Charge; signal: AbortSignal };

export const searchRouter = router({
  query: procedure("search.query", { input: querySchema, output: answerSchema }).query(({ ctx, input }) =>
    search(input, callerOf(ctx), ctx),
  ),

  across: procedure("search.across", { input: acrossSchema, output: answerSchema }).query(({ ctx, input }) =>
    searchAcross(input, callerOf(ctx), ctx),
  ),

  batch: procedure("search.batch", {
    input: z.strictObject({
      queries: z
        .array(querySchema.omit({ maxCredits: true }))
        .min(1)
        .max(50)
        .describe("Run at the same time"),
      maxCredits: maxCreditsField,
    }),
    output: z.object({
      results: z
        .array(
          answerSchema.extend({
            error: z
              .object({ detail: z.string(), code: z.string() })
              .nullable()
              .describe("Why this one failed"),
          }),
        )
        .describe("In the order of queries"),
      creditsCharged: z.int(),
    }),
  }).mutation(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    const results = await Promise.all(
      input.queries.map(async (query, index) => {
        try {
          ctx.charge.assertCovered(index);
          return { ...(await search(query, caller, ctx)), error: null };
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          const { detail, code } = problemOf(error).problem;
          return { ...nothing, error: { detail, code } };
        }
      }),
    );
    return {
      results,
      creditsCharged: results.reduce((total, { creditsCharged }) => total + creditsCharged, 0),
    };
  }),
});

async function search(
  { datasetId, endpoint: name, query, cursor, ...given }: Omit<z.output<typeof querySchema>, "maxCredits">,
  reader: Reader,
  { charge, signal }: Call,
): Promise<z.output<typeof answerSchema>> {
  const endpoint = await findEndpoint(datasetId, name, reader);
  const options = optionsOf(endpoint, given);
  const answer = await answerSearch({
    datasetIds: [datasetId],
    query,
    cursor,
    options,
    reader,
    signal,
    coversReranking: charge.coversExtra,
  });
  const read = {
    query,
    hits: readOf(answer.hits, datasetId),
    extra: answer.reranked,
    endpoint: endpoint && receiptEndpoint(endpoint),
  };
  return { ...told(answer), ...charge.record(read) };
}

/** Each dataset that has a hit is charged as a search of its own. */
async function searchAcross(
  { datasetIds, query, cursor, maxCredits, ...given }: z.output<typeof acrossSchema>,
  reader: Reader,
  { charge, signal }: Call,
): Promise<z.output<typeof answerSchema>> {
  const options = optionsOf(null, given);
  const searched = datasetIds.slice(0, charge.coveredItems);
  const answer = await answerSearch({
    datasetIds: searched,
    query,
    cursor,
    options,
    reader,
    signal,
    coversReranking: charge.coversExtra,
  });
  const reads = searched.map((datasetId) => readOf(answer.hits, datasetId));
  // One receipt tells of all of them, and the query once.
  const asking = Math.max(
    0,
    reads.findIndex((hits) => hits.length > 0),
  );
  const charged = reads.map((hits, item) =>
    charge.record({ query: item === asking ? query : null, hits, extra: answer.reranked }, item),
  );
  return {
    ...told(answer),
    notice: [answer.notice, leftOut(searched.length, datasetIds.length)].filter(Boolean).join(" ") || null,
    receiptId: charged.find(({ receiptId }) => receiptId !== null)?.receiptId ?? null,
    creditsCharged: charged.reduce((total, { creditsCharged }) => total + creditsCharged, 0),
  };
}

function leftOut(searched: number, asked: number): string | null {
  if (searched >= asked) return null;
  return `Only the first ${searched} of ${asked} datasets were searched: maxCredits pays for no more.`;
}

function told({ hits, reranked: _, ...answer }: Answer) {
  return {
    ...answer,
    hits: hits.map(({ signals, ...hit }) => ({
      ...hit,
      score: rounded(hit.score),
      link: passageLink(hit),
      resourceUri: passageUri(hit),
      ...(answer.explanation && { signals }),
    })),
  };
}

/** For the receipt: what was read of the dataset, each with its place among all hits. */
function readOf(hits: readonly AnsweredHit[], datasetId: string): ReceiptHit[] {
  return hits.flatMap((hit, index) => {
    if (hit.datasetId !== datasetId) return [];
    const { documentId, documentTitle, version, chunkId, start, end } = hit;
    const score = rounded(hit.score);
    return [{ datasetId, documentId, documentTitle, version, chunkId, start, end, rank: index + 1, score }];
  });
}

function receiptEndpoint({ endpointId, name, version }: PublishedEndpoint): ReceiptEndpoint {
  return { endpointId, name, version };
}
