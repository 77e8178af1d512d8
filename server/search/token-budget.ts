/**
 * Keeps an answer within a number of tokens: whole hits in their order, then the first that does not fit cut
 * after its last sentence that does. Counted as by cl100k_base, which other models' counts are near to.
 */

/** Cuts nothing off where one letter of the first hit is all that fits. */
type Passage = { start: number; end: number; text: string };

export async function withinBudget<Hit extends Passage>(
  hits: readonly Hit[],
  maxTokens: number,
): Promise<{ hits: Hit[]; truncated: boolean }> {
  const count = await counter();
  const kept: Hit[] = [];
  let left = maxTokens;
  for (const hit of hits) {
    const tokens = count(hit.text);
    if (tokens > left) {
      const length = longestCut(hit.text, left, count, kept.length === 0);
      if (length > 0) kept.push({ ...hit, end: hit.start + length, text: hit.text.slice(0, length) });
      return { hits: kept, truncated: true };
    }
    kept.push(hit);
    left -= tokens;
  }
  return { hits: kept, truncated: false };
}

/** How much of the text fits: sentences; where not even one does and there is nothing else, words, then letters. */
function longestCut(text: string, tokens: number, count: Counter, needed: boolean): number {
  for (const granularity of needed ? (["sentence", "word", "grapheme"] as const) : (["sentence"] as const)) {
    const ends = endsOf(text, granularity);
    const fitting = lastFitting(ends, (end) => count(text.slice(0, end)) <= tokens);
    if (fitting > 0) return text.slice(0, fitting).trimEnd().length;
  }
  return 0;
}

function endsOf(text: string, granularity: "sentence" | "word" | "grapheme"): number[] {
  const segmenter = new Intl.Segmenter("en", { granularity });
  return Array.from(segmenter.segment(text), ({ index, segment }) => index + segment.length);
}

/** By halves: a longer beginning has more tokens. 0: none fits. */
function lastFitting(ends: readonly number[], fits: (end: number) => boolean): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(ends[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return ends[low - 1] ?? 0;
}

type Counter = (text: string) => number;

/** The table of tokens takes 50 MB and half a second to read, so only who asks for a budget loads it. */
async function counter(): Promise<Counter> {
  const { countTokens } = await import("gpt-tokenizer/encoding/cl100k_base");
  const asText = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, asText);
}
