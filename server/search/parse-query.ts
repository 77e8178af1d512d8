/** What a person typed, taken apart into words and phrases. Any string is a query; what one may cost is bounded. */

/** Words past these say little more and each costs a look into the lexicon. */
const maximumWords = 32;
const maximumPhrases = 8;
const maximumWordLength = 100;

export type ParsedQuery = {
  words: string[];
  /** What stood between quotes, and names like `MAX_SIZE`, if more than one word. */
  phrases: string[];
  /** The last word may still be being typed. */
  unfinished: boolean;
  /** Words past the most that count. */
  dropped: string[];
};

export function parseQuery(query: string): ParsedQuery {
  const text = query
    .slice(0, 8192)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replaceAll(/[“”„«»]/g, '"');
  const quoted = [...text.matchAll(/"([^"]*)"/g)].map((match) => split(match[1] ?? "").join(" "));
  // PostgreSQL's parser takes `a_b` for two words that happen to be neighbours.
  const names = split(text.replaceAll('"', " ")).map((word) => split(word.replaceAll("_", " ")).join(" "));
  const phrases = [...new Set([...quoted, ...names])].filter((phrase) => phrase.includes(" "));
  const words = [...new Set(split(text.replaceAll('"', " ")))];
  return {
    words: words.slice(0, maximumWords),
    phrases: phrases.slice(0, maximumPhrases),
    unfinished: /[\p{L}\p{N}]$/u.test(text),
    dropped: [...words.slice(maximumWords), ...phrases.slice(maximumPhrases)],
  };
}

function split(text: string): string[] {
  return text
    .split(" ")
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => [...word].slice(0, maximumWordLength).join(""));
}
