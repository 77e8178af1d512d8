/**
 * A labelled set of one's own, in a folder as BEIR has them: documents in `corpus.jsonl`, questions in
 * `queries.jsonl`, and in `qrels.tsv` which documents answer which question, and how well.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import type { LabelledSet, Question } from "./questions.ts";

const id = z.union([z.string(), z.number()]).transform(String);
const documentLine = z.object({ _id: id, title: z.string().optional(), text: z.string() });
const questionLine = z.object({ _id: id, text: z.string() });

/** Documents without text are left out, and questions that nothing answers. */
export function readFolder(folder: string): LabelledSet {
  const documents = readLines(folder, "corpus.jsonl", documentLine)
    .filter(({ text }) => text.trim() !== "")
    .map(({ _id, title, text }) => ({ id: _id, title: title?.trim() || _id, text }));
  const known = new Set(documents.map((document) => document.id));
  const judged = readJudgements(folder);
  const questions = readLines(folder, "queries.jsonl", questionLine).map(
    ({ _id, text }): Question => ({
      query: text,
      answers: new Map(judged.get(_id)?.filter(([document, grade]) => grade > 0 && known.has(document))),
    }),
  );
  return {
    source: `documents of ${basename(folder)}`,
    documents,
    questions: questions.filter(({ answers }) => answers.size > 0),
  };
}

function readLines<Line extends z.ZodType>(folder: string, file: string, line: Line): z.output<Line>[] {
  return linesOf(folder, file).map((text, at) => {
    const read = line.safeParse(fromJson(text));
    if (!read.success) throw new Error(`${file}, line ${at + 1}: ${z.prettifyError(read.error)}`);
    return read.data;
  });
}

/** Question, document and grade; four columns as TREC has them, with one between that says nothing. */
function readJudgements(folder: string): Map<string, [document: string, grade: number][]> {
  const judged = new Map<string, [string, number][]>();
  for (const [at, line] of linesOf(folder, "qrels.tsv").entries()) {
    const columns = line.trim().split(/\s+/);
    const [question, document, grade] = columns.length === 4 ? columns.toSpliced(1, 1) : columns;
    if (at === 0 && Number.isNaN(Number(grade))) continue;
    if (!question || !document || !Number.isFinite(Number(grade)))
      throw new Error(`qrels.tsv, line ${at + 1}: a question, a document and a grade are wanted.`);
    judged.set(question, [...(judged.get(question) ?? []), [document, Number(grade)]]);
  }
  return judged;
}

const linesOf = (folder: string, file: string) =>
  readFileSync(join(folder, file), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
