/** `npm run push` against the REST door: what is sent, what is not, and what becomes of interruptions. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { handleRest } from "#server/rest/handler.ts";
import { createTestAccount, rest, type TestAccount } from "#server/testing/accounts.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { type PushOptions, push } from "../../bin/push/push.ts";

setUpTestDatabase();

const serve = getRequestListener((request) => handleRest(request), { overrideGlobalObjects: false });
/** What the next uploads meet before they reach the server, if anything. */
let trouble: ((response: ServerResponse) => void)[] = [];
let uploads = 0;
const server = createServer((request, response) => {
  if (request.method !== "POST") return void serve(request, response);
  uploads += 1;
  const meet = trouble.shift();
  if (meet) meet(response);
  else void serve(request, response);
});

let account: TestAccount;
let datasetId: string;
let folder: string;
let options: PushOptions;
let said: string[];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  account = await createTestAccount();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  const { key } = await account.createKey();
  datasetId = String((await rest("POST", "/datasets", { "x-api-key": key }, { name: "Pushed" })).body.id);
  folder = await mkdtemp(join(tmpdir(), "fltr-push-"));
  const port = (server.address() as AddressInfo).port;
  options = {
    url: `http://127.0.0.1:${port}`,
    key,
    datasetId,
    folder,
    prefix: "",
    concurrency: 2,
    deletes: false,
    force: false,
    waits: false,
    dryRun: false,
  };
  trouble = [];
  uploads = 0;
  said = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  return () => rm(folder, { recursive: true });
});

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, "latin1");
  }
}

async function names(): Promise<string[]> {
  const { body } = await rest("GET", `/datasets/${datasetId}/documents?limit=200`, {
    cookie: account.cookie,
  });
  return (body.items as { externalId: string }[]).map(({ externalId }) => externalId).sort();
}

const summary = () => said.at(-1)?.trim();

it("sends what is new and changed, and leaves out what is ignored, hidden or unreadable", async () => {
  await write({
    "a.md": "# A",
    "docs/b.md": "# B",
    'docs/odd "name".md': "# Odd",
    "docs/keep/c.log": "words",
    "docs/d.log": "words",
    "build/e.md": "# E",
    "notes/secret.md": "# Secret",
    ".env": "SECRET=1",
    ".gitignore": "build/\n*.log\n",
    "docs/.gitignore": "!keep/*.log\n",
    ".fltrignore": "notes/\n",
    "picture.png": "\x89PNG\r\n\x1a\n",
  });
  expect(await push(options)).toEqual({ refused: 1 });
  const sent = ["a.md", "docs/b.md", "docs/keep/c.log", 'docs/odd "name".md', "picture.png"];
  expect(await names()).toEqual(sent);
  expect(summary()).toBe("5 files: 4 new, 0 changed, 0 unchanged, 0 deleted, 1 refused.");
  expect(said.join("")).toContain("picture.png: ");

  uploads = 0;
  await push(options);
  expect(summary()).toBe("5 files: 0 new, 0 changed, 4 unchanged, 0 deleted, 1 refused.");
  expect(uploads).toBe(0);
  await write({ "a.md": "# A changed" });
  await push(options);
  expect(summary()).toBe("5 files: 0 new, 1 changed, 3 unchanged, 0 deleted, 1 refused.");
});

it("deletes what is gone only if it is asked to, and not nearly everything by mistake", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`f${index}.md`, `# File ${index}`]),
  );
  await write(files);
  await push(options);
  await rm(join(folder, "f0.md"));
  await push(options);
  expect(await names()).toHaveLength(12);
  await push({ ...options, deletes: true, dryRun: true });
  expect(await names()).toHaveLength(12);
  await push({ ...options, deletes: true });
  expect(await names()).toHaveLength(11);
  await push({ ...options, prefix: "other/" });
  await rm(folder, { recursive: true });
  await write({ "f1.md": "# File 1" });
  await expect(push({ ...options, deletes: true, prefix: "other/" })).resolves.toBeDefined();
  expect((await names()).filter((name) => name.startsWith("f"))).toHaveLength(11);
  await write({ "f1.md": "# File 1" });
  await expect(push({ ...options, deletes: true })).rejects.toThrow("11 of 12 documents");
  await push({ ...options, deletes: true, force: true });
  expect(await names()).toEqual(["f1.md"]);
});

it("waits when it is told to, tries again what broke, and goes on where it was stopped", async () => {
  await write(
    Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`f${index}.md`, `# File ${index}`])),
  );
  trouble = [
    (response) => response.writeHead(429, { "retry-after": "1" }).end(),
    (response) => response.destroy(),
    (response) => response.writeHead(503).end(),
  ];
  await push(options);
  expect(await names()).toHaveLength(120);
  expect(uploads).toBe(6);
  expect(said.join("")).toContain("asks to wait 1 s");

  await write(
    Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`g${index}.md`, `# Other ${index}`])),
  );
  trouble = [
    (response) => response.writeHead(400, { "content-type": "application/json" }).end('{"detail":"No."}'),
  ];
  await expect(push({ ...options, concurrency: 1 })).rejects.toThrow("The server refused: No.");
  await push(options);
  expect(summary()).toMatch(/^240 files: .* 0 refused\.$/);
  await push(options);
  expect(summary()).toBe("240 files: 0 new, 0 changed, 240 unchanged, 0 deleted, 0 refused.");
  await expect(push({ ...options, datasetId: "ds_none" })).rejects.toThrow("Dataset not found");
  await expect(push({ ...options, folder: join(folder, "none") })).rejects.toThrow("no folder");
});
