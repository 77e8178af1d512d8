import { describe, expect, test } from "vitest";
import { makePdf, pageOf } from "#server/testing/pdf.ts";
import { makeDocx, makeZip } from "#server/testing/zip.ts";
import { judge, type NewDocument } from "./judge.ts";
import { unpack } from "./unpack.ts";
import { unpackParts } from "./unpack-parts.ts";

const mail = (parts: string) =>
  `From: a@example.org\r\nTo: b@example.org\r\nSubject: Report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n${parts}--b--\r\n`;
const attached = (name: string, content: Uint8Array) =>
  `--b\r\nContent-Type: application/octet-stream; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(content).toString("base64")}\r\n`;

/** Title, format and reason of what becomes of it. */
async function taken(content: Uint8Array | string, item: Partial<NewDocument> = {}) {
  const judged = await judge(
    await unpack([{ fileName: "sent.bin", ...item, content: Buffer.from(content) }]),
  );
  return judged.map(({ title, format, externalId, outcome }) => ({
    title,
    format,
    ...(externalId === null ? {} : { externalId }),
    ...("refused" in outcome ? outcome : {}),
  }));
}

describe("archives", () => {
  test("each file is a document, titled by its path", async () => {
    const zip = makeZip([
      { name: "rules/", content: "" },
      { name: "rules/leave.md", content: "# Leave\n\n30 days." },
      { name: "rules/plan.txt", content: makePdf([pageOf(["A plan"])]) },
      { name: "letter.docx", content: makeDocx(["Dear all"]) },
      { name: "inner.zip", content: makeZip([{ name: "rows.csv", content: "a,b\n1,2\n" }]) },
      { name: ".git/config", content: "[core]" },
      { name: "__MACOSX/._leave.md", content: "x" },
      { name: "link", content: "/etc/passwd", link: true },
      { name: "program.exe", content: Buffer.from("MZ\x90\0\x03\0\0\0\x04\0") },
    ]);
    expect(await taken(zip)).toEqual([
      { title: "rules/leave.md", format: "markdown" },
      { title: "rules/plan.txt", format: "pdf" },
      { title: "letter.docx", format: "docx" },
      { title: "inner.zip/rows.csv", format: "csv" },
      { title: "program.exe", format: "text", refused: expect.stringContaining("a program") },
    ]);
  });

  test("a title and an external id are those of the archive", async () => {
    const zip = makeZip([{ name: "a.md", content: "words" }]);
    expect(await taken(zip, { title: "Handbook", externalId: "hb" })).toEqual([
      { title: "Handbook/a.md", format: "markdown", externalId: "hb/a.md" },
    ]);
  });

  test("bombs, ways out, passwords and damage: told by name, others unharmed", async () => {
    const zip = makeZip([
      { name: "bomb.txt", content: Buffer.alloc(19_000_000, "a") },
      { name: "../../etc/cron.d/x", content: "words" },
      { name: "/etc/passwd", content: "words" },
      { name: "secret.txt", content: "words", encrypted: true },
      { name: "large.txt", content: "words", statedBytes: 1_000_000 },
      { name: "small.txt", content: "words words words", statedBytes: 3 },
      { name: "good.txt", content: "words" },
    ]);
    expect(await taken(zip)).toEqual([
      {
        title: "bomb.txt",
        format: "text",
        refused: expect.stringMatching(/^It unpacks to \d+ times its size/),
      },
      { title: "etc/cron.d/x", format: "text", refused: "Its path leads out of the archive." },
      { title: "etc/passwd", format: "text", refused: "Its path leads out of the archive." },
      { title: "secret.txt", format: "text", refused: expect.stringContaining("encrypted") },
      { title: "large.txt", format: "text", refused: "It is damaged in the archive." },
      { title: "small.txt", format: "text", refused: "It is damaged in the archive." },
      { title: "good.txt", format: "text" },
    ]);
  });

  test("too much, too many, too deep, nothing, or damaged: the archive is refused", async () => {
    const files = makeZip([
      { name: "a.txt", content: "words" },
      { name: "b.txt", content: "more words" },
    ]);
    expect(await unpackParts(files, { maxBytes: 14, maxFileBytes: 14 })).toEqual({
      refused: expect.stringMatching(/^The archive unpacks to more than/),
    });
    const one = async (content: Uint8Array) => (await taken(content))[0]?.refused;
    const many = makeZip(
      Array.from({ length: 5_001 }, (_, index) => ({ name: `${index}.txt`, content: "x" })),
    );
    expect(await one(many)).toBe("The archive has more than 5000 files. Split it into several.");
    const nest = (depth: number): Buffer =>
      makeZip([{ name: "n.zip", content: depth === 0 ? "words" : nest(depth - 1) }]);
    expect(await taken(nest(3))).toEqual([
      { title: "n.zip/n.zip/n.zip", format: "text", refused: "Archives within archives are opened 3 deep." },
    ]);
    expect(await one(makeZip([{ name: "only/", content: "" }]))).toBe("The archive has no files in it.");
    const whole = makeZip([{ name: "a.md", content: "words" }]);
    expect(await one(whole.subarray(0, whole.length - 30))).toMatch(/^The archive is damaged/);
  });
});

describe("e-mail", () => {
  test("what is attached becomes documents beside it", async () => {
    const message = mail(
      attached("plan.pdf", makePdf([pageOf(["A plan"])])) +
        attached("all.zip", makeZip([{ name: "a.md", content: "words" }])) +
        attached("logo.png", Buffer.from("\x89PNG\r\n\x1a\n\0\0", "latin1")),
    );
    expect(await taken(message, { fileName: "report.eml", externalId: "m1" })).toEqual([
      { title: "report.eml", format: "email", externalId: "m1" },
      { title: "report.eml/plan.pdf", format: "pdf", externalId: "m1/plan.pdf" },
      { title: "report.eml/all.zip/a.md", format: "markdown", externalId: "m1/all.zip/a.md" },
      {
        title: "report.eml/logo.png",
        format: "text",
        externalId: "m1/logo.png",
        refused: expect.stringContaining("a PNG image"),
      },
    ]);
  });

  test("one without attachments stays as it is", async () => {
    expect(await taken(mail(""), { fileName: "note.eml" })).toEqual([{ title: "note.eml", format: "email" }]);
  });
});
