/**
 * npm run eval: how good the search is, on documents that this machine has. Each is asked for by its own
 * description; told are recall@10 and nDCG@10 for each way of writing the query, for the words alone, the
 * vectors alone, both, and BM25 over the same passages. The documents are stored once, in a folder of the
 * system's temporary one, or on the PostgreSQL that DATABASE_URL names, which must be empty or hold them.
 *
 *   --documents 2000   how many at most
 *   --half report      of the questions: "tune" is the half that was looked at while tuning, or "all"
 *   --questions 300    how many of that half
 *   --only hybrid      one column beside BM25: text, vector or hybrid; all when left out
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase, openPglite, query, replaceConnection } from "#db/client.ts";
import { env } from "#env";
import { searchDataset } from "#server/search/query.ts";
import { createBm25 } from "./bm25.ts";
import { datasetId, fingerprint, load } from "./load.ts";
import {
  type LabelledSet,
  type Question,
  readLabelledSet,
  type Variant,
  variants,
  vary,
} from "./questions.ts";

const { values: options } = parseArgs({
  options: {
    documents: { type: "string", default: "2000" },
    half: { type: "string", default: "report" },
    questions: { type: "string", default: "300" },
    only: { type: "string" },
  },
});

/** Where the right document stands among the first ten different ones, from 1; null: not there. */
type Place = number | null;
type Search = (query: string) => Promise<string[]>;

/** With fewer, every search finds everything. */
const fewestDocuments = 100;
const modes = ["text", "vector", "hybrid"] as const;
/** Searches at once: PostgreSQL has a process for each. */
const callers = 4;

const say = (line: string) => process.stdout.write(`${line}\n`);
const named =
  (mode: (typeof modes)[number]): Search =>
  async (query) => {
    const found = await searchDataset({ datasetId, reader: null, query, depth: 50, mode });
    return [...new Set(found?.hits.map(({ documentTitle }) => documentTitle))];
  };

async function evaluate(): Promise<void> {
  const set = readLabelledSet(Number(options.documents));
  const count = set.documents.length;
  if (count < fewestDocuments)
    throw new Error(
      `This machine has ${count} ${set.source} that can be asked for; ${fewestDocuments} are the least. ` +
        "Install manual pages (on Debian: apt-get install manpages manpages-dev, without its rule in /etc/dpkg/dpkg.cfg.d that leaves them out).",
    );
  const passages = await open(set);
  say(
    `${count} ${set.source}, ${passages} passages${count < Number(options.documents) ? "; the machine has no more" : ""}.`,
  );
  const questions = chosen(set.questions);
  say(`${questions.length} questions (${options.half}); recall@10 / nDCG@10 of the right document:\n`);
  const bm25 = await createBm25(datasetId);
  const searches = new Map<string, Search>([["BM25", bm25.search]]);
  for (const mode of modes) if (!options.only || options.only === mode) searches.set(mode, named(mode));
  say(line("", [...searches.keys()]));
  for (const variant of Object.keys(variants) as Variant[]) {
    const places = new Map<string, Place[]>();
    for (const [name, search] of searches) places.set(name, await placesOf(search, questions, variant));
    say(line(variant, [...places.values()].map(tell)) + difference(places.get("hybrid"), places.get("BM25")));
  }
  say("\nThe last column: nDCG of hybrid less that of BM25, with its standard error.");
}

/** @returns the number of passages */
async function open(set: LabelledSet): Promise<number> {
  const folder = join(tmpdir(), `fltr-eval-${fingerprint(set)}`);
  if (env.embedded) {
    replaceConnection(await openPglite(folder));
    // What a run that was stopped has left is no use.
    const [unfinished] = await query("select 1 from datasets where name = 'unfinished'");
    if (unfinished) {
      await closeDatabase();
      rmSync(folder, { recursive: true });
      replaceConnection(await openPglite(folder));
    }
  }
  const startedAt = performance.now();
  const { passages, stored } = await load(set);
  const where = env.embedded ? folder : "DATABASE_URL";
  if (stored)
    say(
      `Stored in ${Math.round((performance.now() - startedAt) / 1000)} s in ${where}, for the next run as well.`,
    );
  return passages;
}

/** Spread over all, so that fewer are a sample. */
function chosen(questions: readonly Question[]): Question[] {
  const half = questions.filter(
    (_, at) => options.half === "all" || (at % 2 === 0) === (options.half === "tune"),
  );
  const step = Math.max(1, half.length / Number(options.questions));
  return half.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
}

async function placesOf(search: Search, questions: readonly Question[], variant: Variant): Promise<Place[]> {
  const places: Place[] = [];
  let next = 0;
  const caller = async () => {
    for (let at = next++; at < questions.length; at = next++) {
      const { query, document } = questions[at] as Question;
      const place = (await search(vary(query, variant))).slice(0, 10).indexOf(document);
      places[at] = place < 0 ? null : place + 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return places;
}

const gain = (place: Place) => (place === null ? 0 : 1 / Math.log2(1 + place));
const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

function tell(places: readonly Place[]): string {
  const recall = mean(places.map((place) => (place === null ? 0 : 1)));
  return `${recall.toFixed(3)} / ${mean(places.map(gain)).toFixed(3)}`;
}

/** Question by question, which tells more than two means do. */
function difference(ours: readonly Place[] | undefined, theirs: readonly Place[] = []): string {
  if (!ours) return "";
  const gains = ours.map((place, at) => gain(place) - gain(theirs[at] ?? null));
  const average = mean(gains);
  const error = Math.sqrt(mean(gains.map((one) => (one - average) ** 2)) / gains.length);
  return `  ${average < 0 ? "" : "+"}${average.toFixed(3)} ± ${error.toFixed(3)}`;
}

function line(first: string, cells: readonly string[]): string {
  return [first.padEnd(12), ...cells.map((cell) => cell.padEnd(15))].join("  ").trimEnd();
}

try {
  await evaluate();
} finally {
  await closeDatabase();
}
