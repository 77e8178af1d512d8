/** Documents from the web, read from a site of this machine that changes, fails and disappears. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { enqueueDueSources } from "./change-source.ts";
import { ingestDocument } from "./ingest.ts";
import { readSource } from "./read-source.ts";

vi.hoisted(() => {
  process.env.FETCH_ALLOWLIST = "127.0.0.1";
});

setUpTestDatabase();

type Served = { body: string | Uint8Array; type?: string; status?: number; etag?: string };

const site = new Map<string, Served>();
let asked: string[] = [];
let atOnce = 0;
let mostAtOnce = 0;
const server = createServer((request, response) => {
  const path = request.url ?? "";
  asked.push(path);
  mostAtOnce = Math.max(mostAtOnce, ++atOnce);
  setTimeout((): void => {
    atOnce -= 1;
    const page = site.get(path);
    if (!page) return void response.writeHead(404).end();
    if (page.etag && request.headers["if-none-match"] === page.etag)
      return void response.writeHead(304).end();
    if (page.etag) response.setHeader("etag", page.etag);
    response.writeHead(page.status ?? 200, { "content-type": page.type ?? "text/html" }).end(page.body);
  }, 2);
});
let origin = "";

let account: TestAccount;
let headers: Record<string, string>;
let datasetId: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  account = await createTestAccount();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  site.clear();
  asked = [];
  mostAtOnce = 0;
  headers = { cookie: account.cookie };
  datasetId = String((await rest("POST", "/datasets", headers, { name: "From the web" })).body.id);
  await query("delete from web_hosts");
});

const page = (title: string, words: string, menu = "Home") =>
  `<!doctype html><title>${title}</title><nav>${menu} of contents</nav><main><h1>${title}</h1><p>${words}</p></main><footer>Imprint ${menu}</footer>`;

async function add(input: Record<string, unknown>) {
  const { status, body } = await rest("POST", `/datasets/${datasetId}/sources`, headers, input);
  return { status, body, id: String(body.id) };
}

/** Every slice of a reading, then its documents, as the workers would. */
async function readAll(sourceId: string): Promise<Record<string, unknown>> {
  const busy = "select from sources where id = $1 and state in ('queued', 'reading')";
  while ((await query(busy, [sourceId])).length > 0) await readSource(sourceId);
  const waiting = await query<{ id: string }>(
    "select id from documents where dataset_id = $1 and state = 'queued'",
    [datasetId],
  );
  for (const { id } of waiting) await ingestDocument(id);
  return (await rest("GET", `/datasets/${datasetId}/sources/${sourceId}`, headers)).body;
}

async function refresh(sourceId: string) {
  await rest("POST", `/datasets/${datasetId}/sources/${sourceId}/refresh`, headers);
  return readAll(sourceId);
}

type Listed = {
  externalId: string;
  title: string;
  version: number;
  goneAt: string | null;
  sourceUrl: string;
  state: string;
};
async function documents(): Promise<Listed[]> {
  const { body } = await rest("GET", `/datasets/${datasetId}/documents?limit=200`, headers);
  return (body.items as Listed[]).sort((a, b) => (a.externalId < b.externalId ? -1 : 1));
}

