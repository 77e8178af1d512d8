/** Recall and nDCG at ten, as trec_eval computes them with grades as gains; question by question compared. */
import type { Question } from "./questions.ts";

export type Scores = { readonly recall: number; readonly ndcg: number };

const counted = 10;

/** `found`: documents, best first, each once. */
export function scoresOf(found: readonly string[], { answers }: Question): Scores {
  const grades = found.slice(0, counted).map((document) => answers.get(document) ?? 0);
  const ideal = [...answers.values()].sort((one, other) => other - one).slice(0, counted);
  return {
    recall: grades.filter((grade) => grade > 0).length / answers.size,
    ndcg: gain(grades) / gain(ideal),
  };
}

const gain = (grades: readonly number[]) =>
  grades.reduce((sum, grade, at) => sum + grade / Math.log2(at + 2), 0);

const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

export function tell(scores: readonly Scores[]): string {
  const [recall, ndcg] = [mean(scores.map((one) => one.recall)), mean(scores.map((one) => one.ndcg))];
  return `${recall.toFixed(3)} / ${ndcg.toFixed(3)}`;
}

/** Of nDCG, question by question, which tells more than two means do: with its standard error. */
export function tellDifference(ours: readonly Scores[], theirs: readonly Scores[]): string {
  const gains = ours.map(({ ndcg }, at) => ndcg - (theirs[at]?.ndcg ?? 0));
  const average = mean(gains);
  const error = Math.sqrt(mean(gains.map((one) => (one - average) ** 2)) / gains.length);
  return `${average < 0 ? "" : "+"}${average.toFixed(3)} ± ${error.toFixed(3)}`;
}
