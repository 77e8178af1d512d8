import { expect, test } from "vitest";
import { toCsv } from "./csv.ts";

test("lines end in CRLF; commas, quotes and line breaks are quoted", () => {
  expect(
    toCsv([
      ["number", "what"],
      [1, 'a "good", long\nday'],
    ]),
  ).toBe('number,what\r\n1,"a ""good"", long\nday"\r\n');
});

test("numbers stay numbers, also below zero", () => {
  expect(toCsv([[-10, 0, 1_000_000]])).toBe("-10,0,1000000\r\n");
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "＝1+1"])(
  "%j is text to a spreadsheet",
  (text) => {
    expect(toCsv([[text]])).toBe(`'${text}\r\n`);
  },
);

test("a formula that needs quotes gets both", () => {
  expect(toCsv([['=HYPERLINK("x","y")']])).toBe(`"'=HYPERLINK(""x"",""y"")"\r\n`);
});