describe("a page", () => {
  it("is a document, follows the page, and costs nothing while it stays the same", async () => {
    const address = `${origin}/granite`;
    site.set("/granite", { body: page("Granite", "Granite is coarse."), etag: '"1"' });
    const { status, body, id } = await add({ url: `${address}#top` });
    expect([status, body.kind, body.url, body.state]).toEqual([201, "page", address, "queued"]);
    const first = await readAll(id);
    expect(first).toMatchObject({ state: "ready", reason: null, problems: [] });
    expect(first.counts).toMatchObject({ pages: 1, added: 1 });
    expect(await documents()).toMatchObject([
      { title: "Granite", externalId: address, sourceUrl: address, version: 1, state: "ready", goneAt: null },
    ]);
    const [stored] = await query<{ text: string }>("select text from documents where dataset_id = $1", [
      datasetId,
    ]);
    expect(stored?.text).toBe("# Granite\n\nGranite is coarse.");

    asked = [];
    expect((await refresh(id)).counts).toMatchObject({ unchanged: 1 });
    expect(asked).toEqual(["/granite"]);
    // Another menu is not another page.
    site.set("/granite", { body: page("Granite", "Granite is coarse.", "Start"), etag: '"2"' });
    expect((await refresh(id)).counts).toMatchObject({ unchanged: 1 });
    expect(await documents()).toMatchObject([{ version: 1 }]);
    site.set("/granite", { body: page("Granite", "Granite is coarse and old."), etag: '"3"' });
    expect((await refresh(id)).counts).toMatchObject({ changed: 1 });
    expect(await documents()).toMatchObject([{ version: 2 }]);
  });

  it("that is gone marks its document, which stays until it is back", async () => {
    site.set("/granite", { body: page("Granite", "Granite is coarse.") });
    const { id } = await add({ url: `${origin}/granite` });
    await readAll(id);
    site.clear();
    expect(await refresh(id)).toMatchObject({
      state: "failed",
      reason: "There is no such page any more (404).",
      counts: { gone: 1 },
    });
    const [gone] = await documents();
    expect(gone).toMatchObject({ state: "ready", goneAt: expect.any(String) });
    site.set("/granite", { body: page("Granite", "Granite is coarse.") });
    await refresh(id);
    expect(await documents()).toMatchObject([{ goneAt: null, version: 1 }]);
  });

  it("that robots.txt closes is left alone, and asked for again a day later", async () => {
    site.set("/robots.txt", { body: "User-agent: *\nDisallow: /closed", type: "text/plain" });
    site.set("/closed", { body: page("Closed", "words") });
    const { id } = await add({ url: `${origin}/closed` });
    expect(await readAll(id)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("robots.txt"),
    });
    site.delete("/robots.txt");
    expect(await refresh(id)).toMatchObject({ state: "failed" });
    expect(asked).toEqual(["/robots.txt"]);
    await query("update web_hosts set robots_read_at = now() - interval '2 days'");
    expect(await refresh(id)).toMatchObject({ state: "ready" });
  });
});

