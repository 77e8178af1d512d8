/** Places of the web that a dataset's documents are read from: added, watched, refreshed, deleted. */
import { z } from "zod";
import { query } from "#db/client.ts";
import { pageOutcomes, sourceKinds, sourceStates } from "#db/schema/sources.ts";
import { callerOf } from "../admission.ts";
import { getOwnDataset } from "../dataset-access.ts";
import { ApiError } from "../errors.ts";
import { idField, timeField } from "../fields.ts";
import { procedure, router } from "../trpc.ts";
import { createSource, deleteSource, refreshSource, updateSource } from "./change-source.ts";

/** A year. */
const mostHours = 24 * 366;
const shownProblems = 100;

const countsSchema = z.object({
  pages: z.int(),
  waiting: z.int().describe("Not read yet"),
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  failed: z.int(),
  gone: z.int().describe("Answered 404 or 410, or no longer in the archive"),
});

const sourceSchema = z
  .object({
    id: z.string(),
    datasetId: z.string(),
    kind: z.enum(sourceKinds),
    url: z.string(),
    everyHours: z.int().nullable().describe("Hours between two readings; null: read when asked"),
    state: z.enum(sourceStates).describe("queued, reading, then ready or failed"),
    reason: z.string().nullable().describe("Why it failed, or what was left out"),
    counts: countsSchema.describe("What the latest reading found"),
    readAt: timeField.nullable().describe("End of the latest reading"),
    nextReadAt: timeField.nullable(),
    createdAt: timeField,
    updatedAt: timeField,
  })
  .meta({ id: "Source" });

const datasetId = idField;
const one = z.strictObject({ datasetId, sourceId: idField });
const everyHours = z.int().min(1).max(mostHours).nullable();

export const sourcesRouter = router({
  create: procedure("sources.create", {
    input: z.strictObject({
      datasetId,
      url: z.string().min(1).max(2_000),
      kind: z.enum(sourceKinds).optional().describe("Left out: by what the address looks like"),
      everyHours: everyHours
        .default(null)
        .describe("Read it again after so many hours; null: only when asked"),
    }),
    output: sourceSchema,
  }).mutation(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    await getOwnDataset(input.datasetId, caller);
    const { id } = await createSource({
      ...input,
      id: ctx.idempotency.idFor("src", 0),
      kind: input.kind,
      credential: { kind: caller.kind, id: caller.credentialId },
    });
    return sourceOf(input.datasetId, id);
  }),

  list: procedure("sources.list", {
    input: z.strictObject({ datasetId }),
    output: z.object({ items: z.array(sourceSchema) }),
  }).query(async ({ ctx, input }) => {
    await getOwnDataset(input.datasetId, callerOf(ctx));
    return { items: await listSources(input.datasetId) };
  }),

  get: procedure("sources.get", {
    input: one,
    output: sourceSchema.extend({
      problems: z
        .array(
          z.object({ address: z.string(), outcome: z.enum(pageOutcomes), reason: z.string().nullable() }),
        )
        .describe(`Pages that could not be read or are gone, the first ${shownProblems}`),
    }),
  }).query(async ({ ctx, input }) => {
    await getOwnDataset(input.datasetId, callerOf(ctx));
    const source = await sourceOf(input.datasetId, input.sourceId);
    const problems = await query<{
      address: string;
      outcome: (typeof pageOutcomes)[number];
      reason: string | null;
    }>(
      `select address, outcome, reason from source_pages where source_id = $1 and outcome in ('failed', 'gone')
       order by address limit ${shownProblems}`,
      [input.sourceId],
    );
    return { ...source, problems };
  }),

  update: procedure("sources.update", {
    input: one.extend({ everyHours }),
    output: sourceSchema,
  }).mutation(async ({ ctx, input: { everyHours, ...place } }) => {
    await getOwnDataset(place.datasetId, callerOf(ctx));
    await updateSource(place, everyHours);
    return sourceOf(place.datasetId, place.sourceId);
  }),

  refresh: procedure("sources.refresh", { input: one, output: sourceSchema }).mutation(
    async ({ ctx, input }) => {
      const caller = callerOf(ctx);
      await getOwnDataset(input.datasetId, caller);
      await refreshSource(input, { kind: caller.kind, id: caller.credentialId });
      return sourceOf(input.datasetId, input.sourceId);
    },
  ),

  delete: procedure("sources.delete", {
    input: one.extend({ withDocuments: z.boolean().default(false).describe("Delete its documents too") }),
    output: z.void(),
  }).mutation(async ({ ctx, input: { withDocuments, ...place } }) => {
    await getOwnDataset(place.datasetId, callerOf(ctx));
    if (!(await deleteSource(place, withDocuments))) throw sourceNotFound();
  }),
});

function sourceNotFound(): ApiError {
  return new ApiError("not_found", "Source not found.");
}

async function sourceOf(datasetId: string, sourceId: string): Promise<z.output<typeof sourceSchema>> {
  const [source] = await listSources(datasetId, sourceId);
  if (!source) throw sourceNotFound();
  return source;
}

type Row = Omit<
  z.output<typeof sourceSchema>,
  "counts" | "readAt" | "nextReadAt" | "createdAt" | "updatedAt"
> &
  z.output<typeof countsSchema> &
  Record<"readAt" | "nextReadAt", string | null> &
  Record<"createdAt" | "updatedAt", string>;

/** Newest first. */
async function listSources(datasetId: string, sourceId?: string) {
  const outcomes = pageOutcomes.map(
    (outcome) => `count(*) filter (where p.outcome = '${outcome}')::int as ${outcome}`,
  );
  const rows = await query<Row>(
    `select s.id, s.dataset_id as "datasetId", s.kind, s.url, s.every_hours as "everyHours", s.state, s.reason,
       s.read_at as "readAt", s.next_read_at as "nextReadAt", s.created_at as "createdAt", s.updated_at as "updatedAt",
       count(p.address)::int as pages, ${outcomes.join(", ")}
     from sources s left join source_pages p on p.source_id = s.id
     where s.dataset_id = $1 and ($2::text is null or s.id = $2)
     group by s.id order by s.created_at desc, s.id desc`,
    [datasetId, sourceId ?? null],
  );
  const time = (value: string | null) => (value === null ? null : new Date(value).toISOString());
  return rows.map((row) => ({
    id: row.id,
    datasetId: row.datasetId,
    kind: row.kind,
    url: row.url,
    everyHours: row.everyHours,
    state: row.state,
    reason: row.reason,
    counts: {
      pages: row.pages,
      waiting: row.waiting,
      added: row.added,
      changed: row.changed,
      unchanged: row.unchanged,
      failed: row.failed,
      gone: row.gone,
    },
    readAt: time(row.readAt),
    nextReadAt: time(row.nextReadAt),
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  }));
}
