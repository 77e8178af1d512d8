/**
 * Golden questions of a dataset, for its owner: kept, asked, and what came of it run by run.
 */
import { and, count, desc, eq, inArray, lt } from "drizzle-orm";
import { z } from "zod";
import { database, type Transaction } from "#db/client.ts";
import { datasets, documents } from "#db/schema/documents.ts";
import { goldenQuestions, goldenRuns, goldenSettings } from "#db/schema/golden.ts";
import { callerOf } from "../admission.ts";
import { getOwnDataset } from "../dataset-access.ts";
import { ApiError } from "../errors.ts";
import { idField } from "../fields.ts";
import { decodeCursor, idPattern, pageInput, pageOf, toPage } from "../pages.ts";
import { procedure, router } from "../trpc.ts";
import { evaluate } from "./golden-evaluate.ts";
import {
  changedQuestion,
  changeSchema,
  evaluation,
  newQuestion,
  ofDataset,
  ofQuestion,
  questionSchema,
  resultSchema,
  runDetailSchema,
  runSchema,
  settingsFields,
} from "./golden-fields.ts";

const mostPerDataset = 200;

export const goldenRouter = router({
  create: procedure("golden.create", { input: newQuestion, output: questionSchema }).mutation(
    async ({ ctx, input }) => {
      const { id: datasetId } = await getOwnDataset(input.datasetId, callerOf(ctx));
      const id = ctx.idempotency.idFor("gq");
      const db = await database();
      return db.transaction(async (tx) => {
        await assertRoom(tx, datasetId);
        await assertExpected(tx, datasetId, input);
        await tx
          .insert(goldenQuestions)
          .values({ ...input, id, datasetId })
          .onConflictDoNothing();
        return toQuestion(await getQuestion(tx, datasetId, id));
      });
    },
  ),

  list: procedure("golden.list", {
    input: ofDataset.extend(pageInput),
    output: pageOf(questionSchema),
  }).query(async ({ ctx, input }) => {
    const { id } = await getOwnDataset(input.datasetId, callerOf(ctx));
    const before = decodeCursor(input.cursor, idPattern);
    const db = await database();
    const rows = await db
      .select()
      .from(goldenQuestions)
      .where(and(eq(goldenQuestions.datasetId, id), before ? lt(goldenQuestions.id, before) : undefined))
      .orderBy(desc(goldenQuestions.id))
      .limit(input.limit + 1);
    return toPage(rows, input.limit, toQuestion, (row) => row.id);
  }),

  update: procedure("golden.update", { input: changedQuestion, output: questionSchema }).mutation(
    async ({ ctx, input: { questionId, question, documentIds, externalIds, ...input } }) => {
      const { id: datasetId } = await getOwnDataset(input.datasetId, callerOf(ctx));
      const db = await database();
      return db.transaction(async (tx) => {
        const now = await getQuestion(tx, datasetId, questionId);
        const next = {
          question: question ?? now.question,
          documentIds: documentIds ?? now.documentIds,
          externalIds: externalIds ?? now.externalIds,
        };
        await assertExpected(tx, datasetId, { ...next, documentIds: documentIds ?? [] }, next);
        await tx
          .update(goldenQuestions)
          .set({ ...next, updatedAt: new Date() })
          .where(eq(goldenQuestions.id, questionId));
        return toQuestion(await getQuestion(tx, datasetId, questionId));
      });
    },
  ),

  delete: procedure("golden.delete", { input: ofQuestion, output: z.void() }).mutation(
    async ({ ctx, input }) => {
      const { id } = await getOwnDataset(input.datasetId, callerOf(ctx));
      const db = await database();
      const gone = await db
        .delete(goldenQuestions)
        .where(and(eq(goldenQuestions.datasetId, id), eq(goldenQuestions.id, input.questionId)))
        .returning({ id: goldenQuestions.id });
      if (gone.length === 0) throw questionNotFound();
    },
  ),

  evaluate: procedure("golden.evaluate", { input: evaluation, output: runDetailSchema }).mutation(
    async ({ ctx, input }) => {
      const caller = callerOf(ctx);
      await getOwnDataset(input.datasetId, caller);
      return evaluate(input, caller, "owner");
    },
  ),

  runs: procedure("golden.runs", { input: ofDataset.extend(pageInput), output: pageOf(runSchema) }).query(
    async ({ ctx, input }) => {
      const { id } = await getOwnDataset(input.datasetId, callerOf(ctx));
      const before = decodeCursor(input.cursor, idPattern);
      const db = await database();
      const rows = await db
        .select()
        .from(goldenRuns)
        .where(and(eq(goldenRuns.datasetId, id), before ? lt(goldenRuns.id, before) : undefined))
        .orderBy(desc(goldenRuns.id))
        .limit(input.limit + 1);
      const told = (row: RunRow) => toRun(row, resultsOf(row).length);
      return toPage(rows, input.limit, told, (row) => row.id);
    },
  ),

  getRun: procedure("golden.getRun", {
    input: ofDataset.extend({ runId: idField }),
    output: runDetailSchema,
  }).query(async ({ ctx, input }) => {
    const { id } = await getOwnDataset(input.datasetId, callerOf(ctx));
    const db = await database();
    const [row] = await db
      .select()
      .from(goldenRuns)
      .where(and(eq(goldenRuns.datasetId, id), eq(goldenRuns.id, input.runId)));
    if (!row) throw new ApiError("not_found", "Run not found.", { hint: "The last 50 runs are kept." });
    const results = resultsOf(row);
    return { ...toRun(row, results.length), results };
  }),

  getSettings: procedure("golden.getSettings", { input: ofDataset, output: z.object(settingsFields) }).query(
    async ({ ctx, input }) => {
      const { id } = await getOwnDataset(input.datasetId, callerOf(ctx));
      const db = await database();
      const [row] = await db.select().from(goldenSettings).where(eq(goldenSettings.datasetId, id));
      return { onWorse: row?.onWorse ?? "ignore" };
    },
  ),

  settings: procedure("golden.settings", {
    input: ofDataset.extend(settingsFields),
    output: z.object(settingsFields),
  }).mutation(async ({ ctx, input: { datasetId, onWorse } }) => {
    const { id } = await getOwnDataset(datasetId, callerOf(ctx));
    const db = await database();
    await db
      .insert(goldenSettings)
      .values({ datasetId: id, onWorse })
      .onConflictDoUpdate({ target: goldenSettings.datasetId, set: { onWorse } });
    return { onWorse };
  }),
});