describe("a sitemap", () => {
  const sitemap = (...paths: string[]) =>
    `<urlset>${paths.map((path) => `<url><loc>${path.startsWith("http") ? path : origin + path}</loc></url>`).join("")}</urlset>`;

  it("gives its pages, one request at a time; what fails harms no other", async () => {
    const paths = Array.from({ length: 28 }, (_, index) => `/p${String(index).padStart(2, "0")}`);
    for (const path of paths) site.set(path, { body: page(`Page ${path}`, `Words of ${path}.`) });
    site.set("/sitemap.xml", {
      body: `<sitemapindex><sitemap><loc>${origin}/one.xml</loc></sitemap><sitemap><loc>${origin}/none.xml</loc></sitemap></sitemapindex>`,
    });
    site.set("/broken", { body: "x", status: 500 });
    site.set("/picture", { body: Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), type: "image/png" });
    const others = ["/broken", "/missing", "/picture", "http://127.0.0.1:1/elsewhere"];
    site.set("/one.xml", { body: sitemap(...paths, ...others) });
    const { id, body } = await add({ url: `${origin}/sitemap.xml` });
    expect(body.kind).toBe("sitemap");
    const read = await readAll(id);
    expect(read).toMatchObject({
      state: "ready",
      reason: "One of its sitemaps could not be read: There is no such page any more (404).",
      counts: { pages: 31, added: 29, failed: 1, gone: 1, waiting: 0 },
      problems: [
        { address: `${origin}/broken`, outcome: "failed", reason: "The host answered with status 500." },
        { address: `${origin}/missing`, outcome: "gone" },
      ],
    });
    expect(mostAtOnce).toBe(1);
    const rows = await documents();
    expect(rows.filter(({ state }) => state === "ready")).toHaveLength(28);
    expect(rows.find(({ state }) => state === "failed")).toMatchObject({ externalId: `${origin}/picture` });
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("is read on where it was left when a process died", async () => {
    const paths = Array.from({ length: 30 }, (_, index) => `/p${index}`);
    for (const path of paths) site.set(path, { body: page(path, `Words of ${path}.`) });
    site.set("/sitemap.xml", { body: sitemap(...paths) });
    const { id } = await add({ url: `${origin}/sitemap.xml`, kind: "sitemap" });
    await readSource(id);
    // The next slice dies in the middle: it is done again, as the queue does.
    const [half] = await query<{ address: string }>(
      "select address from source_pages where source_id = $1 and read_at is null limit 1",
      [id],
    );
    expect(half).toBeDefined();
    await Promise.all([readSource(id), readSource(id)]);
    await readAll(id);
    expect(await documents()).toHaveLength(30);
    expect(asked.filter((path) => path === "/sitemap.xml")).toHaveLength(1);
  });

  it("that is none says so", async () => {
    site.set("/sitemap.xml", { body: page("Home", "words") });
    const { id } = await add({ url: `${origin}/sitemap.xml` });
    expect(await readAll(id)).toMatchObject({ state: "failed", reason: "It is not a sitemap." });
    expect(await documents()).toEqual([]);
  });
});

describe("an archive", () => {
  async function tar(files: Record<string, string>) {
    const packed = pack();
    for (const [name, content] of Object.entries(files)) packed.entry({ name: `top-1.2/${name}` }, content);
    packed.finalize();
    return gzipSync(await buffer(packed));
  }

  it("gives a document for each file that can be read; what changed and went is told", async () => {
    const files = {
      "README.md": "# Stones\n\nGranite.",
      "src/a.ts": "export const a = 1;",
      "x.png": "\x89PNG\r\n\x1a\n\0\0",
    };
    site.set("/book.tar.gz", { body: await tar(files), etag: '"1"' });
    const { id, body } = await add({ url: `${origin}/book.tar.gz` });
    expect(body.kind).toBe("archive");
    expect(await readAll(id)).toMatchObject({
      state: "ready",
      counts: { pages: 2, added: 2 },
      reason: "1 files that are not text were left out.",
    });
    expect((await documents()).map(({ externalId }) => externalId)).toEqual([
      "book/README.md",
      "book/src/a.ts",
    ]);
    expect(await refresh(id)).toMatchObject({ state: "ready" });
    site.set("/book.tar.gz", { body: await tar({ "README.md": "# Stones\n\nBasalt." }), etag: '"2"' });
    expect(await refresh(id)).toMatchObject({ counts: { pages: 2, changed: 1, gone: 1 } });
    expect(await documents()).toMatchObject([
      { externalId: "book/README.md", version: 2, goneAt: null },
      { externalId: "book/src/a.ts", version: 1, goneAt: expect.any(String) },
    ]);
  });

  it("that is none says so", async () => {
    site.set("/book.zip", { body: "no archive" });
    const { id } = await add({ url: `${origin}/book.zip` });
    expect(await readAll(id)).toMatchObject({ state: "failed", reason: expect.stringContaining("archive") });
  });
});

describe("a schedule", () => {
  it("queues a source once when it is due, however many processes look", async () => {
    site.set("/granite", { body: page("Granite", "Granite is coarse.") });
    const { id } = await add({ url: `${origin}/granite`, everyHours: 24 });
    const read = await readAll(id);
    const hours = (Date.parse(String(read.nextReadAt)) - Date.parse(String(read.readAt))) / 3_600_000;
    expect(hours).toBeCloseTo(24, 3);
    const jobsOf = () => query("select from pgboss.job where data->>'sourceId' = $1", [id]);
    const before = (await jobsOf()).length;
    await enqueueDueSources();
    await query("update sources set next_read_at = now() - interval '1 second' where id = $1", [id]);
    await Promise.all([enqueueDueSources(), enqueueDueSources(), enqueueDueSources()]);
    expect(await jobsOf()).toHaveLength(before + 1);
    expect(await readAll(id)).toMatchObject({ counts: { unchanged: 1 } });
    const never = await rest("PATCH", `/datasets/${datasetId}/sources/${id}`, headers, { everyHours: null });
    expect(never.body).toMatchObject({ everyHours: null, nextReadAt: null });
  });

  it("ends with the key that made it, until its owner asks again", async () => {
    site.set("/granite", { body: page("Granite", "Granite is coarse.") });
    const { id: keyId, key } = await account.createKey();
    headers = { "x-api-key": key };
    const { id } = await add({ url: `${origin}/granite`, everyHours: 1 });
    headers = { cookie: account.cookie };
    await rest("DELETE", `/keys/${keyId}`, headers);
    expect(await readAll(id)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("can no longer be used"),
    });
    expect(asked).toEqual([]);
    expect(await refresh(id)).toMatchObject({ state: "ready" });
  });
});

