/** From what an address answered to the document that is made of it. */
import { cleanLine } from "./clean-text.ts";
import type { NewDocument } from "./judge.ts";
import { sniff } from "./sniff.ts";
import { extractAside } from "./web/extract-aside.ts";

const longestTitle = 300;

type Answer = { readonly url: string; readonly mediaType: string; readonly body: Uint8Array };

/** Of a page its main content; of a file the file. What cannot be read is told when it is judged. */
export async function documentOf(answer: Answer): Promise<NewDocument> {
  const { url, mediaType, body } = answer;
  const sniffed = await sniff(body, { mediaType });
  if ("refused" in sniffed || sniffed.format !== "html") {
    return { title: fileNameOf(url), fileName: fileNameOf(url), mediaType, content: body, sourceUrl: url };
  }
  const { title, html } = await extractAside(sniffed.text);
  return {
    title: cleanLine(title).slice(0, longestTitle) || fileNameOf(url),
    format: "html",
    content: new TextEncoder().encode(html),
    sourceUrl: url,
  };
}

function fileNameOf(address: string): string {
  const { hostname, pathname } = new URL(address);
  const last = pathname.split("/").findLast((step) => step !== "") ?? "";
  const name = URL.canParse(address) ? decoded(last) : last;
  return (name || hostname).slice(0, longestTitle);
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
