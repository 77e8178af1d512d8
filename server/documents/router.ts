/** Documents of one's own datasets: added as text or files, watched, read, deleted. */
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { documentFormats, documentStates, documents, ingestionStages } from "#db/schema/documents.ts";
import { callerOf } from "../admission.ts";
import { getOwnDataset } from "../dataset-access.ts";
import { ApiError } from "../errors.ts";
import { idField, nameField, proseField, timeField } from "../fields.ts";
import { pageInput, pageOf } from "../pages.ts";
import { procedure, router } from "../trpc.ts";
import { cancelDocument, deleteDocument, retryDocument, updateDocument } from "./change.ts";
import { createDocuments } from "./create.ts";
import { documentOrders, documentSorts, listDocuments } from "./list.ts";
import { read } from "./read.ts";
import { readAddress } from "./read-address.ts";
import { type DocumentRow, documentColumns } from "./rows.ts";

const maxFiles = 1_000;

const documentSchema = z
  .object({
    id: z.string(),
    datasetId: z.string(),
    title: z.string(),
    format: z.enum(documentFormats),
    externalId: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    sizeBytes: z.int(),
    contentHash: z.string().describe("SHA-256 of what was sent, hex"),
    sourceUrl: z.string().nullable().describe("Where it was read from the web"),
    goneAt: timeField.nullable().describe("Since when it is no longer there"),
    version: z.int().describe("Of its text; a receipt names the one that was read"),
    state: z
      .enum(documentStates)
      .describe(
        "Of the latest reading: queued, processing, then ready or failed. Earlier text stays searchable",
      ),
    stage: z.enum(ingestionStages).nullable().describe("What is being done while it is processing"),
    progress: z.number().nullable().describe("How much of it is done, 0 to 1"),
    reason: z.string().nullable().describe("Why it failed"),
    retryable: z.boolean().describe("It failed, and can be retried without sending it again"),
    chunkCount: z.int().describe("Passages that are searched now"),
    duplicate: z.boolean().describe("The dataset held this content already; nothing was added"),
    createdAt: timeField,
    updatedAt: timeField,
  })
  .meta({ id: "Document" });

const datasetId = idField;
const one = z.strictObject({ datasetId, documentId: idField });

const metadataText = z.string().max(2_000);
const metadataField = z
  .record(
    z.string().max(100),
    z.union([metadataText, z.number(), z.boolean(), z.null(), z.array(metadataText).max(100)]),
  )
  .refine((fields) => Object.keys(fields).length <= 50, "at most 50 fields");

