/** Datasets: what may be queried, and one's own. Only the owner changes one; the demo has no owner. */
import { and, count, desc, eq, inArray, lt, sql, sum } from "drizzle-orm";
import { z } from "zod";
import { database, query, type Transaction } from "#db/client.ts";
import { credentialDatasets } from "#db/schema/access.ts";
import { datasets, documentStates, documents } from "#db/schema/documents.ts";
import { indexingRequests } from "#db/schema/vectors.ts";
import { callerOf } from "../admission.ts";
import {
  type DatasetRow,
  datasetNotFound,
  getOwnDataset,
  getReadableDataset,
  grantedTo,
  readableSql,
  restrictedTo,
} from "../dataset-access.ts";
import { deleteDatasets } from "../dataset-removal.ts";
import { vectorModels } from "../embedding.ts";
import { publishedEndpoints } from "../endpoint.ts";
import { ApiError } from "../errors.ts";
import { idField, nameField, proseField, timeField } from "../fields.ts";
import { lexicalHash } from "../lexical-hash.ts";
import { decodeCursor, idPattern, pageInput, pageOf, toPage } from "../pages.ts";
import { procedure, router } from "../trpc.ts";
import { chargeVectors } from "../vector-charge.ts";
import { manifestOf, manifestSchema } from "./manifest.ts";

const visibility = z.enum(["private", "public"]).describe("public: everyone may query it, at their own cost");

/** Text search configurations that both databases bring. */
const languages = [
  "arabic",
  "armenian",
  "basque",
  "catalan",
  "danish",
  "dutch",
  "english",
  "finnish",
  "french",
  "german",
  "greek",
  "hindi",
  "hungarian",
  "indonesian",
  "irish",
  "italian",
  "lithuanian",
  "nepali",
  "norwegian",
  "portuguese",
  "romanian",
  "russian",
  "serbian",
  "simple",
  "spanish",
  "swedish",
  "tamil",
  "turkish",
  "yiddish",
] as const;

const languageField = z.enum(languages).describe("Whose word forms are understood; simple: none");
const modelField = z
  .string()
  .min(1)
  .max(200)
  .describe("Makes its vectors: lexical-hash, or what the operator configured");

const datasetSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    visibility,
    own: z.boolean().describe("Whether it is yours"),
    language: z.string().describe("Whose word forms are understood"),
    embeddingModel: z.string().describe("What makes its vectors"),
    documentCount: z.int(),
    createdAt: timeField,
    updatedAt: timeField,
  })
  .meta({ id: "Dataset" });

const progressSchema = z.object({
  documents: z.object(
    Object.fromEntries(documentStates.map((state) => [state, z.int()])) as Record<
      (typeof documentStates)[number],
      z.ZodInt
    >,
  ),
  chunkCount: z.int(),
  indexing: z.boolean().describe("It goes over to another language or model, or vectors are missing"),
});

type ListedRow = z.output<typeof datasetSchema>;

/** The hottest free call: one prepared statement, where the query builder would plan two anew each time. */
const listStatement = `
  select id, name, description, visibility, language, embedding_model as "embeddingModel", coalesce(owner_id = $1, false) as own,
         (select count(*)::int from documents where dataset_id = datasets.id) as "documentCount",
         created_at as "createdAt", updated_at as "updatedAt"
  from datasets
  where ${readableSql("$1", "$4::text")} and ($2::text is null or id > $2)
  order by id limit $3`;

const one = z.strictObject({ datasetId: idField });

