/**
 * A run of a dataset's golden questions: each is asked as a caller would, by an endpoint's options, and its
 * documents are compared with those expected. Costs nothing, leaves no receipt, and tells only places.
 */
import { z } from "zod";
import { query, queryWithin, type Transaction } from "#db/client.ts";
import type { Reader } from "../dataset-access.ts";
import { findEndpoint, optionsOf } from "../endpoint.ts";
import { ApiError } from "../errors.ts";
import { newId } from "../ids.ts";
import { defaultEndpoint } from "../operations.ts";
import { changeSchema, resultSchema, type runDetailSchema } from "./golden-fields.ts";
import { difference, meanOf, type Scores, scoresOf } from "./golden-metrics.ts";
import { type Search, searchDataset } from "./query.ts";

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
  /** Those of the documents named that are there. */
  found: { id: string; externalId: string | null; title: string }[];
};

type Expected = { documentId: string; name: string; title: string | null };

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
      const ranking = await rankingOf(question, { ...options, datasetId, reader });
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

/** Documents by their first passage. */
async function rankingOf(
  { question }: QuestionRow,
  search: Omit<Search, "query" | "depth">,
): Promise<string[]> {
  const found = await searchDataset({ ...search, query: question, depth });
  return [...new Set(found?.hits.map(({ documentId }) => documentId))];
}

/**
 * Of all questions together, as the transaction has left the dataset: with the options of `default`. One by
 * one, since a transaction answers one at a time.
 */
export async function meanWithin(
  tx: Transaction,
  datasetId: string,
  ownerId: string,
): Promise<{ mean: Scores; byQuestion: Map<string, Scores> }> {
  const search = { ...optionsOf(null, {}), datasetId, reader: ownerOf(ownerId), within: tx };
  const byQuestion = new Map<string, Scores>();
  for (const question of await questionsOf(datasetId, tx)) {
    const ranking = await rankingOf(question, search);
    const expected = expectedOf(question).map(({ documentId }) => documentId);
    byQuestion.set(question.question, scoresOf(ranking, expected, watchedK));
  }
  return { mean: meanOf([...byQuestion.values()]), byQuestion };
}

/** Documents that count when nobody is there to say how many. */
export const watchedK = 10;

/** The owner as a reader, when nobody calls. */
export function ownerOf(accountId: string): NonNullable<Reader> {
  const access = { allDatasets: true, callsPerHour: null, addresses: [] };
  return { kind: "session", accountId, credentialId: "", access };
}

function resultOf(
  row: QuestionRow,
  ranking: readonly string[],
  k: number,
  before: ReadonlyMap<string, Result>,
): Result {
  const { id, question } = row;
  const expected = expectedOf(row);
  const last = before.get(id);
  const names = expected.map(({ name }) => name);
  const same = last?.question === question && sameNames(last.expected, names);
  const documentIds = expected.map(({ documentId }) => documentId);
  return {
    questionId: id,
    question,
    ...scoresOf(ranking, documentIds, k),
    expected: expected.map(({ documentId, name, title }) => ({
      id: name,
      title,
      rank: rankOf(ranking, documentId, k),
    })),
    before: last && same ? scoresPart(last) : null,
  };
}

/** Each expected document once, though it be named twice. */
function expectedOf({ documentIds, externalIds, found }: QuestionRow): Expected[] {
  const named = [
    ...documentIds.map((name) => ({ name, document: found.find(({ id }) => id === name) })),
    ...externalIds.map((name) => ({ name, document: found.find(({ externalId }) => externalId === name) })),
  ];
  const expected = named.map(({ name, document }) => ({
    documentId: document?.id ?? name,
    name,
    title: document?.title ?? null,
  }));
  return [...new Map(expected.map((one) => [one.documentId, one])).values()];
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

const questionsStatement = `
  select q.id, q.question, q.document_ids as "documentIds", q.external_ids as "externalIds", coalesce((
    select jsonb_agg(jsonb_build_object('id', d.id, 'externalId', d.external_id, 'title', d.title))
    from documents d
    where d.dataset_id = q.dataset_id and (d.id = any(q.document_ids) or d.external_id = any(q.external_ids))
  ), '[]') as found
  from golden_questions q where q.dataset_id = $1 order by q.id`;

async function questionsOf(datasetId: string, tx?: Transaction): Promise<QuestionRow[]> {
  const values = [datasetId];
  return tx
    ? queryWithin<QuestionRow>(tx, questionsStatement, values)
    : query<QuestionRow>(questionsStatement, values);
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
