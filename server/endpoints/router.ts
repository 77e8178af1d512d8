/**
 * Endpoints: the owner of a dataset drafts, publishes and takes back saved queries; who may query the dataset
 * sees what is published. Publishing an older version again is how one rolls back.
 */
import { and, count, desc, eq, isNotNull, lt } from "drizzle-orm";
import { z } from "zod";
import { database, type Transaction } from "#db/client.ts";
import { datasets } from "#db/schema/documents.ts";
import { endpoints, endpointVersions } from "#db/schema/endpoints.ts";
import { env } from "#env";
import { callerOf } from "../admission.ts";
import { getOwnDataset, getReadableDataset, grantedTo } from "../dataset-access.ts";
import { savedFixed, savedOptions } from "../endpoint.ts";
import { ApiError } from "../errors.ts";
import { idField } from "../fields.ts";
import { decodeCursor, idPattern, pageInput, pageOf, toPage } from "../pages.ts";
import type { Principal } from "../principal.ts";
import { procedure, router } from "../trpc.ts";
import { changedEndpoint, endpointDetailSchema, endpointId, endpointSchema, newEndpoint } from "./fields.ts";

/** Each is a tool that models read about. */
const mostPerDataset = 100;

export const endpointsRouter = router({
  list: procedure("endpoints.list", {
    input: z.strictObject({ datasetId: idField.describe("From list_datasets"), ...pageInput }),
    output: pageOf(endpointSchema),
  }).query(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    const before = decodeCursor(input.cursor, idPattern);
    const dataset = await getReadableDataset(input.datasetId, caller);
    const own = dataset.ownerId === caller.accountId;
    const db = await database();
    const rows = await withPublished(db)
      .where(
        and(
          eq(endpoints.datasetId, dataset.id),
          own ? undefined : isNotNull(endpoints.publishedVersion),
          before ? lt(endpoints.id, before) : undefined,
        ),
      )
      .orderBy(desc(endpoints.id))
      .limit(input.limit + 1);
    return toPage(
      rows,
      input.limit,
      (row) => toEndpoint(row, own),
      ({ endpoint }) => endpoint.id,
    );
  }),

  get: procedure("endpoints.get", { input: endpointId, output: endpointDetailSchema }).query(
    async ({ ctx, input }) => getDetail(await database(), input.endpointId, callerOf(ctx)),
  ),

  create: procedure("endpoints.create", { input: newEndpoint, output: endpointSchema }).mutation(
    async ({ ctx, input: { datasetId, publish, ...input } }) => {
      const caller = callerOf(ctx);
      const id = ctx.idempotency.idFor("ep");
      const dataset = await getOwnDataset(datasetId, caller);
      const db = await database();
      return db.transaction(async (tx) => {
        await assertRoom(tx, dataset.id);
        const values = { id, datasetId: dataset.id, ...input, title: input.title ?? input.name };
        const made = await tx.insert(endpoints).values(values).onConflictDoNothing().returning();
        const row = await findOwnEndpoint(tx, id, caller);
        if (!row) throw nameTaken(input.name);
        if (publish && made.length > 0) await publishDraft(tx, row);
        return toEndpoint(await getPublished(tx, id), true);
      });
    },
  ),

  update: procedure("endpoints.update", { input: changedEndpoint, output: endpointDetailSchema }).mutation(
    async ({ ctx, input: { endpointId: id, title, description, options, fixed } }) => {
      const caller = callerOf(ctx);
      const db = await database();
      return db.transaction(async (tx) => {
        await ownEndpoint(tx, id, caller);
        await tx
          .update(endpoints)
          .set({
            updatedAt: new Date(),
            ...(title === undefined ? {} : { title }),
            ...(description === undefined ? {} : { description }),
            ...(options === undefined ? {} : { options }),
            ...(fixed === undefined ? {} : { fixed }),
          })
          .where(eq(endpoints.id, id));
        return getDetail(tx, id, caller);
      });
    },
  ),

  publish: procedure("endpoints.publish", {
    input: endpointId.extend({
      version: z.int().min(1).optional().describe("An older one, to roll back; left out: the draft"),
    }),
    output: endpointDetailSchema,
  }).mutation(async ({ ctx, input: { endpointId: id, version } }) => {
    const caller = callerOf(ctx);
    const db = await database();
    return db.transaction(async (tx) => {
      const endpoint = await ownEndpoint(tx, id, caller);
      if (version === undefined) await publishDraft(tx, endpoint);
      else await publishAgain(tx, endpoint, version);
      return getDetail(tx, id, caller);
    });
  }),

  delete: procedure("endpoints.delete", { input: endpointId, output: z.void() }).mutation(
    async ({ ctx, input }) => {
      const caller = callerOf(ctx);
      const db = await database();
      await db.transaction(async (tx) => {
        await ownEndpoint(tx, input.endpointId, caller);
        await tx.delete(endpoints).where(eq(endpoints.id, input.endpointId));
      });
    },
  ),
});

type EndpointRow = typeof endpoints.$inferSelect;
type Content = Pick<EndpointRow, "title" | "description" | "options" | "fixed">;
type PublishedRow = { endpoint: EndpointRow; version: typeof endpointVersions.$inferSelect | null };
type Connection = Awaited<ReturnType<typeof database>> | Transaction;

