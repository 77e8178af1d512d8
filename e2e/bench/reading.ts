/**
 * How fast documents of each format are taken apart: read, cut into passages and looked over, in the thread
 * where the server does it. Storing the passages is told by the corpus that is loaded before.
 */
import { prepareAside } from "#server/documents/prepare.ts";
import type { Format } from "#server/documents/sniff.ts";
import { makePdf, pageOf } from "#server/testing/pdf.ts";
import { makeDocx } from "#server/testing/zip.ts";

const characters = 1_000_000;
const runs = 3;
/** A page takes milliseconds, and the time for one document is limited. */
const mostPages = 100;

/** One megabyte of text, made of what is there, as each format says it. */
export async function readingTable(text: string): Promise<string> {
  const sample = text.repeat(Math.ceil(characters / text.length)).slice(0, characters);
  const lines = ["format      MB sent   MB/s   passages/s"];
  for (const [format, content] of samplesOf(sample)) {
    const { seconds, passages } = await measure(content, format);
    const megabytes = content.length / 1e6;
    lines.push(
      [
        format.padEnd(10),
        megabytes.toFixed(2).padStart(8),
        (megabytes / seconds).toFixed(2).padStart(6),
        Math.round(passages / seconds)
          .toString()
          .padStart(12),
      ].join(" "),
    );
  }
  return `Reading, one thread, best of ${runs} after one that loads the parser\n${lines.join("\n")}`;
}

/** Of the best run: the thread shares the machine. */
async function measure(content: Uint8Array, format: Format) {
  let seconds = Number.POSITIVE_INFINITY;
  let passages = 0;
  for (let run = 0; run <= runs; run++) {
    const startedAt = performance.now();
    const prepared = await prepareAside(content, { format });
    if ("refused" in prepared) throw new Error(`${format}: ${prepared.refused}`);
    if (run > 0) seconds = Math.min(seconds, (performance.now() - startedAt) / 1000);
    passages = prepared.chunks.length;
  }
  return { seconds, passages };
}

function samplesOf(text: string): [Format, Uint8Array][] {
  const paragraphs = text.split(/\n{2,}/).map((paragraph) => paragraph.replace(/\s+/g, " ").trim());
  const records = paragraphs.map((paragraph, number) => ({ number, kind: "paragraph", paragraph }));
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  const escaped = (value: string) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const rows = records.map(({ number, kind, paragraph }) => `${number},${kind},${quoted(paragraph)}`);
  const pageLines = 45;
  const lines = paragraphs.flatMap((paragraph) => [
    ...(paragraph.match(/.{1,90}(?:\s|$)|\S{90}/g) ?? []),
    "",
  ]);
  const pages = Array.from({ length: Math.ceil(lines.length / pageLines) }, (_, index) =>
    pageOf(lines.slice(index * pageLines, (index + 1) * pageLines)),
  );
  const mail = "From: a@example.org\nTo: b@example.org\nSubject: Bench\nMIME-Version: 1.0\n\n";
  return [
    ["text", Buffer.from(text)],
    ["markdown", Buffer.from(text)],
    ["html", Buffer.from(`<!doctype html>${paragraphs.map((each) => `<p>${escaped(each)}</p>`).join("")}`)],
    ["csv", Buffer.from(`number,kind,paragraph\n${rows.join("\n")}`)],
    ["json", Buffer.from(JSON.stringify(records))],
    ["code", Buffer.from(text)],
    ["email", Buffer.from(mail + text)],
    ["docx", makeDocx(paragraphs)],
    ["pdf", makePdf(pages.slice(0, mostPages))],
  ];
}
