import { describe, expect, test } from "vitest";
import { fc } from "../testing/property.ts";
import { cleanText } from "./clean-text.ts";
import { readText } from "./read-text.ts";

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
const latin1 = (text: string) => Buffer.from(text, "latin1");
const utf16 = (text: string) => Buffer.from(text, "utf16le");

function textOf(content: Uint8Array, declared = {}): string {
  const read = readText(content, declared);
  if ("refused" in read) throw new Error(read.refused);
  return read.text;
}

describe("refusals, in words for the owner", () => {
  test.each([
    ["nothing", bytes(), /^The file is empty\.$/],
    ["blanks", bytes(" \n\t\n"), /no words/],
    [
      "a PNG named .txt",
      bytes([0x89], "PNG\r\n", [0x1a, 0x0a, 0, 0, 0, 13], "IHDR"),
      /looks like a PNG image/,
    ],
    ["a JPEG", bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16], "JFIF"), /a JPEG image/],
    ["gzip", bytes([0x1f, 0x8b, 8, 0]), /a gzip archive/],
    ["a program", bytes([0x7f], "ELF", [2, 1, 1, 0]), /a program/],
    ["NULs", bytes("abc", [0, 0, 1, 2], "def"), /NUL bytes/],
    ["control characters", bytes("abc".repeat(9), [1, 2, 3, 4, 5, 6, 7, 1]), /control characters/],
    ["random bytes", bytes(Array.from({ length: 600 }, (_, i) => ((i * 197) % 255) + 1)), /not text/],
    ["damaged UTF-8", bytes("Grüße\nаб", [0xd0], " вг"), /not valid UTF-8.*line 2\b/],
    ["UTF-32", bytes([0xff, 0xfe, 0, 0, 65, 0, 0, 0]), /UTF-32/],
    ["a page of scripts", bytes("<!doctype html><script>alert('words')</script>"), /page has no text/],
  ])("%s", (_, content, words) => {
    const read = readText(content, { fileName: "notes.txt", mediaType: "text/plain" });
    expect(read).toEqual({ refused: expect.stringMatching(words) });
  });

  test("more than five million characters", () => {
    const read = readText(Buffer.from("word ".repeat(1_040_000)));
    expect(read).toEqual({
      refused: expect.stringContaining("more than 5 million characters"),
    });
  });
});

describe("encodings", () => {
  test.each([
    ["UTF-8", bytes("Grüße 😀")],
    ["UTF-8 with a mark", bytes([0xef, 0xbb, 0xbf], "Grüße 😀")],
    ["UTF-16LE with a mark", bytes([0xff, 0xfe], [...utf16("Grüße 😀")])],
    ["UTF-16BE with a mark", bytes([0xfe, 0xff], [...utf16("Grüße 😀").swap16()])],
  ])("%s", (_, content) => {
    expect(textOf(content)).toBe("Grüße 😀");
  });

  test("UTF-16 without a mark", () => {
    expect(textOf(utf16("Plain words only"))).toBe("Plain words only");
    expect(textOf(utf16("Plain words only").swap16())).toBe("Plain words only");
  });

  test("Windows-1252 where it is plausible, else what the page names", () => {
    expect(textOf(latin1("Gr\xfc\xdfe aus K\xf6ln \x96 \x80 5"))).toBe("Grüße aus Köln – € 5");
    const page = bytes('<html><meta charset="shift_jis"><p>', [0x93, 0xfa, 0x96, 0x7b], "</p></html>");
    expect(textOf(page)).toBe("日本");
  });
});

describe("hidden characters", () => {
  test("are removed; line ends are one kind; surrogates are paired", () => {
    const text = "a\u200bb\u202ec\u{e0041}d\u0000e\ufeff\u00adf\r\ng\rh\u2028i\ud800j\ufe01";
    expect(cleanText(text)).toBe("abcdef\ng\nh\ni\ufffdj");
  });

  test("marks of direction, of no width, fillers, selectors and tags", () => {
    const invisible = [
      ..."\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
      ..."\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\u034f\u180e\u180b\u180f\u3164\uffa0\u115f\u17b4",
      ..."\u{e0001}\u{e0020}\u{e0041}\u{e007f}\u{e0100}\u{e01ef}\u{1d173}\ufe00\ufff9",
    ];
    expect(cleanText(`a${invisible.join("b")}c`)).toBe(`a${"b".repeat(invisible.length - 1)}c`);
  });

  test("joiners stay in the scripts and emoji that need them", () => {
    expect(cleanText("👩\u200d💻 می\u200cخواهم क्\u200dष")).toBe("👩\u200d💻 می\u200cخواهم क्\u200dष");
    expect(cleanText("pass\u200dword ❤\ufe0f\u200d🔥")).toBe("password ❤\ufe0f\u200d🔥");
  });

  test("any bytes give storable text or a refusal", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
        ),
        (content) => {
          const read = readText(content);
          if ("refused" in read) return;
          expect(read.text.isWellFormed()).toBe(true);
          expect(read.text).not.toContain("\u0000");
          expect(cleanText(read.text)).toBe(read.text);
        },
      ),
    );
  });
});

