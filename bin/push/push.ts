/**
 * Makes the dataset hold what the folder holds. What is there already is known from the server's own list, by
 * content hash, so there is no state of its own to lose: stopped anywhere and run again, it sends the rest.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Api, PushFailure, type RemoteDocument, type Upload } from "./api.ts";
import { hashOf, type LocalFile, listFiles } from "./files.ts";
import { createProgress } from "./progress.ts";

export type PushOptions = {
  readonly url: string;
  readonly key: string;
  readonly datasetId: string;
  readonly folder: string;
  readonly prefix: string;
  readonly concurrency: number;
  readonly deletes: boolean;
  readonly force: boolean;
  readonly waits: boolean;
  readonly dryRun: boolean;
};

const filesAtOnce = 50;
const bytesAtOnce = 8 * 1024 * 1024;
/** The server takes no larger request; what it takes but will not read ends as failed, with the reason. */
const bytesAtMost = 90 * 1024 * 1024;
const longestId = 300;
const fewDocuments = 10;
const shownReasons = 20;

type Plan = {
  readonly upload: LocalFile[];
  readonly gone: RemoteDocument[];
  readonly unchanged: number;
  /** Files that cannot be sent, with the reason. */
  readonly refused: Map<string, string>;
};

export async function push(options: PushOptions): Promise<{ refused: number }> {
  const progress = createProgress();
  const api = new Api({ ...options, say: progress.say });
  progress.show(`Comparing ${options.folder} with the dataset …`);
  const [files, remote] = await Promise.all([listFiles(options.folder), api.listDocuments()]);
  const plan = await compare(files, remote, options);
  if (options.dryRun) {
    for (const { path } of plan.upload) progress.say(`send   ${options.prefix}${path}`);
    for (const { externalId } of plan.gone) progress.say(`delete ${externalId}`);
  }
  const done = options.dryRun
    ? { added: 0, changed: 0, same: 0 }
    : await carryOut(api, plan, remote, options, progress);
  if (!options.dryRun && options.waits && done.added + done.changed > 0) {
    await settle(api, progress);
    await learnFailures(api, plan, options);
  }
  for (const [path, reason] of [...plan.refused].slice(0, shownReasons)) progress.say(`  ${path}: ${reason}`);
  if (plan.refused.size > shownReasons) progress.say(`  … and ${plan.refused.size - shownReasons} more`);
  progress.say(
    options.dryRun
      ? `${files.length} files: ${plan.upload.length} to send, ${plan.unchanged} unchanged, ${plan.gone.length} to delete.`
      : `${files.length} files: ${done.added} new, ${done.changed} changed, ${plan.unchanged + done.same} unchanged, ${plan.gone.length} deleted, ${plan.refused.size} refused.`,
  );
  return { refused: plan.refused.size };
}

async function compare(
  files: readonly LocalFile[],
  remote: readonly RemoteDocument[],
  { prefix, deletes, force }: PushOptions,
): Promise<Plan> {
  const known = new Map(
    remote.flatMap((each) => (each.externalId === null ? [] : [[each.externalId, each]])),
  );
  const plan: Plan = { upload: [], gone: [], unchanged: 0, refused: new Map() };
  let unchanged = 0;
  for (const file of files) {
    const externalId = prefix + file.path;
    const present = known.get(externalId);
    if (externalId.length > longestId)
      plan.refused.set(file.path, `its path has more than ${longestId} characters`);
    else if (file.sizeBytes > bytesAtMost) plan.refused.set(file.path, "it is too large to be sent");
    else if (present && !present.retryable && (await hashOf(file)) === present.contentHash) {
      if (present.state === "failed") plan.refused.set(file.path, present.reason ?? "it could not be read");
      else unchanged += 1;
    } else plan.upload.push(file);
  }
  if (!deletes) return { ...plan, unchanged };
  const here = new Set(files.map(({ path }) => prefix + path));
  // What was read from the web under an address is not this folder's.
  const ours = remote.filter(
    ({ externalId, sourceUrl }) => sourceUrl === null && externalId !== null && externalId.startsWith(prefix),
  );
  const gone = ours.filter(({ externalId }) => !here.has(externalId ?? ""));
  if (gone.length > fewDocuments && gone.length * 2 > ours.length && !force) {
    throw new PushFailure(
      `${gone.length} of ${ours.length} documents have no file in this folder. If they shall be deleted, add --force.`,
    );
  }
  return { ...plan, unchanged, gone };
}

async function carryOut(
  api: Api,
  plan: Plan,
  remote: readonly RemoteDocument[],
  { concurrency, prefix }: PushOptions,
  progress: ReturnType<typeof createProgress>,
) {
  const before = new Set(remote.map(({ id }) => id));
  const done = { added: 0, changed: 0, same: 0 };
  let sent = 0;
  await inParallel(concurrency, batches(plan.upload, prefix), async (batch) => {
    const uploads: Upload[] = [];
    for (const file of batch) {
      const content = await readFile(file.absolute).catch(() => null);
      if (content) uploads.push({ externalId: prefix + file.path, content: new Uint8Array(content) });
      else plan.refused.set(file.path, "it cannot be read here");
    }
    for (const [place, row] of (await api.upload(uploads)).entries()) {
      if (row.state === "failed")
        plan.refused.set(uploads[place]?.externalId ?? "", row.reason ?? "it failed");
      else if (row.duplicate) done.same += 1;
      else if (before.has(row.id)) done.changed += 1;
      else done.added += 1;
    }
    sent += batch.length;
    progress.show(`Sent ${sent} of ${plan.upload.length} files`);
  });
  let deleted = 0;
  await inParallel(concurrency, plan.gone, async ({ id }) => {
    await api.deleteDocument(id);
    progress.show(`Deleted ${++deleted} of ${plan.gone.length} documents`);
  });
  return done;
}

/** A name that a multipart header would change goes alone, where it is a field. */
function* batches(files: readonly LocalFile[], prefix: string): Generator<LocalFile[]> {
  let batch: LocalFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (/["\r\n\\]|^\s|\s$/.test(prefix + file.path)) {
      yield [file];
      continue;
    }
    if (batch.length === filesAtOnce || (batch.length > 0 && bytes + file.sizeBytes > bytesAtOnce)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

async function inParallel<Item>(
  workers: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const run = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: workers }, run));
}

/** Until the server has read all that waits in the dataset. */
async function settle(api: Api, progress: ReturnType<typeof createProgress>): Promise<void> {
  for (let pauseMs = 500; ; pauseMs = Math.min(10_000, pauseMs * 1.5)) {
    const { waiting } = await api.progress();
    if (waiting === 0) return;
    progress.show(`The server reads: ${waiting} to go`);
    await sleep(pauseMs);
  }
}

async function learnFailures(api: Api, plan: Plan, { prefix }: PushOptions): Promise<void> {
  const sent = new Set(plan.upload.map(({ path }) => prefix + path));
  for (const { externalId, state, reason } of await api.listDocuments()) {
    if (state === "failed" && externalId !== null && sent.has(externalId)) {
      plan.refused.set(externalId, reason ?? "it could not be read");
    }
  }
}
