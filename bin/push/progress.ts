/** One line that changes while work goes on, where a person looks on; lines that stay everywhere. */

export function createProgress() {
  const live = process.stdout.isTTY === true;
  let shown = 0;
  const clear = () => {
    if (shown > 0) process.stdout.write(`\r${" ".repeat(shown)}\r`);
    shown = 0;
  };
  return {
    show(line: string): void {
      if (!live) return;
      clear();
      const width = Math.max(20, (process.stdout.columns ?? 80) - 1);
      const fitting = line.slice(0, width);
      process.stdout.write(fitting);
      shown = fitting.length;
    },
    say(line: string): void {
      clear();
      // Names of files may hold what a terminal would obey.
      process.stdout.write(`${line.replace(/\p{Cc}/gu, "?")}\n`);
    },
  };
}
