/** The guides of docs/, as the reference shows them: found by their files, named by their first heading. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cache } from "react";

export type Guide = { slug: string; title: string; lead: string; markdown: string };

/** In the order a newcomer needs them; others follow by name. */
const order = [
  "datasets-and-documents",
  "search",
  "endpoints",
  "authentication",
  "accounts",
  "mcp",
  "limits-and-credits",
  "api",
];

export const listGuides = cache(async (): Promise<Guide[]> => {
  const folder = join(process.cwd(), "docs");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md"));
  const guides = await Promise.all(
    names.map(async (name) => toGuide(name, await readFile(join(folder, name), "utf8"))),
  );
  const place = ({ slug }: Guide) => (order.includes(slug) ? order.indexOf(slug) : order.length);
  return guides.sort((a, b) => place(a) - place(b) || a.slug.localeCompare(b.slug));
});

function toGuide(fileName: string, text: string): Guide {
  const [, title = fileName, markdown = text] = /^#\s+(.+)\n+([\s\S]*)$/.exec(text) ?? [];
  const lead = markdown.split(/\n\s*\n/).find((block) => /^[A-Za-z]/.test(block)) ?? "";
  const sentence = lead.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, "$1").split(/(?<=\.)\s/)[0] ?? "";
  return { slug: slugOfFile(fileName), title, lead: sentence, markdown };
}

function slugOfFile(fileName: string): string {
  return fileName.replace(/\.md$/, "").toLowerCase();
}