export const documentsRouter = router({
  read,

  create: procedure("documents.create", {
    input: z
      .strictObject({
        datasetId: datasetId.describe("A dataset of yours"),
        title: nameField(300)
          .optional()
          .describe("What the document is called; needed with a text, a page has a title of its own"),
        text: z
          .string()
          .min(1, "must not be empty")
          .optional()
          .describe("The document: plain text, Markdown, HTML, …"),
        url: z
          .string()
          .max(2_000)
          .optional()
          .describe("Instead of a text: the address of a page or file, which is read once, now"),
        format: z
          .enum(documentFormats)
          .exclude(["pdf", "docx"])
          .optional()
          .describe("Of a text; found out when left out"),
        externalId: nameField(300)
          .optional()
          .describe("Your own id, or the address: sending it again replaces the document"),
        metadata: metadataField
          .optional()
          .describe(
            "Your own fields, which searches filter by: texts, numbers, true or false, lists of texts",
          ),
      })
      .refine(({ text, url }) => (text === undefined) !== (url === undefined), {
        path: ["text"],
        error: "send either a text or a url",
      })
      .refine(({ text, title }) => text === undefined || title !== undefined, {
        path: ["title"],
        error: "must not be empty",
      }),
    output: documentSchema,
  }).mutation(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    await getOwnDataset(input.datasetId, caller);
    const [row] = await createDocuments({
      datasetId: input.datasetId,
      credential: { kind: caller.kind, id: caller.credentialId },
      idFor: (place) => ctx.idempotency.idFor("doc", place),
      items: [
        {
          ...(input.url === undefined
            ? { content: new TextEncoder().encode(input.text), format: input.format }
            : await readAddress(input.url, ctx.signal)),
          ...(input.title ? { title: input.title } : {}),
          ...(input.externalId ? { externalId: input.externalId } : {}),
          ...(input.metadata ? { metadata: input.metadata } : {}),
        },
      ],
    });
    if (!row) throw new Error("createDocuments returned nothing");
    return toDocument(row);
  }),

  upload: procedure("documents.upload", {
    input: z.strictObject({
      datasetId,
      files: z
        .array(
          z.object({ name: z.string().max(300), mediaType: z.string(), content: z.instanceof(Uint8Array) }),
        )
        .min(1, "send at least one part named file")
        .max(maxFiles, `send at most ${maxFiles} files at once`),
      title: nameField(300).optional().describe("For a single file; its name otherwise"),
      externalId: nameField(300).optional().describe("For a single file"),
      externalIdFrom: z
        .enum(["name"])
        .optional()
        .describe(
          "name: each file's name, with its folders, is its externalId, so that it can be sent again",
        ),
    }),
    output: z.union([documentSchema, z.object({ items: z.array(documentSchema) })]),
  }).mutation(async ({ ctx, input }) => {
    const caller = callerOf(ctx);
    await getOwnDataset(input.datasetId, caller);
    const single = input.files.length === 1;
    const rows = await createDocuments({
      datasetId: input.datasetId,
      credential: { kind: caller.kind, id: caller.credentialId },
      idFor: (place) => ctx.idempotency.idFor("doc", place),
      items: input.files.map(({ name, mediaType, content }) => ({
        fileName: name,
        mediaType,
        content,
        ...(single && input.title ? { title: input.title } : {}),
        ...(input.externalIdFrom ? { externalId: name } : {}),
        ...(single && input.externalId ? { externalId: input.externalId } : {}),
      })),
    });
    const items = rows.map(toDocument);
    return single && items.length === 1 && items[0] ? items[0] : { items };
  }),

  list: procedure("documents.list", {
    input: z.strictObject({
      datasetId,
      ...pageInput,
      state: z.enum(documentStates).optional(),
      search: proseField(200).optional().describe("Stands in the title or external id, in capitals or not"),
      sort: z.enum(documentSorts).default("added"),
      order: z
        .enum(documentOrders)
        .optional()
        .describe("Left out: titles from A, all else from the newest or most"),
    }),
    output: pageOf(documentSchema),
  }).query(async ({ ctx, input: { datasetId, ...listing } }) => {
    await getOwnDataset(datasetId, callerOf(ctx));
    const page = await listDocuments(datasetId, listing);
    return { items: page.items.map(toDocument), nextCursor: page.nextCursor };
  }),

  get: procedure("documents.get", {
    input: one,
    output: documentSchema.extend({ text: z.string().nullable().describe("null until ready") }),
  }).query(async ({ ctx, input }) => {
    await getOwnDataset(input.datasetId, callerOf(ctx));
    const db = await database();
    const [row] = await db
      .select({ ...documentColumns, text: documents.text })
      .from(documents)
      .where(and(eq(documents.id, input.documentId), eq(documents.datasetId, input.datasetId)));
    if (!row) throw documentNotFound();
    if (row.text !== null) {
      const { datasetId, id: documentId, title: documentTitle, version } = row;
      const whole = { chunkId: null, start: 0, end: row.text.length, rank: null, score: null };
      ctx.charge.record({ query: null, hits: [{ datasetId, documentId, documentTitle, version, ...whole }] });
    }
    return { ...toDocument(row), text: row.text };
  }),

  update: procedure("documents.update", {
    input: one.extend({
      title: nameField(300).optional(),
      metadata: metadataField.optional().describe("Replaces what it has"),
    }),
    output: documentSchema,
  }).mutation(async ({ ctx, input: { title, metadata, ...place } }) => {
    await getOwnDataset(place.datasetId, callerOf(ctx));
    return toDocument(present(await updateDocument(place, { title, metadata })));
  }),

  cancel: procedure("documents.cancel", { input: one, output: documentSchema }).mutation(
    async ({ ctx, input }) => {
      await getOwnDataset(input.datasetId, callerOf(ctx));
      return toDocument(present(await cancelDocument(input)));
    },
  ),

  retry: procedure("documents.retry", { input: one, output: documentSchema }).mutation(
    async ({ ctx, input }) => {
      const caller = callerOf(ctx);
      await getOwnDataset(input.datasetId, caller);
      const credential = { kind: caller.kind, id: caller.credentialId };
      return toDocument(present(await retryDocument(input, credential)));
    },
  ),

  delete: procedure("documents.delete", { input: one, output: z.void() }).mutation(async ({ ctx, input }) => {
    await getOwnDataset(input.datasetId, callerOf(ctx));
    if (!(await deleteDocument(input))) throw documentNotFound();
  }),
});

function documentNotFound(): ApiError {
  return new ApiError("not_found", "Document not found.");
}

function present(row: DocumentRow | null): DocumentRow {
  if (!row) throw documentNotFound();
  return row;
}

function toDocument(row: DocumentRow & { duplicate?: boolean }) {
  return {
    id: row.id,
    datasetId: row.datasetId,
    title: row.title,
    format: row.format,
    externalId: row.externalId,
    metadata: row.metadata,
    sizeBytes: row.sizeBytes,
    contentHash: row.contentHash,
    sourceUrl: row.sourceUrl,
    goneAt: row.goneAt?.toISOString() ?? null,
    version: row.version,
    state: row.state,
    stage: row.stage,
    progress: row.progress,
    reason: row.reason,
    retryable: row.retryable,
    chunkCount: row.chunkCount,
    duplicate: row.duplicate ?? false,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
