/**
 * Text as it is stored: what a person sees is what a model reads. Hidden characters (Unicode TR36 §3.5,
 * TR39) are removed, line ends are \n, surrogates are paired and NUL is gone, so that PostgreSQL takes it
 * and offsets stay true.
 */

const lineEnds = /\r\n?|[\v\f\u0085\u2028\u2029]/g;

/**
 * Controls, soft hyphen, bidi controls, zero-width and other invisible characters, fillers, variation
 * selectors that carry no style, interlinear annotation, and the tag block: each can hide words from
 * whoever looks at the page.
 */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  /[\u0000-\u0008\u000E-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB]|\u034F|[\u17B4\u17B5]|[\u180B-\u180F]|[\uFE00-\uFE0D]|[\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/gu;

/** Joiners stay where scripts and emoji are written with them. */
const strayJoiners =
  /(?<![\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Mongolian}\p{Extended_Pictographic}\p{Emoji_Modifier}]|\uFE0F)[\u200C\u200D]/gu;

export function cleanText(text: string): string {
  const visible = text.toWellFormed().replace(lineEnds, "\n").replace(hidden, "");
  return /[\u200C\u200D]/.test(visible) ? visible.replace(strayJoiners, "") : visible;
}

/** One line for a name or a heading, at most `length` UTF-16 code units. */
export function cleanLine(text: string, length = 200): string {
  const line = cleanText(text.slice(0, length * 4))
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`.toWellFormed();
}

/** "Heading ##" to "Heading" (CommonMark §4.2). */
export function withoutClosingMarks(heading: string): string {
  // A blank behind, not before: each run of blanks would be tried from every one of them.
  return heading
    .trimEnd()
    .replace(/(?<=\s)#+$/, "")
    .trimEnd();
}