export const datasetsRouter = router({
  list: procedure("datasets.list", {
    input: z.strictObject(pageInput),
    output: pageOf(datasetSchema),
  }).query(async ({ ctx, input }) => {
    const accountId = ctx.principal?.accountId ?? null;
    const after = decodeCursor(input.cursor, idPattern);
    const rows = await query<ListedRow>(listStatement, [
      accountId,
      after,
      input.limit + 1,
      restrictedTo(ctx.principal),
    ]);
    return toPage(
      rows,
      input.limit,
      ({ createdAt, updatedAt, ...row }) => ({
        ...row,
        createdAt: new Date(createdAt).toISOString(),
        updatedAt: new Date(updatedAt).toISOString(),
      }),
      ({ id }) => id,
    );
  }),

  mine: procedure("datasets.mine", {
    input: z.strictObject(pageInput),
    output: pageOf(datasetSchema),
  }).query(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    const { accountId } = caller;
    const before = decodeCursor(input.cursor, idPattern);
    const db = await database();
    const rows = await db
      .select()
      .from(datasets)
      .where(
        and(eq(datasets.ownerId, accountId), grantedTo(caller), before ? lt(datasets.id, before) : undefined),
      )
      .orderBy(desc(datasets.id))
      .limit(input.limit + 1);
    return pageOfDatasets(rows, input.limit, accountId);
  }),

  manifest: procedure("datasets.manifest", { input: one, output: manifestSchema }).query(
    async ({ ctx, input }) => {
      const dataset = await getReadableDataset(input.datasetId, ctx.principal);
      return manifestOf(dataset, await publishedEndpoints(dataset.id));
    },
  ),

  get: procedure("datasets.get", { input: one, output: datasetSchema.extend(progressSchema.shape) }).query(
    async ({ ctx, input }) => {
      const caller = callerOf(ctx);
      const { accountId } = caller;
      const row = await getOwnDataset(input.datasetId, caller);
      const db = await database();
      const states = await db
        .select({ state: documents.state, count: count(), chunks: sum(documents.chunkCount).mapWith(Number) })
        .from(documents)
        .where(eq(documents.datasetId, row.id))
        .groupBy(documents.state);
      const byState = { queued: 0, processing: 0, ready: 0, failed: 0 };
      for (const { state, count } of states) byState[state] = count;
      return {
        ...toDataset(row, accountId, byState.ready + byState.queued + byState.processing + byState.failed),
        documents: byState,
        chunkCount: states.reduce((total, { chunks }) => total + (chunks ?? 0), 0),
        indexing: await isIndexing(row.id),
      };
    },
  ),

  create: procedure("datasets.create", {
    input: z.strictObject({
      name: nameField(100),
      description: proseField(2_000).default(""),
      visibility: visibility.default("private"),
      language: languageField.default("english"),
      embeddingModel: modelField.optional(),
    }),
    output: datasetSchema,
  }).mutation(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    const id = ctx.idempotency.idFor("ds");
    const embeddingModel = availableModel(input.embeddingModel);
    const db = await database();
    const row = await db.transaction(async (tx) => {
      const [created] = await tx
        .insert(datasets)
        .values({ id, ownerId: caller.accountId, ...input, embeddingModel })
        .onConflictDoNothing()
        .returning();
      const credentialId = restrictedTo(caller);
      // Who makes a dataset may fill it.
      if (created && credentialId)
        await tx.insert(credentialDatasets).values({ credentialId, datasetId: id });
      return created;
    });
    return toDataset(row ?? (await getOwnDataset(id, caller)), caller.accountId, 0);
  }),

  update: procedure("datasets.update", {
    input: one.extend({
      name: nameField(100).optional(),
      description: proseField(2_000).optional(),
      visibility: visibility.optional(),
      language: languageField.optional(),
      embeddingModel: modelField.optional(),
    }),
    output: datasetSchema,
  }).mutation(async ({ ctx, input: { datasetId, ...input } }) => {
    const caller = callerOf(ctx);
    const { accountId } = caller;
    const { name, description, visibility, language } = input;
    const embeddingModel = input.embeddingModel && availableModel(input.embeddingModel);
    const db = await database();
    const row = await db.transaction(async (tx) => {
      const before = embeddingModel && (await embeddingModelOf(tx, datasetId));
      const [changed] = await tx
        .update(datasets)
        .set({
          updatedAt: new Date(),
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
          ...(visibility === undefined ? {} : { visibility }),
          ...(language === undefined ? {} : { language, formerLanguage: formerLanguage(language) }),
          ...(embeddingModel === undefined ? {} : { embeddingModel }),
        })
        .where(and(eq(datasets.id, datasetId), eq(datasets.ownerId, accountId), grantedTo(caller)))
        .returning();
      if (changed && (language ?? embeddingModel) !== undefined) {
        await tx.insert(indexingRequests).values({ datasetId });
      }
      if (changed && embeddingModel !== before) {
        await chargeVectors(tx, caller, { datasetId, model: changed.embeddingModel });
      }
      return changed;
    });
    if (!row) throw datasetNotFound(datasetId, caller);
    const counts = await documentCounts([row.id]);
    return toDataset(row, accountId, counts.get(row.id) ?? 0);
  }),

  delete: procedure("datasets.delete", { input: one, output: z.void() }).mutation(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    await getOwnDataset(input.datasetId, caller);
    const db = await database();
    const gone = await db.transaction((tx) => deleteDatasets(tx, caller.accountId, [input.datasetId]));
    if (gone.length === 0) throw datasetNotFound(input.datasetId, caller);
  }),
});

async function pageOfDatasets(rows: DatasetRow[], limit: number, accountId: string | null) {
  const counts = await documentCounts(rows.map(({ id }) => id));
  return toPage(
    rows,
    limit,
    (row) => toDataset(row, accountId, counts.get(row.id) ?? 0),
    ({ id }) => id,
  );
}

async function documentCounts(datasetIds: string[]): Promise<Map<string, number>> {
  if (datasetIds.length === 0) return new Map();
  const db = await database();
  const rows = await db
    .select({ datasetId: documents.datasetId, count: count() })
    .from(documents)
    .where(inArray(documents.datasetId, datasetIds))
    .groupBy(documents.datasetId);
  return new Map(rows.map(({ datasetId, count }) => [datasetId, count]));
}

/** Changed by nobody else until the transaction ends. */
async function embeddingModelOf(tx: Transaction, datasetId: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ model: datasets.embeddingModel })
    .from(datasets)
    .where(eq(datasets.id, datasetId))
    .for("update");
  return row?.model;
}

/** What there is stays searchable by it until it is indexed anew. */
function formerLanguage(language: string) {
  return sql`case when ${datasets.language} = ${language} then ${datasets.formerLanguage} else coalesce(${datasets.formerLanguage}, ${datasets.language}) end`;
}

/** The default when none is asked for. @throws ApiError invalid_input */
function availableModel(asked: string | undefined): string {
  const models = vectorModels();
  const model = asked ?? models[0] ?? lexicalHash.model;
  if (models.includes(model)) return model;
  throw new ApiError(
    "invalid_input",
    `Invalid input: embeddingModel: this installation has ${models.join(" and ")}.`,
  );
}

async function isIndexing(datasetId: string): Promise<boolean> {
  const [row] = await query<{ due: boolean }>(
    "select exists (select from indexing_requests where dataset_id = $1) as due",
    [datasetId],
  );
  return row?.due ?? false;
}

function toDataset(row: DatasetRow, accountId: string | null, documentCount: number) {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    visibility: row.visibility,
    own: accountId !== null && row.ownerId === accountId,
    language: row.language,
    embeddingModel: row.embeddingModel,
    documentCount,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
