/** Comma-separated values by RFC 4180, safe to open in a spreadsheet. */

export type CsvValue = string | number;

export function toCsv(rows: readonly (readonly CsvValue[])[]): string {
  return rows.map((row) => `${row.map(toField).join(",")}\r\n`).join("");
}

function toField(value: CsvValue): string {
  if (typeof value === "number") return String(value);
  // A spreadsheet would run text that begins like a formula; a leading apostrophe keeps it text.
  const text = /^[\s]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands the text to the browser as a file. */
export function download(fileName: string, csv: string): void {
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has begun by the next turn, but not every browser has read the address before it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
