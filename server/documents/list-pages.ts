/** Which pages a source has: the one it names, or those that its sitemap lists. */
import { sql } from "drizzle-orm";
import { database } from "#db/client.ts";
import { sourcePages, type sources } from "#db/schema/sources.ts";
import { fetchWeb } from "./web/fetch.ts";
import { visitor } from "./web/hosts.ts";
import { parseSitemap } from "./web/sitemap.ts";

const maxPages = 1_000;
const maxSitemaps = 50;
const sitemapBytes = 20 * 1024 * 1024;
const rowsPerStatement = 500;

type Source = Pick<typeof sources.$inferSelect, "id" | "kind" | "url">;
/** `refused`: nothing could be listed. `note`: not all was, and why. */
type Listed = { refused: string } | { note: string | null };

/** Pages that were listed before stay, so that it is seen when they are gone. */
export async function listPages(source: Source): Promise<Listed> {
  const { addresses, ...listed } =
    source.kind === "page" ? { addresses: [source.url], note: null } : await fromSitemap(source.url);
  const db = await database();
  for (let first = 0; first < addresses.length; first += rowsPerStatement) {
    await db
      .insert(sourcePages)
      .values(
        addresses.slice(first, first + rowsPerStatement).map((address) => ({ sourceId: source.id, address })),
      )
      .onConflictDoNothing();
  }
  await db.execute(sql`update sources set listed_at = now() where id = ${source.id}`);
  return listed;
}

async function fromSitemap(address: string): Promise<Listed & { addresses: string[] }> {
  const { host } = new URL(address);
  const sitemaps = [address];
  const addresses = new Set<string>();
  let seen = 0;
  let note: string | null = null;
  for (const sitemap of sitemaps) {
    const found = await readSitemap(sitemap);
    if ("refused" in found) {
      if (sitemap === address) return { ...found, addresses: [] };
      note = `One of its sitemaps could not be read: ${found.refused}`;
      continue;
    }
    // A sitemap speaks for its own host alone (sitemaps.org, "Sitemap file location").
    const own = found.addresses.flatMap((each) => {
      const url = new URL(each);
      url.hash = "";
      return url.host === host && /^https?:$/.test(url.protocol) ? [url.href] : [];
    });
    if (found.kind === "index") {
      const room = maxSitemaps - sitemaps.length;
      sitemaps.push(...own.filter((each) => !sitemaps.includes(each)).slice(0, Math.max(0, room)));
      continue;
    }
    seen += own.length;
    for (const each of own) if (addresses.size < maxPages) addresses.add(each);
  }
  if (addresses.size === 0) return { refused: "It lists no pages of its host.", addresses: [] };
  if (seen > maxPages && addresses.size === maxPages) {
    note = `It lists ${seen.toLocaleString("en-US")} pages; the first ${maxPages.toLocaleString("en-US")} are read.`;
  }
  return { note, addresses: [...addresses] };
}

async function readSitemap(address: string) {
  const answer = await fetchWeb(address, { maxBytes: sitemapBytes, visit: visitor({ robots: true }) });
  if (answer.outcome === "unchanged") return { refused: "The host answered with status 304." };
  if (answer.outcome !== "read") return { refused: answer.reason };
  return parseSitemap(answer.body, sitemapBytes) ?? { refused: "It is not a sitemap." };
}
