/**
 * A sitemap (sitemaps.org 0.9) or an index of sitemaps: XML, plain lines of addresses, either of them in
 * gzip. Entities are never expanded beyond XML's own five, and nothing is fetched from here.
 */
import { gunzipSync } from "node:zlib";
import { Parser } from "htmlparser2";

export type Sitemap = { readonly kind: "pages" | "index"; readonly addresses: readonly string[] };

/** `maxBytes` when unpacked. Null: it is no sitemap. */
export function parseSitemap(body: Uint8Array, maxBytes: number): Sitemap | null {
  const text = textOf(body, maxBytes);
  if (text === null) return null;
  if (!text.trimStart().startsWith("<")) return linesOf(text);
  const addresses: string[] = [];
  const path: string[] = [];
  const spaces: string[] = [];
  let root = "";
  let address: string | null = null;
  const parser = new Parser(
    {
      onopentagname(tag) {
        // Other vocabularies (of images, of news) have a loc of their own.
        const [name = "", space = ""] = tag.toLowerCase().split(":").reverse();
        path.push(name);
        root ||= name;
        spaces.push(space);
        if (name === "loc" && space === spaces.at(-2) && /^(url|sitemap)$/.test(path.at(-2) ?? ""))
          address = "";
      },
      ontext(part) {
        if (address !== null && address.length < 3_000) address += part;
      },
      onclosetag() {
        spaces.pop();
        if (path.pop() !== "loc" || address === null) return;
        const found = address.trim();
        if (URL.canParse(found)) addresses.push(found);
        address = null;
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  if (root !== "urlset" && root !== "sitemapindex") return null;
  return { kind: root === "urlset" ? "pages" : "index", addresses };
}

function textOf(body: Uint8Array, maxBytes: number): string | null {
  const packed = body[0] === 0x1f && body[1] === 0x8b;
  try {
    return new TextDecoder().decode(packed ? gunzipSync(body, { maxOutputLength: maxBytes }) : body);
  } catch {
    return null;
  }
}

function linesOf(text: string): Sitemap | null {
  const lines = text.split("\n").flatMap((line) => line.trim() || []);
  return lines.length > 0 && lines.every((line) => URL.canParse(line))
    ? { kind: "pages", addresses: lines }
    : null;
}
