/**
 * Texts that are made: words by Zipf's law, half of them those of the document's topic, so that some passages
 * are nearer to each other than others. The same number gives the same text on every machine.
 */
const vocabulary = 50_000;
const topicWords = 300;
const topics = 2_000;
const wordsPerChunk = 100;

const consonants = "bdfgklmnprtvz";
const vowels = "aou";
const syllables = [...consonants].flatMap((consonant) => [...vowels].map((vowel) => consonant + vowel));

/** Commoner ones are shorter. None has an English ending. */
function spelling(rank: number): string {
  const length = rank < syllables.length ** 2 / 2 ? 2 : 3;
  // Steps that share no factor with the number of spellings: no two ranks are spelt alike.
  let left = (rank * 10_007) % syllables.length ** length;
  let word = "";
  for (let place = 0; place < length; place++) {
    word += syllables[left % syllables.length];
    left = Math.floor(left / syllables.length);
  }
  return word;
}

const words = Array.from({ length: vocabulary }, (_, rank) => spelling(rank));

/** Of ranks 0 to `size` - 1, as a share of 1 says. */
function zipf(size: number): (share: number) => number {
  const sums = new Float64Array(size);
  let sum = 0;
  for (let rank = 0; rank < size; rank++) {
    sum += 1 / (rank + 1);
    sums[rank] = sum;
  }
  return (share) => {
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < share * sum) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const ofAll = zipf(vocabulary);
const ofTopic = zipf(topicWords);

/** Mulberry32: 0 to 1. */
function random(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The n-th passage of the d-th document. */
export function syntheticText(document: number, passage: number): string {
  const next = random(document * 1_009 + passage);
  const topic = Math.imul(document, 7_919) % topics;
  const text: string[] = [];
  for (let place = 0; place < wordsPerChunk; place++) {
    const common = next() < 0.5;
    const rank = common ? ofAll(next()) : (topic * 104_729 + ofTopic(next()) * 13) % vocabulary;
    text.push(words[Math.abs(rank)] ?? "");
  }
  return text.join(" ");
}

/** Two to four words that stand together in a passage. */
export function syntheticQuery(document: number, n: number): string {
  const text = syntheticText(document, n % 50).split(" ");
  const from = (n * 31) % (wordsPerChunk - 4);
  return text.slice(from, from + 2 + (n % 3)).join(" ");
}
