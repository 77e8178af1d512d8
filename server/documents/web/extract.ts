/**
 * What a page says, without the navigation, advertisements and footers around it: HTML in, smaller HTML out
 * (which html.ts turns into text like any other). So a page whose surroundings change is unchanged, and a
 * search does not find every page by the words of its menu. Slow on large pages: see extract-aside.ts.
 */
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";

/** A part of the page with less than this share of its words is a teaser or a cookie notice, not the page. */
const leastShare = 0.2;
/** Past this Readability takes many seconds, and such pages are tables and references, not articles. */
const longestArticle = 1024 * 1024;
const noise =
  "nav, body > header, body > footer, aside, script, style, noscript, template, form, dialog, [role=navigation], [role=banner], [role=contentinfo], [role=search], [aria-hidden=true], [hidden]";

export function extractPage(html: string): { title: string; html: string } {
  const { document } = parseHTML(html);
  const title = lineOf(document.querySelector("title")?.textContent ?? "");
  for (const element of document.querySelectorAll(noise)) element.remove();
  const body = document.body ?? document.documentElement;
  const words = lengthOf(body?.textContent ?? "");
  // A page that says itself what its content is knows best.
  const mains = document.querySelectorAll("main, [role=main]");
  const main = mains.length === 1 ? mains[0] : null;
  if (main && lengthOf(main.textContent ?? "") >= leastShare * words) return pageOf(title, main.innerHTML);
  const article = html.length <= longestArticle ? articleOf(html) : null;
  const enough = article && lengthOf(article.textContent ?? "") >= leastShare * words;
  if (enough) return pageOf(lineOf(article.title ?? "") || title, article.content ?? "");
  return pageOf(title, body?.innerHTML ?? "");
}

function articleOf(html: string) {
  return new Readability(parseHTML(html).document as never, { charThreshold: 200 }).parse();
}

/** The title opens the text as its first heading, unless the text has one itself. */
function pageOf(title: string, body: string): { title: string; html: string } {
  const escaped = title.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const heading = title !== "" && !/<h1[\s>]/i.test(body) ? `<h1>${escaped}</h1>` : "";
  return { title, html: `<!doctype html><title>${escaped}</title>${heading}${body}` };
}

function lineOf(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function lengthOf(text: string): number {
  return lineOf(text).length;
}
