/**
 * PDFs made by hand (ISO 32000-1) for tests: pages of content streams set in Helvetica, if wanted encrypted
 * with a password (standard security handler, revision 2: RC4 with 40 bits).
 */
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

export function makePdf(
  pages: readonly (string | Uint8Array)[],
  { password }: { password?: string } = {},
): Buffer {
  const bodies: Buffer[] = [];
  const pagesAt = 4;
  bodies.push(latin1("<< /Type /Catalog /Pages 2 0 R >>"));
  const kids = pages.map((_, index) => `${pagesAt + 2 * index} 0 R`).join(" ");
  bodies.push(latin1(`<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`));
  bodies.push(latin1("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"));
  const lock = password === undefined ? null : makeLock(password);
  for (const [index, page] of pages.entries()) {
    bodies.push(
      latin1(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${pagesAt + 2 * index + 1} 0 R >>`,
      ),
    );
    const packed = deflateSync(page);
    const stream = lock ? rc4(lock.keyOf(pagesAt + 2 * index + 1), packed) : packed;
    bodies.push(
      Buffer.concat([
        latin1(`<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`),
        stream,
        latin1("\nendstream"),
      ]),
    );
  }
  return withCrossReferences(bodies, lock ? ` /Encrypt ${lock.dictionary} /ID [<00> <00>]` : "");
}

/** Lines of 11 points from the top of the page; one that begins with "# " is set larger. */
export function pageOf(lines: readonly string[]): string {
  return lines
    .map((line, index) => {
      const heading = line.startsWith("# ");
      const text = line.replace(/^# /, "").replace(/[\\()]/g, "\\$&");
      return `BT /F1 ${heading ? 20 : 11} Tf 72 ${740 - index * 14} Td (${text}) Tj ET`;
    })
    .join("\n");
}

function withCrossReferences(bodies: readonly Buffer[], extra: string): Buffer {
  const parts = [latin1("%PDF-1.4\n")];
  const offsets: number[] = [];
  let at = 9;
  for (const [index, body] of bodies.entries()) {
    const object = Buffer.concat([latin1(`${index + 1} 0 obj\n`), body, latin1("\nendobj\n")]);
    offsets.push(at);
    parts.push(object);
    at += object.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = bodies.length + 1;
  parts.push(
    latin1(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R${extra} >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** ISO 32000-1 §7.6.2 and §7.6.3, algorithms 1 to 4. */
function makeLock(password: string) {
  const padding = Buffer.from("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a", "hex");
  const padded = (text: string) => Buffer.concat([latin1(text), padding]).subarray(0, 32);
  const owner = rc4(md5(padded("owner")).subarray(0, 5), padded(password));
  const permissions = Buffer.from([0xfc, 0xff, 0xff, 0xff]);
  const key = md5(Buffer.concat([padded(password), owner, permissions, Buffer.from([0])])).subarray(0, 5);
  const user = rc4(key, padding);
  return {
    dictionary: `<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <${owner.toString("hex")}> /U <${user.toString("hex")}> >>`,
    keyOf: (object: number) =>
      md5(Buffer.concat([key, Buffer.from([object & 255, object >> 8, object >> 16, 0, 0])])).subarray(0, 10),
  };
}

function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (a: number, b: number) => {
    const kept = state[a] ?? 0;
    state[a] = state[b] ?? 0;
    state[b] = kept;
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + (state[i] ?? 0) + (key[i % key.length] ?? 0)) & 255;
    swap(i, j);
  }
  let i = 0;
  let j = 0;
  return Buffer.from(
    data.map((byte) => {
      i = (i + 1) & 255;
      j = (j + (state[i] ?? 0)) & 255;
      swap(i, j);
      return byte ^ (state[((state[i] ?? 0) + (state[j] ?? 0)) & 255] ?? 0);
    }),
  );
}

function md5(data: Uint8Array): Buffer {
  return createHash("md5").update(data).digest();
}

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
