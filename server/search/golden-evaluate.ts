/**
 * A run of a dataset's golden questions: each is asked as a caller would, by an endpoint's options, and its
 * documents are compared with those expected. Costs nothing, leaves no receipt, and tells only places.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import type { Reader } from "../dataset-access.ts";
import { defaultEndpoint, findEndpoint, optionsOf } from "../endpoint.ts";
import { ApiError } from "../errors.ts";
import { newId } from "../ids.ts";
import { changeSchema, resultSchema, type runDetailSchema } from "./golden-fields.ts";
import { difference, meanOf, type Scores, scoresOf } from "./golden-metrics.ts";
import { searchDataset } from "./query.ts";

type Run = z.output<typeof runDetailSchema>;
type Result = z.output<typeof resultSchema>;

/** Several passages may be of one document. */
const depth = 100;
const askedAtOnce = 4;
const keptRuns = 50;

type QuestionRow = {
  id: string;
  question: string;
  documentIds: string[];
  externalIds: string[];
  found: Found;
};
/** Ids of the documents that the external ids name today. */
type Found = Record<string, string>;

/** For the owner of the dataset. @throws ApiError conflict without questions, not_found without endpoint */
export async function evaluate(
  input: { datasetId: string; endpoint: string; k: number },
  reader: NonNullable<Reader>,
  cause: Run["cause"],
): Promise<Run> {
  const { datasetId, k } = input;
  const endpoint = await findEndpoint(datasetId, input.endpoint, reader);
  const options = optionsOf(endpoint, {});
  const questions = await questionsOf(datasetId);
  if (questions.length === 0) {
    throw new ApiError("conflict", "There are no golden questions to ask.", {
      hint: "Add questions with the documents that belong into their answers first.",
    });
  }
  const name = endpoint?.name ?? defaultEndpoint;
  const before = await lastResults(datasetId, name, k);
  const results: Result[] = [];
  for (let first = 0; first < questions.length; first += askedAtOnce) {
    const asked = questions.slice(first, first + askedAtOnce).map(async (question) => {
      const answer = await searchDataset({
        ...options,
        datasetId,
        reader,
        query: question.question,
        depth,
      });
      const ranking = [...new Set(answer?.hits.map(({ documentId }) => documentId))];
      return resultOf(question, ranking, k, before);
    });
    results.push(...(await Promise.all(asked)));
  }
  const compared = results.flatMap((result) => (result.before ? [{ ...result, before: result.before }] : []));
  const run = {
    id: newId("run"),
    cause,
    endpoint: name,
    endpointVersion: endpoint?.version ?? null,
    k,
    questionCount: results.length,
    ...meanOf(results),
    change:
      compared.length === 0 ? null : difference(meanOf(compared.map((one) => one.before)), meanOf(compared)),
    results,
    createdAt: new Date().toISOString(),
  };
  await store(datasetId, run);
  return run;
}

function resultOf(
  { id, question, documentIds, externalIds, found }: QuestionRow,
  ranking: readonly string[],
  k: number,
  before: ReadonlyMap<string, Result>,
): Result {
  const named = [
    ...documentIds.map((one) => [one, one] as const),
    ...externalIds.map((one) => [one, found[one] ?? one] as const),
  ];
  // A document that is named twice is expected once.
  const expected = [...new Map(named.map(([name, documentId]) => [documentId, name]))];
  const last = before.get(id);
  const same =
    last?.question === question &&
    sameNames(
      last.expected,
      expected.map(([, name]) => name),
    );
  return {
    questionId: id,
    question,
    ...scoresOf(
      ranking,
      expected.map(([documentId]) => documentId),
      k,
    ),
    expected: expected.map(([documentId, name]) => ({ id: name, rank: rankOf(ranking, documentId, k) })),
    before: last && same ? scoresPart(last) : null,
  };
}

function rankOf(ranking: readonly string[], documentId: string, k: number): number | null {
  const index = ranking.indexOf(documentId);
  return index < 0 || index >= k ? null : index + 1;
}

function sameNames(before: Result["expected"], names: readonly string[]): boolean {
  return before.length === names.length && before.every(({ id }) => names.includes(id));
}

function scoresPart({ recall, ndcg, mrr }: Scores): Scores {
  return { recall, ndcg, mrr };
}

async function questionsOf(datasetId: string): Promise<QuestionRow[]> {
  return query<QuestionRow>(
    `select q.id, q.question, q.document_ids as "documentIds", q.external_ids as "externalIds", coalesce((
       select jsonb_object_agg(d.external_id, d.id) from documents d
       where d.dataset_id = q.dataset_id and d.external_id = any(q.external_ids)
     ), '{}') as found
     from golden_questions q where q.dataset_id = $1 order by q.id`,
    [datasetId],
  );
}

async function lastResults(datasetId: string, endpoint: string, k: number): Promise<Map<string, Result>> {
  const [run] = await query<{ results: unknown }>(
    `select results from golden_runs where dataset_id = $1 and endpoint = $2 and k = $3
     order by id desc limit 1`,
    [datasetId, endpoint, k],
  );
  const results = z.array(resultSchema).catch([]).parse(run?.results);
  return new Map(results.map((result) => [result.questionId, result]));
}

async function store(datasetId: string, run: Run): Promise<void> {
  await query(
    `with kept as (
       insert into golden_runs (id, dataset_id, cause, endpoint, endpoint_version, k, recall, ndcg, mrr, change, results, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb, $12::timestamptz)
     )
     delete from golden_runs where dataset_id = $2 and id in (
       select id from golden_runs where dataset_id = $2 order by id desc offset $13::int
     )`,
    [
      run.id,
      datasetId,
      run.cause,
      run.endpoint,
      run.endpointVersion,
      run.k,
      run.recall,
      run.ndcg,
      run.mrr,
      run.change === null ? null : JSON.stringify(changeSchema.parse(run.change)),
      JSON.stringify(run.results),
      run.createdAt,
      keptRuns - 1,
    ],
  );
}
