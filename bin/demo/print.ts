/** How the demo talks. */
const width = 100;

let steps = 0;

export function step(title: string): void {
  steps += 1;
  process.stdout.write(`\n${steps}. ${title}\n`);
}

export function say(line: string): void {
  process.stdout.write(line.startsWith("\n") ? `${line}\n` : `   ${line}\n`);
}

export function printHits(
  hits: readonly { documentTitle: string; headingPath: string[]; score: number; text: string }[],
): void {
  for (const [index, { documentTitle, headingPath, score, text }] of hits.entries()) {
    say(`${index + 1}. ${shortened([documentTitle, ...headingPath].join(" › "), width)}  (${score})`);
    say(`   ${shortened(text, width)}`);
  }
}

/** On one line, without what a terminal would obey. */
export function shortened(text: string, length: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
