/**
 * How many tokens a stretch of text is to an embedding model, closely enough and in linear time: real
 * tokenizers take quadratic time over some texts and 30 MB of tables. Estimates lean high; tokens.test.ts
 * holds them against o200k_base.
 */

/** Costs are whole numbers of this part of a token, so that sums are exact. */
const unit = 20;

/** Beside its letters, what the beginning of a word costs. */
const wordStart = 12;
const ranges: readonly (readonly [from: number, to: number, cost: number])[] = [
  [0x21, 0x2f, 16],
  [0x30, 0x39, 13],
  [0x3a, 0x40, 16],
  [0x41, 0x5a, 7],
  [0x5b, 0x60, 16],
  [0x61, 0x7a, 3],
  [0x7b, 0x7e, 16],
  // Latin with marks, Greek, Cyrillic.
  [0xc0, 0x24f, 14],
  [0x250, 0x36f, 20],
  [0x370, 0x3ff, 10],
  [0x400, 0x52f, 7],
  // Armenian to Arabic, the scripts of India and their neighbours.
  [0x530, 0x58f, 14],
  [0x590, 0x5ff, 12],
  [0x600, 0x6ff, 9],
  [0x900, 0xd7f, 11],
  [0xe00, 0xe7f, 12],
  // Kana, ideographs, Hangul.
  [0x3040, 0x30ff, 16],
  [0x3400, 0x4dbf, 40],
  [0x4e00, 0x9fff, 20],
  [0xac00, 0xd7a3, 18],
  // Half of a surrogate pair.
  [0xd800, 0xdfff, 24],
];

const costs = new Uint8Array(0x10000).fill(30);
costs.fill(20, 0x80, 0xc0);
costs.fill(0, 0, 0x21);
costs.fill(20, 0x2000, 0x2070);
for (const [from, to, cost] of ranges) costs.fill(cost, from, to + 1);
const newline = 12;
const furtherSpace = 3;
const repeatedMark = 6;

/** Tokens between two offsets of the text. */
export function tokenMeter(text: string): (start: number, end: number) => number {
  const sums = new Uint32Array(text.length + 1);
  let before = 0x20;
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    sum += costOf(code, before);
    sums[at + 1] = sum;
    before = code;
  }
  return (start, end) => Math.ceil(((sums[end] ?? 0) - (sums[start] ?? 0)) / unit);
}

function costOf(code: number, before: number): number {
  if (code === 0x0a) return before === 0x0a ? furtherSpace : newline;
  if (code <= 0x20) return before <= 0x20 ? furtherSpace : 0;
  const cost = costs[code] ?? 0;
  if (isLetter(code))
    return isLetter(before) && !(isUpper(code) && isLower(before)) ? cost : cost + wordStart;
  return code === before && code < 0x30 ? repeatedMark : cost;
}

/** Of a script that has words between spaces. */
function isLetter(code: number): boolean {
  return isLower(code) || isUpper(code) || (code >= 0xc0 && code < 0x600);
}

function isLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}
