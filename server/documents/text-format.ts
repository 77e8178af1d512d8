/**
 * Which kind of text a text is: what it looks like first, and where that tells nothing, what its name and
 * media type say. Only its beginning is looked at; a reader that finds it to be something else says so.
 */
import { delimiterOf } from "./read-table.ts";
import type { Declared, TextFormat } from "./sniff.ts";

export const sampleCharacters = 65_536;

const codeExtensions = new Set(
  "astro bash bat c cc clj cmake conf cpp cs css cxx dart dockerfile el elm erl ex exs fs go gradle graphql groovy h hcl hpp hs ini java jl js jsx kt kts less lisp lua m makefile mjs cjs ml mm mts cts nim nix pas php pl pm properties proto ps1 py pyi r rb rs sass scala scm scss sh sol sql svelte swift tcl tf toml ts tsx v vb vue xml xsd xsl yaml yml zig zsh".split(
    " ",
  ),
);

export function formatOf(text: string, { fileName = "", mediaType = "" }: Declared): TextFormat {
  const head = text.slice(0, sampleCharacters);
  const name = /([^/\\]*)$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
  const extension = /\.([a-z0-9]+)$/.exec(name)?.[1] ?? (codeExtensions.has(name) ? name : "");
  const media = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  // A comment ends at the first "-->": were that left open, each could be read in two ways.
  if (
    /^\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i.test(head)
  )
    return "html";
  const saysHtml = /^(?:x?html?)$/.test(extension) || /^(?:text\/html|application\/xhtml\+xml)$/.test(media);
  if (saysHtml && /<\/?(?:p|div|span|a|h[1-6]|ul|ol|li|table|br|section|article|main|pre)\b/i.test(head)) {
    return "html";
  }
  if (/^(?:md|markdown|mdx|mkd)$/.test(extension) || /^text\/(?:x-)?markdown$/.test(media)) return "markdown";
  if (looksLikeJson(text)) return "json";
  if (saysTable(extension, media) && delimiterOf(head, { rows: 1, columns: 2 })) return "csv";
  if (codeExtensions.has(extension) || head.startsWith("#!")) return "code";
  const nothingElseSaid =
    /^(?:txt|text|)$/.test(extension) && /^(?:text\/plain|application\/octet-stream|)$/.test(media);
  if (!nothingElseSaid) return "text";
  if (looksLikeMarkdown(head)) return "markdown";
  if (looksLikeCode(head)) return "code";
  return delimiterOf(head, { rows: 4, columns: 3 }) ? "csv" : "text";
}

function saysTable(extension: string, media: string): boolean {
  return /^(?:csv|tsv|tab|psv)$/.test(extension) || /^text\/(?:csv|tab-separated-values)$/.test(media);
}

/** Both ends are those of an object or a list; whether it is whole is found out when it is read. */
function looksLikeJson(text: string): boolean {
  if (!/^\s{0,1000}(?:\{\s{0,1000}["}]|\[\s{0,1000}(?:[[{"\]]|-?\d|true\b|false\b|null\b))/.test(text)) {
    return false;
  }
  return /[\]}]\s{0,1000}$/.test(text.slice(-2000));
}

/** A "#" line alone may be a comment in a script, so it takes two signs. */
function looksLikeMarkdown(head: string): boolean {
  const headings = count(head, /^#{1,6} \S.*\n\s*\n/gm);
  const other = /^(?:```|~~~)|\[[^[\]\n]{1,200}\]\([^()\n]{1,500}\)|^\|? ?:?-{3,}:? ?\|/m.test(head);
  const lists = count(head, /^[-*+] \S/gm);
  return headings >= 2 || (headings === 1 && (other || lists >= 2));
}

/** Most lines end, begin or are built as no sentence is. */
function looksLikeCode(head: string): boolean {
  const lines = head
    .split("\n", 400)
    .map((line) => line.slice(0, 300).trim())
    .filter((line) => line !== "");
  const code = lines.filter((line) =>
    /[;{}]$|^[})\]]|^(?:import|from|def|class|function|const|let|var|return|if|for|while|public|private|package|func|fn|use|#include|\/\/|\/\*|\*|#)\b.*[;:{(),]$|^[\w.]+ ?[-+]?= ?\S|^\w+\(.*\)$/.test(
      line,
    ),
  );
  return lines.length >= 5 && code.length >= lines.length * 0.6;
}

export function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
