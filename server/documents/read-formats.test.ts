import { describe, expect, test } from "vitest";
import { makePdf, pageOf } from "#server/testing/pdf.ts";
import { makeDocx, makeZip } from "#server/testing/zip.ts";
import { prepareAside } from "./prepare.ts";
import { readDocument } from "./read-text.ts";
import type { Declared } from "./sniff.ts";

async function read(content: Uint8Array | string, declared: Declared = {}) {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const found = await readDocument(bytes, { fileName: "notes.txt", mediaType: "text/plain", ...declared });
  if ("refused" in found) throw new Error(found.refused);
  return found;
}

const refused = async (content: Uint8Array | string) =>
  readDocument(Buffer.from(content), { fileName: "notes.txt", mediaType: "text/plain" });

describe("PDF", () => {
  test("headings, paragraphs and pages, whatever its name", async () => {
    const pdf = makePdf([
      pageOf([
        "# Igneous rocks",
        "",
        "Granite is a coarse rock that cooled slowly, deep below the surface of the",
        "earth, and it is the com-",
        "monest of them.",
        "",
        "",
        "Basalt cooled fast.",
      ]),
      pageOf(["# Sedimentary rocks", "", "Sandstone was sand once."]),
    ]);
    const found = await read(pdf);
    expect(found).toMatchObject({ format: "pdf", title: "Igneous rocks" });
    expect(found.text).toBe(
      "# Igneous rocks\n\nGranite is a coarse rock that cooled slowly, deep below the surface of the earth, and it is the com-\nmonest of them.\n\nBasalt cooled fast.\n\n# Sedimentary rocks\n\nSandstone was sand once.",
    );
    expect(found.pages).toEqual([0, found.text.indexOf("# Sedimentary")]);
    const prepared = await prepareAside(pdf, { format: "pdf" });
    if ("refused" in prepared) throw new Error(prepared.refused);
    expect(prepared.chunks.map(({ page, headingPath }) => ({ page, headingPath }))).toEqual([
      { page: 1, headingPath: ["Igneous rocks"] },
      { page: 2, headingPath: ["Sedimentary rocks"] },
    ]);
  });

  test("what only looks like Markdown is text", async () => {
    const { text } = await read(
      makePdf(["BT /F1 11 Tf 72 700 Td (# a comment) Tj ET BT /F1 11 Tf 72 680 Td (---) Tj ET"]),
    );
    expect(text).toBe("\\# a comment\n\n\\---");
  });

  test("running heads are left out, and what nobody can see", async () => {
    const pages = Array.from(
      { length: 6 },
      (_, index) =>
        `${pageOf(["Handbook of stones", "", `Stone number ${index} is hard.`, "", `Page ${index + 1}`])}\nBT /F1 1 Tf 72 300 Td (tiny orders) Tj ET BT /F1 11 Tf 900 300 Td (orders off the page) Tj ET`,
    );
    const { text } = await read(makePdf(pages));
    expect(text).toBe(Array.from({ length: 6 }, (_, index) => `Stone number ${index} is hard.`).join("\n\n"));
  });

  test("a password, no text, damage: refused in words", async () => {
    expect(await refused(makePdf([pageOf(["Secret"])], { password: "open sesame" }))).toEqual({
      refused: expect.stringContaining("protected by a password"),
    });
    expect(await read(makePdf([pageOf(["Not secret"])], { password: "" }))).toMatchObject({
      text: "Not secret",
    });
    expect(await refused(makePdf(["0 0 100 100 re f", "0 0 9 9 re f"]))).toEqual({
      refused: expect.stringMatching(/^The PDF has 2 pages but no text: .*OCR/),
    });
    expect(await refused("%PDF-1.7\nnothing of the kind")).toEqual({
      refused: expect.stringMatching(/^The PDF is damaged/),
    });
    const whole = makePdf([pageOf(["Half"]), pageOf(["a file"])]);
    expect(await refused(whole.subarray(0, whole.length >> 1))).toEqual({
      refused: expect.stringMatching(/^The PDF is damaged/),
    });
  });

  test("too much memory or time: refused, and the next is read", async () => {
    const blanks = Buffer.alloc(150_000_000, 32);
    const bomb = makePdf([Buffer.concat([Buffer.from("BT /F1 11 Tf (a) Tj ET "), blanks])]);
    const [memory, time, other] = await Promise.all([
      prepareAside(bomb, { format: "pdf" }, { seconds: 600, bufferMegabytes: 50 }),
      prepareAside(bomb, { format: "pdf" }, { seconds: 1, bufferMegabytes: 10_000 }),
      prepareAside(makePdf([pageOf(["Unharmed"])]), { format: "pdf" }),
    ]);
    expect(memory).toEqual({ refused: expect.stringContaining("too much memory") });
    expect(time).toEqual({ refused: expect.stringContaining("more than 1 seconds") });
    expect(other).toMatchObject({ text: "Unharmed" });
  });

  test("one thread after another document", async () => {
    for (const word of ["One", "Two", "Three"]) {
      const read = await prepareAside(makePdf([pageOf([word])]), { format: "pdf" });
      expect(read).toMatchObject({ text: word });
    }
  });
});

