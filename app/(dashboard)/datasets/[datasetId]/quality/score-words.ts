/** Scores of golden questions for people. */

export function scoreText(score: number): string {
  return score.toFixed(2);
}

/** `+0.05`, `−0.10`; nothing where rounding leaves nothing. */
export function changeText(change: number): string {
  const rounded = Math.abs(change).toFixed(2);
  if (rounded === "0.00") return "";
  return `${change < 0 ? "−" : "+"}${rounded}`;
}

type Expected = { id: string; title: string | null; rank: number | null };

/** `Granite: place 1, granite.md: not found` of the documents that a question expects. */
export function placesText(expected: readonly Expected[]): string {
  return expected
    .map(({ id, title, rank }) => `${title ?? id}: ${rank === null ? "not found" : `place ${rank}`}`)
    .join(", ");
}

/** One name a line or after a comma. */
export function namesOf(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((name) => name.trim()))].filter(Boolean);
}