function withPublished(db: Connection) {
  return db
    .select({ endpoint: endpoints, version: endpointVersions })
    .from(endpoints)
    .leftJoin(
      endpointVersions,
      and(
        eq(endpointVersions.endpointId, endpoints.id),
        eq(endpointVersions.version, endpoints.publishedVersion),
      ),
    );
}

async function getPublished(db: Connection, id: string): Promise<PublishedRow> {
  const [row] = await withPublished(db).where(eq(endpoints.id, id));
  if (!row) throw endpointNotFound();
  return row;
}

/** @throws ApiError not_found */
async function ownEndpoint(tx: Transaction, id: string, caller: Principal): Promise<EndpointRow> {
  const row = await findOwnEndpoint(tx, id, caller);
  if (!row) throw endpointNotFound();
  return row;
}

/** Locked until the end of the transaction. */
async function findOwnEndpoint(tx: Transaction, id: string, caller: Principal): Promise<EndpointRow | null> {
  const [row] = await tx
    .select({ endpoint: endpoints })
    .from(endpoints)
    .innerJoin(datasets, eq(datasets.id, endpoints.datasetId))
    .where(ownedBy(id, caller))
    .for("update", { of: endpoints });
  return row?.endpoint ?? null;
}

function ownedBy(id: string, caller: Principal) {
  return and(eq(endpoints.id, id), eq(datasets.ownerId, caller.accountId), grantedTo(caller));
}

async function getDetail(
  db: Connection,
  id: string,
  caller: Principal,
): Promise<z.output<typeof endpointDetailSchema>> {
  const [row] = await withPublished(db)
    .innerJoin(datasets, eq(datasets.id, endpoints.datasetId))
    .where(ownedBy(id, caller));
  if (!row) throw endpointNotFound();
  const versions = await db
    .select()
    .from(endpointVersions)
    .where(eq(endpointVersions.endpointId, id))
    .orderBy(desc(endpointVersions.version));
  return {
    ...toEndpoint(row, true),
    draft: contentOf(row.endpoint),
    versions: versions.map(({ version, createdAt, ...content }) => ({
      version,
      ...contentOf(content),
      createdAt: createdAt.toISOString(),
    })),
  };
}

async function assertRoom(tx: Transaction, datasetId: string): Promise<void> {
  // One at a time, so that no two find the last place.
  await tx.select({ id: datasets.id }).from(datasets).where(eq(datasets.id, datasetId)).for("no key update");
  const [found] = await tx
    .select({ count: count() })
    .from(endpoints)
    .where(eq(endpoints.datasetId, datasetId));
  if ((found?.count ?? 0) < mostPerDataset) return;
  throw new ApiError("conflict", `A dataset has at most ${mostPerDataset} endpoints: delete one first.`);
}

/** A draft that is published as it is stays the version it is. */
async function publishDraft(tx: Transaction, endpoint: EndpointRow): Promise<void> {
  const { version: current } = await getPublished(tx, endpoint.id);
  if (current && same(current, endpoint)) return;
  const version = endpoint.latestVersion + 1;
  await tx.insert(endpointVersions).values({ endpointId: endpoint.id, version, ...stored(endpoint) });
  await tx
    .update(endpoints)
    .set({ publishedVersion: version, latestVersion: version, updatedAt: new Date() })
    .where(eq(endpoints.id, endpoint.id));
}

async function publishAgain(tx: Transaction, endpoint: EndpointRow, version: number): Promise<void> {
  if (version > endpoint.latestVersion) {
    throw new ApiError("not_found", `Endpoint ${endpoint.name} has no version ${version}.`, {
      hint: "Read the endpoint: it lists its versions.",
    });
  }
  await tx
    .update(endpoints)
    .set({ publishedVersion: version, updatedAt: new Date() })
    .where(eq(endpoints.id, endpoint.id));
}

function toEndpoint({ endpoint, version }: PublishedRow, own: boolean): z.output<typeof endpointSchema> {
  return {
    id: endpoint.id,
    datasetId: endpoint.datasetId,
    name: endpoint.name,
    version: version?.version ?? null,
    ...contentOf(version ?? endpoint),
    unpublishedChanges: own && version !== null && !same(version, endpoint),
    url: `${env.appUrl}/api/v1/mcp/query/${endpoint.datasetId}/${endpoint.name}`,
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  };
}

function stored({ title, description, options, fixed }: Content): Content {
  return { title, description, options, fixed };
}

function contentOf({ title, description, options, fixed }: Content) {
  return { title, description, options: savedOptions.parse(options), fixed: savedFixed.parse(fixed) };
}

/** jsonb keeps keys in an order of its own, the same for equal values. */
function same(one: Content, other: Content): boolean {
  return JSON.stringify(stored(one)) === JSON.stringify(stored(other));
}

function nameTaken(name: string): ApiError {
  return new ApiError("conflict", `There is an endpoint ${name} in this dataset, - and _ counting as one.`, {
    hint: "Choose another name, or change that endpoint.",
  });
}

function endpointNotFound(): ApiError {
  return new ApiError("not_found", "Endpoint not found.", {
    hint: "See a dataset's endpoints with list_endpoints.",
  });
}
