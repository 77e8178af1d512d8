import { describe, expect, test } from "vitest";
import { fc } from "../testing/property.ts";
import { type Chunk, chunkText, maxTokens } from "./chunk.ts";
import { tokenMeter } from "./tokens.ts";

const styles = ["text", "markdown", "lines", "code"] as const;

function expectSound(text: string, chunks: Chunk[]): void {
  let covered = 0;
  const tokens = tokenMeter(text);
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.ordinal).toBe(index);
    expect(chunk.start).toBeGreaterThanOrEqual(covered);
    expect(chunk.end).toBeGreaterThan(chunk.start);
    expect(tokens(chunk.start, chunk.end)).toBeLessThanOrEqual(maxTokens);
    expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text);
    expect(chunk.text.isWellFormed()).toBe(true);
    expect(text.slice(covered, chunk.start).trim()).toBe("");
    covered = chunk.end;
  }
  expect(text.slice(covered).trim()).toBe("");
}

const line = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => text.replace(/[\n\r]/g, " ")),
  fc.lorem({ maxCount: 30, mode: "sentences" }),
  fc.constantFrom("", "", "```", "~~~", "---", "===", "# Title", "## Part `x`", "###### Deep", "| a | b |"),
  fc.constantFrom("- item", "  * nested", "3. third", "#notaheading", "    code", "\t", "a\tb", "```ts"),
  fc.integer({ min: 1, max: 4000 }).map((length) => "x".repeat(length)),
  fc.integer({ min: 1, max: 2000 }).map((length) => "😀".repeat(length)),
  fc.integer({ min: 1, max: 400 }).map((length) => "word ".repeat(length)),
);

describe("chunks of any text", () => {
  test("cover all words, in order, without overlap, within the limit", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.constantFrom(...styles), (lines, style) => {
        const text = lines.join("\n").toWellFormed();
        expectSound(text, chunkText(text, style));
      }),
      { numRuns: 300 },
    );
  });
});

describe("structure", () => {
  test("heading paths follow the nesting and a lone heading stays with what it heads", () => {
    const text =
      "# Guide\n\n## Install `npm`\n\nRun it.\n\n### On [Linux](x)\n\nYes.\n\n## Use ##\n\nCall it.\n";
    const chunks = chunkText(text, "markdown");
    expect(chunks.map(({ headingPath }) => headingPath)).toEqual([
      ["Guide", "Install npm"],
      ["Guide", "Install npm", "On Linux"],
      ["Guide", "Use"],
    ]);
    expect(chunks[0]?.text).toBe("# Guide\n\n## Install `npm`\n\nRun it.");
  });

  test("setext headings, but neither front matter nor rules", () => {
    const text = "---\ntitle: x\n---\n\nTop\n===\n\nWords.\n\n---\n\nPart\n----\n\nMore.";
    expect(chunkText(text, "markdown").map(({ headingPath }) => headingPath)).toEqual([
      [],
      ["Top"],
      ["Top", "Part"],
    ]);
  });

  test("a comment in a code block or a plain text is no heading", () => {
    expect(chunkText("```sh\n# not a heading\n\n# nor this\n```\n", "markdown")).toHaveLength(1);
    expect(chunkText("# comment\nx = 1\n\n# other\ny = 2\n", "text")[0]?.headingPath).toEqual([]);
  });

  test("small sections of plain text are packed, and a block that fits stays whole", () => {
    const paragraph = "Some words that say little. ".repeat(20).trim();
    const text = Array.from({ length: 10 }, () => paragraph).join("\n\n");
    const chunks = chunkText(text, "text");
    expect(chunks).toHaveLength(5);
    for (const chunk of chunks) expect(chunk.text).toBe(`${paragraph}\n\n${paragraph}`);
  });

  test.each([
    ["table rows", (index: number) => `| row ${index} | ${"cell ".repeat(10)}|`, /^\| row \d+ \|.*\|$/],
    ["code lines", (index: number) => `    call_${index}(${"a, ".repeat(12)});`, /^ {4}call_\d+\(.*\);$/],
    ["list items", (index: number) => `- item ${index} ${"more ".repeat(10)}ends`, /^- item \d+ .*ends$/],
  ])("%s stay whole", (kind, row, whole) => {
    const rows = Array.from({ length: 100 }, (_, index) => row(index));
    const text = kind === "code lines" ? ["```", ...rows, "```"].join("\n") : rows.join("\n");
    const chunks = chunkText(text, "markdown");
    expect(chunks.length).toBeGreaterThan(4);
    expectSound(text, chunks);
    for (const chunk of chunks) {
      for (const line of chunk.text.split("\n")) expect(line === "```" || whole.test(line)).toBe(true);
    }
  });

  test("long prose is cut after sentences", () => {
    const text = "The quick brown fox jumps over the lazy dog again. ".repeat(200).trim();
    const chunks = chunkText(text, "text");
    for (const chunk of chunks) expect(chunk.text).toMatch(/^The [\s\S]*again\.$/);
  });

  test.each([
    ["one line without spaces", "x".repeat(5_000_000)],
    ["one line of words", "word ".repeat(1_000_000)],
    ["one line of emoji", "😀".repeat(2_500_000)],
    ["headings alone", "# a b\n".repeat(800_000)],
    ["an open fence", `\`\`\`\n${"code\n".repeat(900_000)}`],
    ["list items", "- a\n".repeat(1_250_000)],
    ["setext underlines", "a\n-\n".repeat(1_250_000)],
    ["spaces", " ".repeat(5_000_000)],
    ["headings of blanks", `# a${" ".repeat(990)}b\n\n`.repeat(5_000)],
    ["headings of brackets", `# ${"[".repeat(990)}b\n\n`.repeat(5_000)],
  ])("5 million characters, %s, take linear time", (_, text) => {
    const started = process.cpuUsage();
    const chunks = chunkText(text, "markdown");
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(8);
    const tokens = tokenMeter(text);
    expect(chunks.every(({ start, end }) => tokens(start, end) <= maxTokens)).toBe(true);
  });
});