type QuestionRow = typeof goldenQuestions.$inferSelect;
type RunRow = typeof goldenRuns.$inferSelect;

async function getQuestion(tx: Transaction, datasetId: string, id: string): Promise<QuestionRow> {
  const [row] = await tx
    .select()
    .from(goldenQuestions)
    .where(and(eq(goldenQuestions.datasetId, datasetId), eq(goldenQuestions.id, id)))
    .for("update");
  if (!row) throw questionNotFound();
  return row;
}

async function assertRoom(tx: Transaction, datasetId: string): Promise<void> {
  // One at a time, so that no two find the last place.
  await tx.select({ id: datasets.id }).from(datasets).where(eq(datasets.id, datasetId)).for("no key update");
  const [found] = await tx
    .select({ count: count() })
    .from(goldenQuestions)
    .where(eq(goldenQuestions.datasetId, datasetId));
  if ((found?.count ?? 0) < mostPerDataset) return;
  throw new ApiError(
    "conflict",
    `A dataset has at most ${mostPerDataset} golden questions: delete one first.`,
  );
}

type Expected = { documentIds: readonly string[]; externalIds: readonly string[] };

/** `sent` ids must be documents of the dataset; `whole`, what the question then has, must expect something. */
async function assertExpected(
  tx: Transaction,
  datasetId: string,
  sent: Expected,
  whole = sent,
): Promise<void> {
  if (whole.documentIds.length + whole.externalIds.length === 0) {
    throw new ApiError(
      "invalid_input",
      "Invalid input: name at least one document in documentIds or externalIds.",
    );
  }
  const known = await tx
    .select({ id: documents.id })
    .from(documents)
    .where(and(eq(documents.datasetId, datasetId), inArray(documents.id, [...sent.documentIds])));
  const unknown = sent.documentIds.find((id) => !known.some((document) => document.id === id));
  if (unknown)
    throw new ApiError("invalid_input", `Invalid input: documentIds: ${unknown} is not in this dataset.`);
}

function toQuestion(row: QuestionRow): z.output<typeof questionSchema> {
  const { id, question, documentIds, externalIds, createdAt, updatedAt } = row;
  return {
    id,
    question,
    documentIds,
    externalIds,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function toRun(row: RunRow, questionCount: number): z.output<typeof runSchema> {
  const { id, cause, endpoint, endpointVersion, k, recall, ndcg, mrr } = row;
  return {
    id,
    cause,
    endpoint,
    endpointVersion,
    k,
    questionCount,
    recall,
    ndcg,
    mrr,
    change: changeSchema.parse(row.change),
    createdAt: row.createdAt.toISOString(),
  };
}

/** A run of a release that kept its results in another form is shown without them. */
function resultsOf({ results }: RunRow) {
  return z.array(resultSchema).catch([]).parse(results);
}

function questionNotFound(): ApiError {
  return new ApiError("not_found", "Golden question not found.");
}
