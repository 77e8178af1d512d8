/** Archives of the web: what is taken from them, and what they cannot do. */

import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { describe, expect, it, test } from "vitest";
import { archiveOf, filesOf } from "./archive.ts";
import { parseSitemap } from "./sitemap.ts";

async function tar(files: Record<string, string>, link?: string): Promise<Buffer> {
  const packed = pack();
  for (const [name, content] of Object.entries(files)) packed.entry({ name }, content);
  if (link) packed.entry({ name: link, type: "symlink", linkname: "/etc/passwd" });
  packed.finalize();
  return buffer(packed);
}

async function read(archive: Uint8Array, maxFileBytes = 1000) {
  const files: Record<string, string> = {};
  for await (const { path, content } of filesOf(archive, { maxFileBytes, maxUnpackedBytes: 1024 * 1024 }))
    files[path] = Buffer.from(content).toString();
  return files;
}

describe("the files of an archive", () => {
  const files = {
    "repo-main/README.md": "# Read me",
    "repo-main/docs/a.md": "a",
    "repo-main/.github/x.yml": "x",
  };

  it("lie below its one folder, without hidden ones and links", async () => {
    const wanted = { "README.md": "# Read me", "docs/a.md": "a" };
    expect(await read(await tar(files, "repo-main/link.md"))).toEqual(wanted);
    expect(await read(gzipSync(await tar(files)))).toEqual(wanted);
    expect(await read(await tar({ "a/b.md": "b", "c.md": "c" }))).toEqual({ "a/b.md": "b", "c.md": "c" });
  });

  it("never leave it, and none is larger than allowed", async () => {
    const hostile = { "x/../../etc/passwd": "root", "x/ok.md": "ok", "x/large.txt": "a".repeat(2000) };
    expect(await read(await tar(hostile))).toEqual({ "ok.md": "ok" });
  });

  it.each([
    ["no archive", Buffer.from("hello"), /not an archive|no files/],
    ["half an archive", gzipSync(Buffer.alloc(5000, "a")).subarray(0, 30), /not an archive/],
    ["a ZIP in name", Buffer.from("PK\u0003\u0004nonsense"), /not an archive/],
  ])("%s is refused in words", async (_, bytes, words) => {
    await expect(read(bytes)).rejects.toThrow(words);
  });

  it("that unpack to more than is sane are refused", async () => {
    const bomb = gzipSync(await tar({ "x/a": "a", "x/zeros": "0".repeat(2 * 1024 * 1024) }));
    await expect(read(bomb)).rejects.toThrow("too large");
  });
});

test("a repository's page becomes the address of its archive", () => {
  const cases: Record<string, [string, string]> = {
    "https://github.com/o/r": ["https://github.com/o/r/archive/HEAD.zip", "r"],
    "https://github.com/o/r.git": ["https://github.com/o/r/archive/HEAD.zip", "r"],
    "https://www.github.com/o/r/tree/feature/x": [
      "https://github.com/o/r/archive/refs/heads/feature/x.zip",
      "r",
    ],
    "https://github.com/o/r/archive/refs/heads/main.zip": [
      "https://github.com/o/r/archive/refs/heads/main.zip",
      "r",
    ],
    "https://gitlab.com/g/sub/r": ["https://gitlab.com/g/sub/r/-/archive/HEAD/r-HEAD.zip", "r"],
    "https://gitlab.com/g/r/-/tree/a/b": ["https://gitlab.com/g/r/-/archive/a/b/r-a-b.zip", "r"],
    "https://codeberg.org/o/r/src/branch/main": ["https://codeberg.org/o/r/archive/main.zip", "r"],
    "https://example.com/files/book.tar.gz": ["https://example.com/files/book.tar.gz", "book"],
    "https://example.com/": ["https://example.com/", "example.com"],
  };
  for (const [address, [url, name]] of Object.entries(cases))
    expect([address, archiveOf(address)]).toEqual([address, { url, name }]);
});

test("sitemaps, indexes and lists are told from other things", () => {
  const parse = (text: string | Uint8Array) =>
    parseSitemap(typeof text === "string" ? Buffer.from(text) : text, 10_000);
  const pages = `<?xml version="1.0"?><urlset xmlns="x"><url><loc> https://a.example/1?a=1&amp;b=2 </loc><image:loc>https://a.example/i.png</image:loc></url><url><loc>nonsense</loc></url></urlset>`;
  expect(parse(pages)).toEqual({ kind: "pages", addresses: ["https://a.example/1?a=1&b=2"] });
  expect(parse(gzipSync(pages))).toEqual(parse(pages));
  expect(parse(`<sitemapindex><sitemap><loc>https://a.example/s.xml</loc></sitemap></sitemapindex>`)).toEqual(
    {
      kind: "index",
      addresses: ["https://a.example/s.xml"],
    },
  );
  expect(parse("https://a.example/1\nhttps://a.example/2\n")?.addresses).toHaveLength(2);
  const laughs = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>https://a.example/&b;</loc></url></urlset>`;
  expect(parse(laughs)?.addresses.join("").length ?? 0).toBeLessThan(60);
  for (const other of ["<html><body>Hi</body></html>", "just words", "", gzipSync(Buffer.alloc(50_000))])
    expect(parse(other)).toBeNull();
});