describe("Word", () => {
  test("headings, paragraphs and tables, whatever its name", async () => {
    const found = await read(makeDocx(["# Rocks", "Granite & basalt.", "| Rock | Age |", "The end."]));
    expect(found).toMatchObject({
      format: "docx",
      title: "Rocks",
      text: "# Rocks\n\nGranite & basalt.\n\nRock | Age\n\nThe end.",
    });
  });

  test("damaged, or larger inside than can be read: refused in words", async () => {
    const damaged = { refused: expect.stringMatching(/^The Word document is damaged/) };
    expect(await refused(makeZip([{ name: "word/document.xml", content: "<w:document" }]))).toEqual(damaged);
    const whole = makeDocx(["words"]);
    whole.fill(0x41, 40, whole.length - 700);
    expect(await refused(whole)).toEqual(damaged);
    const lie = makeZip([{ name: "word/document.xml", content: "<a/>", statedBytes: 500_000_000 }]);
    expect(await refused(lie)).toEqual({ refused: expect.stringContaining("unpacks to more") });
    const deep = `<w:document>${"<w:p>".repeat(200_000)}`;
    expect(await refused(makeZip([{ name: "word/document.xml", content: deep }]))).toEqual(damaged);
  });

  test("other Office documents say what to do", async () => {
    const kind = async (...names: string[]) =>
      JSON.stringify(await refused(makeZip(names.map((name) => ({ name, content: "x" })))));
    expect(await kind("xl/workbook.xml")).toContain("XLSX). Save each sheet as CSV");
    expect(await kind("ppt/presentation.xml")).toContain("PPTX). Save it as PDF");
    expect(await kind("mimetype", "content.xml")).toContain("OpenDocument");
    expect(await kind("mimetype", "META-INF/container.xml")).toContain("EPUB");
    expect(await refused("{\\rtf1 words}")).toEqual({ refused: expect.stringContaining("Save it as DOCX") });
  });
});

describe("tables", () => {
  test("each row names its columns", async () => {
    const { format, text } = await read(
      'Name,City,Note\nAda,London,"first, and\nforemost"\nGrace,,"said ""bug"""\n',
      {
        fileName: "people.csv",
      },
    );
    expect(format).toBe("csv");
    expect(text).toBe('Name: Ada | City: London | Note: first, and foremost\nName: Grace | Note: said "bug"');
  });

  test.each([
    ["semicolons", "a;b\n1;2\n", "a: 1 | b: 2", "x.csv"],
    ["tabs", "a\tb\n1\t2\n", "a: 1 | b: 2", "x.tsv"],
    ["no header", "1,2\n3,4\n", "1 | 2\n3 | 4", "x.csv"],
    ["by its content alone", "a,b,c\n1,2,3\n4,5,6\n7,8,9\n1,2,4\n5,5,5", "a: 1 | b: 2 | c: 3", ""],
    ["an open quote is text", 'a,b\n1,"2\n3,4', 'a,b\n1,"2\n3,4', "x.csv"],
  ])("%s", async (_, content, text, fileName) => {
    expect((await read(content, { fileName, mediaType: "" })).text).toContain(text);
  });

  test("prose with commas is no table", async () => {
    const prose = "One, two, three.\nFour, five, six.\nSeven, eight, nine, ten.\nEleven, twelve.\nThirteen.";
    expect(await read(prose)).toMatchObject({ format: "text" });
  });

  test("more rows than can be read", async () => {
    const content = Buffer.from(`a,b\n${"1,2\n".repeat(100_001)}`);
    expect(await readDocument(content, { fileName: "x.csv" })).toEqual({
      refused: "The table has more than 100000 rows. Split it into parts.",
    });
  });
});

