/** What a person typed, taken apart into words and phrases. Any string is a query; what one may cost is bounded. */

/** Words past these say little more and each costs a look into the lexicon. */
const maximumWords = 48;
const maximumPhrases = 8;
const maximumWordLength = 100;

export type ParsedQuery = {
  /** Letters and digits alone: of `two-part` the parts, since half of it is not what was asked for. */
  words: string[];
  /** What stood between quotes, if more than one word, and names like `MAX_SIZE`, `v1.2` and `a@b.org`. */
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
  const quoted = [...text.matchAll(/"([^"]*)"/g)].map((match) => (match[1] ?? "").trim());
  // Their parts are often common words and tell by their order alone; those of `two-part` do well without it.
  const names = text
    .replaceAll('"', " ")
    .split(" ")
    .filter((word) => /[_@\p{N}]/u.test(word));
  const phrases = [...new Set([...quoted, ...names])].filter((phrase) => wordsOf(phrase).length > 1);
  const words = [...new Set(wordsOf(text))];
  return {
    words: words.slice(0, maximumWords),
    phrases: phrases.slice(0, maximumPhrases),
    unfinished: /[\p{L}\p{N}]$/u.test(text),
    dropped: [...words.slice(maximumWords), ...phrases.slice(maximumPhrases)],
  };
}

function wordsOf(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  return words.map((word) => [...word].slice(0, maximumWordLength).join(""));
}
