/**
 * What is known of a sent document before it is stored: its hash, size, title and format, the reason if it
 * cannot be read, and the bytes to keep until it has been. Pure, but gives way between documents, since
 * 1,000 may come at once.
 */

import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { env } from "#env";
import { cleanLine, cleanText } from "./clean-text.ts";
import { type Format, sniff } from "./sniff.ts";

/** Title of a document that came without title and name: what the text calls itself takes its place. */
export const untitled = "Untitled";

export type NewDocument = {
  title?: string | undefined;
  fileName?: string | undefined;
  mediaType?: string | undefined;
  /** Believed when given, found out from the content otherwise. */
  format?: Format | undefined;
  content: Uint8Array;
  /** The caller's own name for it: sent again, it replaces what the dataset has under that name. */
  externalId?: string | undefined;
  /** Where it was read from the web. */
  sourceUrl?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
  /** Why it cannot be taken, where that is known already. */
  refused?: string | undefined;
};

export type Judged = {
  title: string;
  /** Nobody named it, so its own heading may. */
  named: boolean;
  format: Format;
  contentHash: string;
  sizeBytes: number;
  externalId: string | null;
  sourceUrl: string | null;
  metadata: Record<string, unknown> | null;
  /** What is read in the background, text in UTF-8, or why that is no use. */
  outcome: { source: Uint8Array } | { refused: string };
};

const turnMilliseconds = 15;

export async function judge(items: readonly NewDocument[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  let turn = performance.now();
  for (const item of items) {
    judged.push(await judgeOne(item));
    if (performance.now() - turn > turnMilliseconds) {
      await setImmediate();
      turn = performance.now();
    }
  }
  return judged;
}

async function judgeOne(item: NewDocument): Promise<Judged> {
  const { content } = item;
  const given = cleanLine(item.title ?? "") || cleanLine(relativePath(item.fileName ?? ""));
  const sniffed = item.refused === undefined ? await sniffWithin(content, item) : { refused: item.refused };
  return {
    title: given || untitled,
    named: given !== "",
    format: "refused" in sniffed ? "text" : sniffed.format,
    contentHash: createHash("sha256").update(content).digest("hex"),
    sizeBytes: content.length,
    externalId: item.externalId === undefined ? null : cleanText(item.externalId),
    sourceUrl: item.sourceUrl ?? null,
    metadata: item.metadata ? cleanRecord(item.metadata) : null,
    outcome:
      "refused" in sniffed
        ? sniffed
        : {
            source: "text" in sniffed && !isUtf8(content) ? new TextEncoder().encode(sniffed.text) : content,
          },
  };
}

async function sniffWithin(content: Uint8Array, item: NewDocument) {
  if (content.length <= env.MAX_UPLOAD_BYTES) return sniff(content, item);
  const most = megabytes(env.MAX_UPLOAD_BYTES);
  return { refused: `The file has ${megabytes(content.length)} MB; the most is ${most} MB.` };
}

/** Files of a folder keep their place in it: a tree has many README.md. */
function relativePath(fileName: string): string {
  const steps = fileName.split(/[/\\]/).filter((step) => !["", ".", ".."].includes(step));
  return steps.join("/");
}

function megabytes(bytes: number): string {
  const value = bytes / (1024 * 1024);
  return value < 0.1 ? value.toPrecision(2) : value.toFixed(1);
}

/** jsonb refuses NUL and lone surrogates, in keys too. */
export function cleanRecord(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [cleanText(key), cleanValue(value)]),
  );
}

function cleanValue(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (value !== null && typeof value === "object") return cleanRecord({ ...value });
  return value;
}