describe("JSON", () => {
  test("values behind their paths, records apart", async () => {
    const { format, text } = await read(
      '{"name":"fltr","tags":["a","b"],"id":12345678901234567890,"by":[{"n":1},{"n":2}],"x":{"y":{"z":true}}}',
    );
    expect(format).toBe("json");
    expect(text).toBe(
      "name: fltr\ntags: a, b\nid: 12345678901234567890\n\nby[0].n: 1\n\nby[1].n: 2\n\nx.y.z: true",
    );
  });

  test("a list of records and JSON Lines read the same", async () => {
    const text = "a: 1\nb: x\n\na: 2";
    expect(await read('[{"a":1,"b":"x"},{"a":2}]')).toMatchObject({ format: "json", text });
    expect(await read('{"a":1,"b":"x"}\n{"a":2}\n')).toMatchObject({ format: "json", text });
  });

  test("too deep is refused, broken is text, endless paths are bounded", async () => {
    expect(await refused(`${"[".repeat(200_000)}1${"]".repeat(200_000)}`)).toEqual({
      refused: "The JSON is nested more than 64 levels deep.",
    });
    expect(await read('{"a": 1,}')).toMatchObject({ format: "text", text: '{"a": 1,}' });
    const key = "k".repeat(190);
    const wide = JSON.stringify({
      [key]: { [key]: { [key]: Array.from({ length: 20_000 }, (_, i) => [i]) } },
    });
    expect(await refused(wide)).toEqual({ refused: expect.stringContaining("5 million characters") });
  });
});

describe("code", () => {
  const code = `import { x } from "y";\n\nexport class Shelf {\n  constructor(private books) {}\n\n  find(title) {\n    return this.books.get(title);\n  }\n}\n`;

  test("by its name or its content", async () => {
    expect(await read(code, { fileName: "shelf.ts" })).toMatchObject({ format: "code", text: code });
    expect(await read(code)).toMatchObject({ format: "code" });
    expect(await read("#!/bin/sh\n# a\n\n# b\n\n")).toMatchObject({ format: "code" });
  });

  test("chunks begin at definitions and name them", async () => {
    const body = (name: string) =>
      `# What ${name} does.\ndef ${name}(a, b):\n${`    total = total + compute(a, b, "${name}")\n`.repeat(14)}    return total\n`;
    const text = `import os\n\n${["alpha", "beta", "gamma"].map(body).join("\n")}`;
    const prepared = await prepareAside(Buffer.from(text), { format: "code" });
    if ("refused" in prepared) throw new Error(prepared.refused);
    const starts = prepared.chunks.map(({ start, headingPath }) => [
      text.slice(start, start + 12),
      headingPath,
    ]);
    expect(starts).toEqual([
      ["import os\n\n#", []],
      ["# What beta ", ["beta"]],
      ["# What gamma", ["gamma"]],
    ]);
  });
});

describe("e-mail", () => {
  const head =
    "From: Ada <ada@example.org>\r\nTo: Grace <grace@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Fri, 27 Nov 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n";

  test("plain, with its head", async () => {
    const found = await read(
      `${head}Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSch=F6n.\r\n`,
    );
    expect(found).toMatchObject({ format: "email", title: "Grüße" });
    expect(found.text).toBe(
      "Subject: Grüße\nFrom: Ada <ada@example.org>\nTo: Grace <grace@example.org>\nDate: 2026-11-27T08:00:00.000Z\n\nSchön.",
    );
  });

  test("HTML alone, and the names of what is attached", async () => {
    const found = await read(
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<h1>Hello</h1><p>there<span style="display:none">hidden</span></p>\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nattached\r\n--b--\r\n`,
    );
    expect(found.text).toContain("Attachments: a.txt\n\n# Hello\n\nthere");
    expect(found.text).not.toContain("hidden");
  });

  test("a letter that only begins like one is text", async () => {
    expect(await read("From: me\nDear you,\n\nwords")).toMatchObject({ format: "text" });
    expect(await read("Note: buy milk\nTo: do\n\nwords")).toMatchObject({ format: "text" });
  });
});