describe("adding and deleting", () => {
  it("tells what cannot be a source", async () => {
    for (const url of ["nonsense", "ftp://example.com/", "http://a:b@example.com/"]) {
      expect((await add({ url })).status).toBe(400);
    }
    expect((await add({ url: `${origin}/a` })).status).toBe(201);
    expect((await add({ url: `${origin}/a` })).status).toBe(409);
    const { id } = await add({ url: "http://10.0.0.1/" });
    expect(await readAll(id)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("not a public address"),
    });
  });

  it("leaves the documents there unless they shall go too, also in the middle of a reading", async () => {
    for (const name of ["a", "b"]) site.set(`/${name}`, { body: page(name, `Words of ${name}.`) });
    const [first, second] = [await add({ url: `${origin}/a` }), await add({ url: `${origin}/b` })];
    await readAll(first.id);
    await readAll(second.id);
    const path = (id: string) => `/datasets/${datasetId}/sources/${id}`;
    expect((await rest("DELETE", path(first.id), headers)).status).toBe(204);
    expect(await documents()).toHaveLength(2);
    await rest("POST", `${path(second.id)}/refresh`, headers);
    const [, deleted] = await Promise.all([
      readSource(second.id),
      rest("DELETE", `${path(second.id)}?withDocuments=true`, headers),
    ]);
    expect(deleted.status).toBe(204);
    expect((await rest("GET", `/datasets/${datasetId}/sources`, headers)).body).toEqual({ items: [] });
    expect((await documents()).map(({ externalId }) => externalId)).toContain(`${origin}/a`);
  });

  it("of a page once is creating a document with an address", async () => {
    site.set("/granite", { body: page("Granite", "Granite is coarse.") });
    const send = (input: Record<string, unknown>) =>
      rest("POST", `/datasets/${datasetId}/documents`, headers, input);
    const made = await send({ url: `${origin}/granite`, metadata: { shelf: 1 } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      title: "Granite",
      externalId: `${origin}/granite`,
      sourceUrl: `${origin}/granite`,
      metadata: { shelf: 1 },
    });
    expect((await send({ url: `${origin}/granite` })).body).toMatchObject({
      id: made.body.id,
      duplicate: true,
    });
    const refused = await send({ url: "http://169.254.169.254/latest/meta-data" });
    expect([refused.status, refused.body.code]).toEqual([422, "unreadable_address"]);
    expect((await send({ url: `${origin}/none` })).body.detail).toContain("no such page");
    for (const input of [{}, { text: "words" }, { title: "t", text: "words", url: `${origin}/granite` }])
      expect((await send(input)).status).toBe(400);
  });
});
