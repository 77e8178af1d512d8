/**
 * The REST API as a pusher needs it. What may pass is tried again: 429 when Retry-After says so, broken
 * connections and 5xx with growing pauses. Sending twice is sending once, since each file has its own id.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** One line for the person who looks on. */
export class PushFailure extends Error {
  override name = "PushFailure";
}

const documentSchema = z.object({
  id: z.string(),
  externalId: z.string().nullable(),
  sourceUrl: z.string().nullable(),
  contentHash: z.string(),
  state: z.enum(["queued", "processing", "ready", "failed"]),
  reason: z.string().nullable(),
  retryable: z.boolean(),
  duplicate: z.boolean(),
});
export type RemoteDocument = z.output<typeof documentSchema>;

const pageSchema = z.object({ items: z.array(documentSchema), nextCursor: z.string().nullable() });
const sentSchema = z.union([z.object({ items: z.array(documentSchema) }), documentSchema]);
const datasetSchema = z.object({
  documents: z.object({ queued: z.int(), processing: z.int(), ready: z.int(), failed: z.int() }),
});
const problemSchema = z.object({ detail: z.string().optional() }).catch({});

const timeoutMs = 120_000;
const attempts = 6;

export type Upload = { readonly externalId: string; readonly content: Uint8Array<ArrayBuffer> };

export class Api {
  readonly #url: string;
  readonly #key: string;
  readonly #say: (line: string) => void;

  constructor(options: { url: string; key: string; datasetId: string; say: (line: string) => void }) {
    const dataset = encodeURIComponent(options.datasetId);
    this.#url = `${options.url.replace(/\/+$/, "")}/api/v1/datasets/${dataset}`;
    this.#key = options.key;
    this.#say = options.say;
  }

  async listDocuments(): Promise<RemoteDocument[]> {
    const documents: RemoteDocument[] = [];
    let cursor: string | null = null;
    do {
      const search: URLSearchParams = new URLSearchParams({ limit: "200", ...(cursor ? { cursor } : {}) });
      const page: z.output<typeof pageSchema> = pageSchema.parse(await this.#call(`/documents?${search}`));
      documents.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return documents;
  }

  /** Answers in the order of the files. */
  async upload(files: readonly Upload[]): Promise<RemoteDocument[]> {
    const [first] = files;
    if (!first) return [];
    const form = () => {
      const made = new FormData();
      for (const { externalId, content } of files) made.append("file", new Blob([content]), externalId);
      // A name in a multipart header cannot hold every character, a field can.
      if (files.length === 1) {
        made.append("externalId", first.externalId);
        made.append("title", first.externalId);
      } else made.append("externalIdFrom", "name");
      return made;
    };
    const sent = sentSchema.parse(await this.#call("/documents", { method: "POST", body: form }));
    return "items" in sent ? sent.items : [sent];
  }

  async deleteDocument(id: string): Promise<void> {
    await this.#call(`/documents/${encodeURIComponent(id)}`, { method: "DELETE", absentIsFine: true });
  }

  async progress(): Promise<{ waiting: number }> {
    const { documents } = datasetSchema.parse(await this.#call(""));
    return { waiting: documents.queued + documents.processing };
  }

  async #call(
    path: string,
    ask: { method?: string; body?: () => FormData; absentIsFine?: boolean } = {},
  ): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#send(path, ask);
      const last = attempt === attempts;
      if (answer instanceof Response) {
        if (answer.ok) return answer.status === 204 ? null : await answer.json();
        if (answer.status === 404 && ask.absentIsFine) return null;
        const text = await answer.text();
        if (answer.status === 429) {
          const seconds = Number(answer.headers.get("retry-after")) || 5;
          this.#say(`The server asks to wait ${seconds} s.`);
          await sleep(seconds * 1000);
          // Waiting as told is no failed attempt.
          attempt -= 1;
          continue;
        }
        if (answer.status < 500 || last) throw new PushFailure(wordsOf(answer.status, text));
      } else if (last) throw new PushFailure(answer.message);
      await sleep(Math.min(30_000, 500 * 2 ** attempt));
    }
  }

  async #send(path: string, ask: { method?: string; body?: () => FormData }): Promise<Response | Error> {
    try {
      return await fetch(this.#url + path, {
        method: ask.method ?? "GET",
        headers: { "X-API-Key": this.#key },
        signal: AbortSignal.timeout(timeoutMs),
        ...(ask.body ? { body: ask.body() } : {}),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const words = cause instanceof Error ? cause.message || cause.name : String(cause);
      return new Error(`No answer from ${new URL(this.#url).origin}: ${words}.`);
    }
  }
}

function wordsOf(status: number, text: string): string {
  let detail: string | undefined;
  try {
    detail = problemSchema.parse(JSON.parse(text)).detail;
  } catch {
    // Something before the server answered, in its own words.
  }
  return `The server refused: ${detail ?? `status ${status}`}`;
}