describe("format", () => {
  test.each([
    ["html", "<!DOCTYPE html><title>x</title><p>y", {}],
    ["html", "<p>part of a page</p>", { fileName: "part.html" }],
    ["text", "<p>part of a page</p>", {}],
    ["text", "a < b, and no tags", { fileName: "x.html" }],
    ["markdown", "just words", { fileName: "README.md" }],
    ["markdown", "just words", { mediaType: "text/markdown; charset=utf-8" }],
    ["markdown", "# One\n\nwords\n\n## Two\n\nwords", {}],
    ["code", "# comment\n\nx = 1\n\n# other\n\ny = 2", { fileName: "x.py" }],
    ["code", "#!/bin/sh\n# a\n\n# b\n\n", {}],
    ["text", "# One\n\nwords\n\n## Two\n\nwords", { format: "text" }],
  ] as const)("%s: %j", (format, content, declared) => {
    expect(readText(Buffer.from(content), declared)).toMatchObject({ format });
  });

  test("a title from the page or the first heading", () => {
    expect(readText(Buffer.from("<html><title>A &amp; B</title><p>x"))).toMatchObject({ title: "A & B" });
    expect(readText(Buffer.from("words\n\n# Head #\n"), { fileName: "a.md" })).toMatchObject({
      title: "Head",
    });
  });
});

/** A pattern that can match one text in several ways takes minutes over some of these, or for ever. */
describe("text made to be slow", () => {
  const long = 60_000;
  test.each([
    ["comments that end in no HTML", `${"<!--a-->".repeat(8_000)}x`],
    ["comments left open", "<!--".repeat(15_000)],
    ["comments and blanks", `${"<!-- --> \n".repeat(6_000)}x`],
    ["XML declarations", `${"<?xml a>".repeat(8_000)}x`],
    ["brackets", `# a\n${"[".repeat(long)}x`],
    ["brackets and parentheses", `# a\n${"[a](".repeat(15_000)}x`],
    ["a heading and blank lines", `# a\n${"\n ".repeat(long / 2)}x`],
    ["table rules", `a\n${"-".repeat(long)}x`],
    ["a heading of blanks", `# a${" ".repeat(19_000)}b`],
    ["a heading of number signs", `# a${" #".repeat(9_000)}b`],
    ["headings of blanks", `# a${" ".repeat(500)}b\n`.repeat(9_000)],
    ["a charset of blanks", `x\xe9 <meta charset${" ".repeat(2_000)}`],
  ])("%s", (_, text) => {
    for (const declared of [{}, { fileName: "a.md" }, { fileName: "a.html" }]) {
      readText(latin1(text), declared);
    }
  });

  test("a comment before the page is still a page", () => {
    const page = "<?xml version='1.0'?>\n<!-- a --b -->\n<!---->\n<!DOCTYPE html><p>words";
    expect(readText(Buffer.from(page))).toMatchObject({ format: "html", text: "words" });
  });
});

test.each([
  ["# Heading", "Heading"],
  ["##   Heading ##  ", "Heading"],
  ["# C#", "C#"],
  ["# a # b #", "a # b"],
  ["#\n\n# Later", "Later"],
])("the title of %j is %s", (text, title) => {
  expect(readText(Buffer.from(`${text}\n\nwords`), { format: "markdown" })).toMatchObject({ title });
});

describe("HTML", () => {
  const markdown = (html: string) => textOf(Buffer.from(`<!doctype html>${html}`));

  test("headings, lists, tables and code keep their form", () => {
    expect(
      markdown(
        "<h1>Top <em>one</em></h1><p>A <b>bold</b>, <a href='javascript:x()'>linked</a>\n word&nbsp;&lt;b&gt;<br>next</p>" +
          "<ul><li>one<li><p>two</p><ol><li>deep<li>er</ol></ul><h2>Part</h2>" +
          "<table><tr><th>k<th>v</tr><tr><td><p>a</p></td><td>1</td></tr></table>" +
          "<pre><code>if (x) {\n  y\n}</code></pre>end<img alt='a cat'>",
      ),
    ).toBe(
      "# Top one\n\nA bold, linked word <b>\nnext\n\n- one\n- two\n  1. deep\n  2. er\n\n## Part\n\n" +
        "k | v\na | 1\n\n```\nif (x) {\n  y\n}\n```\n\nenda cat",
    );
  });

  test("what no reader sees is dropped", () => {
    expect(
      markdown(
        "<style>p{}</style><p>seen</p><script>if (a</b) x('<p>no</p>')</script><!-- no --><div hidden>no<div>no</div>no</div>" +
          "<p style='display: none'>no<p>also</p><span style='font-size:0'>no</span><template><p>no</template>" +
          "<svg><text>no</text></svg><noscript>no</noscript> seen",
      ),
    ).toBe("seen\n\nalso\n\nseen");
  });

  test.each([
    "font-size: 1px",
    "font-size:0.5pt; color:red",
    "opacity:.0",
    "color: transparent",
    "text-indent:-9999px",
    "position:absolute;left:-10000px",
    "position: absolute; clip: rect(0, 0, 0, 0)",
    "clip-path: inset(50%)",
    "color: #FFFFFF; background-color: white",
    "background:#000;color:rgb(0, 0, 0)",
    "visibility: collapse",
  ])("hidden by %s", (style) => {
    expect(markdown(`<p>seen <span style="${style}">no</span></p>`)).toBe("seen");
  });

  test.each([
    "font-size: 0.8em",
    "font-size:10px",
    "opacity: 0.5",
    "opacity:.9",
    "background-color: transparent",
    "border-color:transparent",
    "color: white; background: #222",
    "color:#fff",
    "margin-left:-100px",
    "left: -10px",
  ])("not hidden by %s", (style) => {
    expect(markdown(`<p><span style="${style}">seen</span></p>`)).toBe("seen");
  });

  test("a million nested tags, open quotes and stray ends take linear time", () => {
    const started = process.cpuUsage();
    expect(markdown(`${"<div>".repeat(1_000_000)}x`)).toBe("x");
    expect(markdown(`y<p title="${"a".repeat(1_000_000)}`)).toBe("y");
    expect(markdown(`${"</ul></li></pre>".repeat(300_000)}z`)).toBe("z");
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(10);
  });
});
