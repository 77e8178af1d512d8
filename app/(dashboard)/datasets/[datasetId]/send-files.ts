/** Sends files to a dataset by multipart requests, with progress: fetch cannot tell how much has been sent. */
import * as z from "zod/mini";

const filesABatch = 20;
const bytesABatch = 20 * 1024 * 1024;

/** Few and small enough for one request each; a file larger than that goes alone. */
export function toBatches<File extends { size: number }>(files: readonly File[]): File[][] {
  const batches: File[][] = [];
  let batch: File[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length === filesABatch || (batch.length > 0 && bytes + file.size > bytesABatch)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** With its folder, where it came in one: chosen (`webkitRelativePath`) or dropped (`path`). */
export function nameOf(file: { name: string; webkitRelativePath?: string }): string {
  const path = "path" in file && typeof file.path === "string" ? file.path : (file.webkitRelativePath ?? "");
  return path.replace(/^(\.?\/)+/, "") || file.name;
}

const documentSchema = z.object({
  title: z.string(),
  state: z.string(),
  reason: z.nullable(z.string()),
  duplicate: z.boolean(),
});
const answerSchema = z.union([z.object({ items: z.array(documentSchema) }), documentSchema]);
const problemSchema = z.object({ detail: z.string(), code: z.string() });

/** The documents that came of the files: of an archive each of its files, of an e-mail what is attached too. */
export type Sent =
  | { ok: true; documents: { title: string; failed: string | null; duplicate: boolean }[] }
  | { ok: false; detail: string; code: string };

/** In documents, which may be more than the files. `unsent`: a file that can be sent again as it is. */
export type Outcome = {
  added: number;
  duplicates: number;
  failures: readonly { name: string; reason: string; unsent: File | null }[];
};

export function outcomeOf(answer: Sent, files: readonly File[]): Outcome {
  if (!answer.ok) {
    const failures = files.map((file) => ({ name: nameOf(file), reason: answer.detail, unsent: file }));
    return { added: 0, duplicates: 0, failures };
  }
  const failures = answer.documents.flatMap(({ title, failed }) =>
    failed === null ? [] : [{ name: title, reason: failed, unsent: null }],
  );
  const taken = answer.documents.filter(({ failed }) => failed === null);
  const duplicates = taken.filter(({ duplicate }) => duplicate).length;
  return { added: taken.length - duplicates, duplicates, failures };
}

export function sendFiles(
  datasetId: string,
  files: readonly File[],
  onProgress: (sentShare: number) => void,
): Promise<Sent> {
  const form = new FormData();
  for (const file of files) form.append("file", file, nameOf(file));
  const request = new XMLHttpRequest();
  request.open("POST", `/api/v1/datasets/${encodeURIComponent(datasetId)}/documents`);
  request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
  return new Promise((resolve) => {
    request.onload = () => resolve(readAnswer(request));
    request.onerror = () =>
      resolve({
        ok: false,
        code: "unreachable",
        // A browser tells the same of a lost network and of a file that changed after it was chosen.
        detail: "It could not be sent: the server was out of reach, or the file has changed or is a folder.",
      });
    request.send(form);
  });
}

function readAnswer({ status, responseText }: XMLHttpRequest): Sent {
  const body = parse(responseText);
  const answer = answerSchema.safeParse(body);
  if (status < 300 && answer.success) {
    const items = "items" in answer.data ? answer.data.items : [answer.data];
    return {
      ok: true,
      documents: items.map(({ title, state, reason, duplicate }) => ({
        title,
        failed: state === "failed" ? (reason ?? "It could not be read.") : null,
        duplicate,
      })),
    };
  }
  const problem = problemSchema.safeParse(body);
  if (problem.success) return { ok: false, ...problem.data };
  return { ok: false, code: "internal", detail: `The server answered ${status}.` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
