/**
 * Asks the golden questions again where documents changed and their owner wants to be warned. Waits until
 * nothing is being read any more, so that a folder that is pushed is judged once. Any number of processes may
 * look: each change is taken by one of them.
 */
import { query } from "#db/client.ts";
import { env } from "#env";
import { audit } from "../audit.ts";
import { log } from "../log.ts";
import { mailOwner } from "../mail.ts";
import { defaultEndpoint } from "../operations.ts";
import { evaluate, ownerOf, watchedK } from "./golden-evaluate.ts";
import { isWorse, type Scores } from "./golden-metrics.ts";

type Changed = { datasetId: string; ownerId: string; name: string };

/** Of each dataset whose documents are others than those last seen, noted as seen at once. */
const takeChanged = `
  with state as materialized (
    select s.dataset_id, s.seen, (
      select concat_ws(' ', count(*), sum(d.version), max(d.updated_at)) from documents d
      where d.dataset_id = s.dataset_id
    ) as now_seen
    from golden_settings s
    where s.on_worse in ('warn', 'block') and exists (select from golden_questions q where q.dataset_id = s.dataset_id)
      and not exists (
        select from documents d where d.dataset_id = s.dataset_id and d.state in ('queued', 'processing'))
  ), taken as (
    update golden_settings s set seen = state.now_seen, seen_at = now() from state
    where s.dataset_id = state.dataset_id and s.seen is not distinct from state.seen
      and state.now_seen is distinct from state.seen
    returning s.dataset_id
  )
  select datasets.id as "datasetId", owner_id as "ownerId", name
  from taken join datasets on datasets.id = taken.dataset_id where owner_id is not null`;

export async function watchGoldenQuestions(): Promise<void> {
  for (const changed of await query<Changed>(takeChanged)) {
    await judge(changed).catch((error: unknown) => {
      log.warn({ err: error, datasetId: changed.datasetId }, "golden questions could not be asked");
    });
  }
}

async function judge({ datasetId, ownerId, name }: Changed): Promise<void> {
  const asked = { datasetId, endpoint: defaultEndpoint, k: watchedK };
  const run = await evaluate(asked, ownerOf(ownerId), "documents");
  if (run.change === null || !isWorse(run.change)) return;
  const worse = run.results.filter(({ before, ...now }) => before !== null && now.ndcg < before.ndcg - 1e-9);
  await audit({
    accountId: ownerId,
    actor: { kind: "system", id: null },
    event: "golden.worse",
    subjectId: datasetId,
    detail: { runId: run.id, change: run.change },
  });
  await mailOwner(ownerId, {
    kind: "answers",
    subject: `Answers from "${name}" got worse`,
    text: [
      `The documents of your dataset "${name}" changed, and its golden questions find what they should less well than before:`,
      scoreLines(run, run.change),
      "",
      worse.length > 0 ? "Worse than before:" : "",
      ...worse.slice(0, 10).map(({ question }) => `- ${question}`),
      "",
      `See the run: ${env.appUrl}/datasets/${datasetId}?tab=quality`,
    ].join("\n"),
  });
}

function scoreLines(now: Scores, change: Scores): string {
  const line = (label: string, value: number, by: number) =>
    `${label}: ${(value - by).toFixed(3)} -> ${value.toFixed(3)}`;
  return [
    line("Recall", now.recall, change.recall),
    line("nDCG", now.ndcg, change.ndcg),
    line("MRR", now.mrr, change.mrr),
  ].join("\n");
}
