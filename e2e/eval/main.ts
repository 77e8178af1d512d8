/**
 * npm run eval: how good the search is, on documents that this machine has, or on a labelled set of one's own.
 * The machine's are asked for by their own descriptions. Told are recall@10 and nDCG@10 of documents for each
 * way of writing the query, for the words alone, the vectors alone, both, and BM25 over the same passages, each
 * document by the best of its own. The documents are stored once, in a folder of the system's temporary one, or
 * on the PostgreSQL that DATABASE_URL names, which must be empty or hold them.
 *
 *   --set FOLDER       one's own, see folder.ts; asked as it is written there
 *   --language german  of the dataset
 *   --documents 2000   how many at most, of the machine's
 *   --half report      of the questions: "tune" is the half that was looked at while tuning, or "all"
 *   --questions 300    how many of that half
 *   --as clean,typos   ways of writing the query; all when left out
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
import { readFolder } from "./folder.ts";
import { datasetId, fingerprint, load } from "./load.ts";
import { type Scores, scoresOf, tell, tellDifference } from "./measure.ts";
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
    set: { type: "string" },
    language: { type: "string", default: "english" },
    documents: { type: "string", default: "2000" },
    half: { type: "string", default: "report" },
    questions: { type: "string", default: "300" },
    only: { type: "string" },
    as: { type: "string" },
  },
});

/** Documents, best first. */
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
    return [...new Set(found?.hits.map(({ documentId }) => documentId))];
  };

async function evaluate(): Promise<void> {
  const set = options.set ? readFolder(options.set) : readMachine();
  const passages = await open(set);
  say(`${set.documents.length} ${set.source}, ${passages} passages.`);
  const questions = chosen(set.questions);
  say(`${questions.length} questions (${options.half}); recall@10 / nDCG@10 of documents:\n`);
  const bm25 = await createBm25(datasetId, options.language);
  const searches = new Map<string, Search>([["BM25", bm25.search]]);
  for (const mode of modes) if (!options.only || options.only === mode) searches.set(mode, named(mode));
  say(line("", [...searches.keys()]));
  for (const variant of ways()) {
    const scores = new Map<string, Scores[]>();
    for (const [name, search] of searches) scores.set(name, await ask(search, questions, variant));
    const [hybrid, reference = []] = [scores.get("hybrid"), scores.get("BM25")];
    const difference = hybrid ? [tellDifference(hybrid, reference)] : [];
    say(line(variant, [...[...scores.values()].map(tell), ...difference]));
  }
  say("\nThe last column: nDCG of hybrid less that of BM25, with its standard error.");
}

function readMachine(): LabelledSet {
  const set = readLabelledSet(Number(options.documents));
  const count = set.documents.length;
  if (count < fewestDocuments)
    throw new Error(
      `This machine has ${count} ${set.source} that can be asked for; ${fewestDocuments} are the least. ` +
        "Install manual pages (on Debian: apt-get install manpages manpages-dev, without its rule in /etc/dpkg/dpkg.cfg.d that leaves them out).",
    );
  if (count < Number(options.documents)) say("The machine has no more documents.");
  return set;
}

function ways(): Variant[] {
  const all = Object.keys(variants) as Variant[];
  const wanted = options.as?.split(",") ?? (options.set ? ["clean"] : all);
  return all.filter((variant) => wanted.includes(variant));
}

/** @returns the number of passages */
async function open(set: LabelledSet): Promise<number> {
  const folder = join(tmpdir(), `fltr-eval-${fingerprint(set, options.language)}`);
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
  const { passages, stored } = await load(set, options.language);
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

async function ask(search: Search, questions: readonly Question[], variant: Variant): Promise<Scores[]> {
  const scores: Scores[] = [];
  let next = 0;
  const caller = async () => {
    for (let at = next++; at < questions.length; at = next++) {
      const question = questions[at] as Question;
      scores[at] = scoresOf(await search(vary(question.query, variant)), question);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return scores;
}

function line(first: string, cells: readonly string[]): string {
  return [first.padEnd(12), ...cells.map((cell) => cell.padEnd(15))].join("  ").trimEnd();
}

try {
  await evaluate();
} finally {
  await closeDatabase();
}
