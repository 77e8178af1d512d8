/**
 * Tables of comma- or tab-separated values (RFC 4180 and what spreadsheets make of it): each row becomes one
 * line that names its columns, so that a passage is understood, and found, without the first row.
 */
import { parse } from "csv-parse/sync";
import type { ReadText } from "./read-text.ts";
import type { Refused } from "./sniff.ts";

const maxRows = 100_000;
const maxRowCharacters = 1024 * 1024;
const delimiters = [",", ";", "\t", "|"] as const;
const sampleLines = 50;

/** Null where the text is no such table. */
export function delimiterOf(text: string, atLeast: { rows: number; columns: number }): string | null {
  const head = text.slice(0, 65_536).split("\n").slice(0, sampleLines).join("\n");
  let best: string | null = null;
  let most = 1;
  for (const delimiter of delimiters) {
    const rows = rowsOf(head, delimiter, sampleLines);
    if (!rows) continue;
    const complete = rows.length > 1 ? rows.slice(0, -1) : rows;
    const columns = complete[0]?.length ?? 0;
    if (complete.length < atLeast.rows || columns < Math.max(most, atLeast.columns)) continue;
    if (!complete.every((row) => row.length === columns)) continue;
    best = delimiter;
    most = columns + 1;
  }
  return best;
}

/** Null where it turns out to be no table: it is then read as text. */
export function readTable(text: string, maxCharacters: number): ReadText | Refused | null {
  const delimiter = delimiterOf(text, { rows: 1, columns: 2 });
  const rows = delimiter === null ? null : rowsOf(text, delimiter, maxRows + 2);
  const first = rows?.[0];
  if (!rows || !first) return null;
  if (rows.length > maxRows + 1) {
    return { refused: `The table has more than ${maxRows} rows. Split it into parts.` };
  }
  const names = isHeader(first) ? first.map(oneLine) : null;
  const lines: string[] = [];
  let characters = 0;
  for (const row of names ? rows.slice(1) : rows) {
    const line = row.flatMap((cell, column) => fieldOf(names?.[column], cell)).join(" | ");
    if (line !== "") lines.push(line);
    characters += line.length + 1;
    // What is past the limit is refused for its length.
    if (characters > maxCharacters + 1) break;
  }
  const written = lines.length === 0 && names ? [names.join(" | ")] : lines;
  return { format: "csv", style: "lines", parts: [written.join("\n")] };
}

function fieldOf(name: string | undefined, cell: string): string[] {
  const value = oneLine(cell);
  if (value === "") return [];
  return [name ? `${name}: ${value}` : value];
}

function oneLine(cell: string): string {
  return cell.replace(/\s+/g, " ").trim();
}

/** Names are different from each other, none is a number, and none is missing but a last one. */
function isHeader(row: readonly string[]): boolean {
  const names = row.map(oneLine);
  if (names.at(-1) === "") names.pop();
  return (
    names.length > 0 &&
    new Set(names).size === names.length &&
    names.every((name) => name !== "" && name.length <= 100 && !/^[-+]?[\d.,:/ -]+%?$/.test(name))
  );
}

function rowsOf(text: string, delimiter: string, most: number): string[][] | null {
  try {
    return parse(text, {
      delimiter,
      to: most,
      bom: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxRowCharacters,
    });
  } catch {
    return null;
  }
}
