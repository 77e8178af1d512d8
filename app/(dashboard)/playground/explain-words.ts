/** Why a hit stands where it does, for people. */
import { count } from "../../_components/format.ts";
import type { Answer } from "./use-ask.ts";

type Hit = Answer["hits"][number];
type Term = NonNullable<Answer["explanation"]>["terms"][number];

/** `By words 0.62, place 1; by vectors 0.41, place 3; its document's beginning 0.55` */
export function signalsText(signals: Hit["signals"]): string {
  if (!signals) return "";
  const { words, vector, opening, search } = signals;
  const byVector = vector
    ? `by vectors ${vector.cosine.toFixed(2)}, place ${vector.rank}`
    : "vectors not compared";
  const begins = opening === null ? "" : `; its document's beginning ${opening.toFixed(2)}`;
  const before = search ? `; before reranking ${search.score.toFixed(2)}, place ${search.rank}` : "";
  return `By words ${words.score.toFixed(2)}, place ${words.rank}; ${byVector}${begins}${before}`;
}

/** Where the other setting has the same passage. */
export function placeText(chunkId: string, name: string, other: Pick<Answer, "hits"> | undefined): string {
  if (!other) return "";
  const index = other.hits.findIndex((hit) => hit.chunkId === chunkId);
  return index < 0 ? `Not in ${name}` : `Place ${index + 1} in ${name}`;
}

export const roleWords: Record<Term["role"], string> = {
  chose: "chose passages",
  ranked: "so common that it only ordered them",
  unknown: "in no passage",
};

/** `coarse (2 passages), coarsely (1 passage)`: in place of the word or beside it. */
export function lookedForText({ word, lookedFor }: Term): string {
  const others = lookedFor.filter(({ term }) => term !== word);
  if (others.length === 0) return "nothing else";
  return others.map(({ term, passages }) => `${term} (${count(passages, "passage")})`).join(", ");
}
