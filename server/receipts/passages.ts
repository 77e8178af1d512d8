/**
 * The passages that a receipt names, cut from the version of the text that was read and shown in their place.
 * A text that the caller may no longer read is not shown, though it was once.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { type Reader, readableSql, restrictedTo } from "../dataset-access.ts";

/** As stored; receipts of earlier releases name documents and chunks alone. */
export const hitSchema = z.object({
  datasetId: z.string().nullable().default(null),
  documentId: z.string(),
  documentTitle: z.string().nullable().default(null),
  version: z.int().nullable().default(null).describe("Of the document's text that was read"),
  chunkId: z.string().nullable().default(null).describe("null: the whole document"),
  start: z.int().nullable().default(null).describe("Offset in that text, UTF-16 code units"),
  end: z.int().nullable().default(null).describe("Its end, exclusive"),
  rank: z.int().nullable().default(null),
  score: z.number().nullable().default(null),
});

export const passageFields = {
  passage: z
    .object({
      before: z.string().describe("What stands before it in the document"),
      text: z.string().describe("What was read"),
      after: z.string(),
    })
    .nullable(),
  missing: z
    .enum(["wholeDocument", "notRecorded", "documentGone", "versionGone", "notReadable"])
    .nullable()
    .describe("Why there is no passage: it was the whole document, or its text is gone or not yours to read"),
};

type StoredHit = z.output<typeof hitSchema>;
type Found = z.output<z.ZodObject<typeof passageFields>>;
type ReadHit = StoredHit & Found;

const surroundings = 600;
/** Each may be megabytes. */
const textsAtOnce = 10;

export async function withPassages(hits: readonly StoredHit[], reader: Reader): Promise<ReadHit[]> {
  const found = new Map<StoredHit, Found>();
  const byDocument = [...Map.groupBy(hits, ({ documentId }) => documentId)];
  for (let first = 0; first < byDocument.length; first += textsAtOnce) {
    const batch = byDocument.slice(first, first + textsAtOnce);
    const texts = await readTexts(batch, reader);
    for (const hit of batch.flatMap(([, ofDocument]) => ofDocument)) found.set(hit, cut(hit, texts));
  }
  return hits.map((hit) => ({ ...hit, ...(found.get(hit) ?? missing("documentGone")) }));
}

type TextRow = { documentId: string; readable: boolean; version: number | null; text: string | null };

/** All that is known of the documents: a row without a text for each that is there, and their texts that were read. */
async function readTexts(batch: readonly (readonly [string, readonly StoredHit[]])[], reader: Reader) {
  const named = batch.flatMap(([documentId, hits]) =>
    [...new Set(hits.filter(isPassage).map(({ version }) => version))].map((version) => ({
      documentId,
      version,
    })),
  );
  const access = readableSql("$1::text", "$2::text");
  return query<TextRow>(
    `with known as (
       select documents.id, ${access} as readable, documents.version, documents.text
       from documents join datasets on datasets.id = documents.dataset_id and deleted_at is null where documents.id = any($3::text[])
     ), named as (
       select * from unnest($4::text[], $5::int[]) as n(id, version)
     )
     select id as "documentId", readable, null::int as version, null::text as text from known
     union all
     select id, readable, version, text from known join named using (id, version) where readable
     union all
     select id, readable, v.version, v.text from known join named using (id)
       join document_versions v on v.document_id = id and v.version = named.version where readable`,
    [
      reader?.accountId ?? null,
      restrictedTo(reader),
      batch.map(([documentId]) => documentId),
      named.map(({ documentId }) => documentId),
      named.map(({ version }) => version),
    ],
  );
}

function isPassage(hit: StoredHit): hit is StoredHit & { version: number; start: number; end: number } {
  return hit.chunkId !== null && hit.version !== null && hit.start !== null && hit.end !== null;
}

function cut(hit: StoredHit, texts: readonly TextRow[]): Found {
  if (hit.chunkId === null) return missing("wholeDocument");
  if (!isPassage(hit)) return missing("notRecorded");
  const known = texts.filter(({ documentId }) => documentId === hit.documentId);
  if (known.length === 0) return missing("documentGone");
  if (known.some(({ readable }) => !readable)) return missing("notReadable");
  const text = known.find(({ version }) => version === hit.version)?.text ?? null;
  if (text === null) return missing("versionGone");
  const { start, end } = hit;
  return {
    passage: {
      before: text.slice(whole(text, Math.max(0, start - surroundings)), start),
      text: text.slice(start, end),
      after: text.slice(end, whole(text, Math.min(text.length, end + surroundings))),
    },
    missing: null,
  };
}

/** The same place, or one further where it would part the two halves of a character. */
function whole(text: string, place: number): number {
  return /^[\udc00-\udfff]/.test(text.slice(place, place + 1)) ? place + 1 : place;
}

function missing(why: NonNullable<Found["missing"]>): Found {
  return { passage: null, missing: why };
}
