/**
 * JSON and JSON Lines as text: each value on a line of its own behind its path, each record of a list set
 * apart by an empty line, so that a passage is understood by itself.
 */
import type { ReadText } from "./read-text.ts";
import type { Refused } from "./sniff.ts";

const maxDepth = 64;
const longestKey = 200;
/** A list of values this short in all is one line. */
const shortList = 200;

/** Null where it turns out to be no JSON: it is then read as text. */
export function readJson(text: string, maxCharacters: number): ReadText | Refused | null {
  if (depthOf(text) > maxDepth) {
    return { refused: `The JSON is nested more than ${maxDepth} levels deep.` };
  }
  const values = parseAll(text);
  if (!values) return null;
  const writer = new Writer(maxCharacters);
  const [only] = values;
  if (values.length === 1 && !Array.isArray(only)) writer.write("", only);
  else
    for (const record of values.length === 1 && Array.isArray(only) ? only : values)
      writer.record("", record);
  return { format: "json", style: "lines", parts: [writer.text()] };
}

/** One value, or one on each line. */
function parseAll(text: string): unknown[] | null {
  try {
    return [parse(text)];
  } catch {
    const values: unknown[] = [];
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      try {
        values.push(parse(line));
      } catch {
        return null;
      }
    }
    return values.length > 0 ? values : null;
  }
}

/** A number keeps its digits where JavaScript would round it. */
function parse(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source ? context.source : value,
  );
}

/** Brackets open at once, outside of strings. Before parsing, which for a reviver is recursive. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}

class Writer {
  #lines: string[] = [];
  #left: number;

  constructor(maxCharacters: number) {
    this.#left = maxCharacters;
  }

  text(): string {
    return this.#lines.join("\n").trimEnd();
  }

  /** A value set apart from what is before and after it. */
  record(path: string, value: unknown): void {
    this.#gap();
    this.write(path, value);
    this.#gap();
  }

  write(path: string, value: unknown): void {
    // Past the limit what was written is refused for its length; paths repeat, so the rest could be endless.
    if (this.#left < -1) return;
    if (value === null || typeof value !== "object") this.#line(path, String(value));
    else if (Array.isArray(value)) this.#list(path, value);
    else {
      for (const [key, inner] of Object.entries(value)) {
        const name = key.slice(0, longestKey);
        const at = path === "" ? name : `${path}.${name}`;
        if (path === "" && !isPlain(inner)) this.record(at, inner);
        else this.write(at, inner);
      }
    }
  }

  #list(path: string, values: readonly unknown[]): void {
    if (isPlain(values)) {
      this.#line(path, values.join(", "));
      return;
    }
    for (const [index, value] of values.entries()) {
      const at = `${path}[${index}]`;
      if (value !== null && typeof value === "object") this.record(at, value);
      else this.write(at, value);
    }
  }

  #line(path: string, value: string): void {
    if (value === "") return;
    const line = path === "" ? value : `${path}: ${value}`;
    this.#left -= line.length + 1;
    this.#lines.push(line);
  }

  #gap(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== "") this.#lines.push("");
  }
}

/** What is written in one line: anything but an object and a list that is long or holds one. */
function isPlain(value: unknown): boolean {
  if (value === null || typeof value !== "object") return true;
  if (!Array.isArray(value) || value.length > shortList) return false;
  return (
    value.every((item) => item === null || typeof item !== "object") && value.join(", ").length <= shortList
  );
}
