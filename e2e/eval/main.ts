/**
 * npm run eval: how good the search is, on documents that this machine has. Each is asked for by its own
 * description; told are recall@10 and nDCG@10 for each way of writing the query, for the words alone, the
 * vectors alone, both, and BM25 over the same passages. On an embedded database in memory, or on the
 * PostgreSQL that DATABASE_URL names, which must be empty.
 *
 *   --documents 2000   how many at most
 *   --half report      of the questions: "tune" is the half that was looked at while tuning, or "all"
 */
import { parseArgs } from "node:util";
import { closeDatabase, openPglite, replaceConnection } from "#db/client.ts";
import { env } from "#env";
import { searchDataset } from "#server/search/query.ts";
import { createBm25 } from "./bm25.ts";
import { datasetId, load } from "./load.ts";
import { type Question, readLabelledSet, type Variant, variants, vary } from "./questions.ts";

const { values: options } = parseArgs({
  options: {
    documents: { type: "string", default: "2000" },
    half: { type: "string", default: "report" },
  },
});

/** Where the right document stands among the first ten different ones, from 1; null: not there. */
type Place = number | null;
type Search = (query: string) => Promise<string[]>;

const say = (line: string) => process.stdout.write(`${line}\n`);
const named =
  (mode: "text" | "vector" | "hybrid"): Search =>
  async (query) => {
    const found = await searchDataset({ datasetId, reader: null, query, depth: 50, mode });
    return [...new Set(found?.hits.map(({ documentTitle }) => documentTitle))];
  };

async function evaluate(): Promise<void> {
  if (env.embedded) replaceConnection(await openPglite());
  const set = readLabelledSet(Number(options.documents));
  const startedAt = performance.now();
  const passages = await load(set);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  say(`${set.documents.length} ${set.source}, ${passages} passages, stored in ${seconds} s.`);
  const questions = set.questions.filter(
    (_, at) => options.half === "all" || (at % 2 === 0) === (options.half === "tune"),
  );
  say(`${questions.length} questions (${options.half}); recall@10 / nDCG@10 of the right document:\n`);
  const bm25 = await createBm25(datasetId);
  const searches: Record<string, Search> = {
    BM25: bm25.search,
    text: named("text"),
    vector: named("vector"),
    hybrid: named("hybrid"),
  };
  say(line("", Object.keys(searches)));
  for (const variant of Object.keys(variants) as Variant[]) {
    const cells: string[] = [];
    for (const search of Object.values(searches))
      cells.push(tell(await placesOf(search, questions, variant)));
    say(line(variant, cells));
  }
}

async function placesOf(search: Search, questions: readonly Question[], variant: Variant): Promise<Place[]> {
  const places: Place[] = [];
  for (const { query, document } of questions) {
    const at = (await search(vary(query, variant))).slice(0, 10).indexOf(document);
    places.push(at < 0 ? null : at + 1);
  }
  return places;
}

function tell(places: readonly Place[]): string {
  const share = (of: (place: number) => number) =>
    places.reduce<number>((sum, place) => sum + (place === null ? 0 : of(place)), 0) / places.length;
  return `${share(() => 1).toFixed(3)} / ${share((place) => 1 / Math.log2(1 + place)).toFixed(3)}`;
}

function line(first: string, cells: readonly string[]): string {
  return [first.padEnd(12), ...cells.map((cell) => cell.padEnd(15))].join("  ").trimEnd();
}

try {
  await evaluate();
} finally {
  await closeDatabase();
}
