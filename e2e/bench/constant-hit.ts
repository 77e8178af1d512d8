/** In place of the search: one hit, at once, so that a query costs its chain and nothing else. */
import type { searchDataset as search } from "#server/search/query.ts";

export const constantDocument = "doc_that_every_query_finds";

/** @public Imported by the handler, once without-search.ts has led it here. */
export const searchDataset: typeof search = async ({ datasetId }) => ({
  hits: [
    {
      datasetId,
      datasetName: "Nothing",
      documentId: constantDocument,
      documentTitle: "Nothing",
      version: 1,
      metadata: {},
      sourceUrl: null,
      chunkId: "1",
      headingPath: [],
      start: 0,
      end: 7,
      score: 1,
      page: null,
      flagged: false,
      text: "nothing",
      signals: { words: { score: 1, rank: 1 }, vector: null, opening: null, search: null },
    },
  ],
  notice: null,
  terms: [],
});
