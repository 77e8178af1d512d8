/** What is sent to no good: bodies too large, too deep or cut off, parts without number, odd methods. */
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { apiHandler } from "./api.ts";
import { handleAuth } from "./auth-door.ts";
import { log } from "./log.ts";
import { handleRest } from "./rest/handler.ts";
import { createTestAccount, rest, type TestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { handleTrpc } from "./trpc-handler.ts";

setUpTestDatabase();

const origin = "http://localhost:3000";
const megabyte = 1024 * 1024;
let owner: TestAccount;
let datasetId: string;

beforeAll(async () => {
  owner = await createTestAccount();
  const made = await rest("POST", "/datasets", { cookie: owner.cookie }, { name: "Stones" });
  datasetId = String(made.body.id);
});

type Handler = (request: Request) => Promise<Response>;
type Sent = { type?: string; body: string | Uint8Array<ArrayBuffer> | FormData; cookie?: string };

async function post(handler: Handler, path: string, { type, body, cookie = owner.cookie }: Sent) {
  const headers = { cookie, origin, ...(type ? { "content-type": type } : {}) };
  const response = await handler(new Request(`${origin}${path}`, { method: "POST", headers, body }));
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
}

const json = "application/json";
const padded = (bytes: number) => JSON.stringify({ name: "n", text: "x".repeat(bytes) });
const deep = `{"name": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`;

describe("bodies over the bound are 413", () => {
  it.each([
    ["REST", handleRest, "/api/v1/datasets", megabyte],
    ["REST, a document", handleRest, () => `/api/v1/datasets/${datasetId}/documents`, 40 * megabyte],
    ["tRPC", handleTrpc, "/api/trpc/datasets.create", megabyte],
    ["tRPC, a document", handleTrpc, "/api/trpc/documents.create", 40 * megabyte],
    ["Better Auth", handleAuth, "/api/auth/sign-in/email", 64 * 1024],
  ] as const)("%s", async (_, handler, path, bytes) => {
    const reply = await post(handler, typeof path === "string" ? path : path(), {
      type: json,
      body: padded(bytes),
    });
    expect(reply.status).toBe(413);
    expect((reply.body.error?.data ?? reply.body).code).toBe("too_large");
  });

  it("but a document of 2 MB is taken at both doors", async () => {
    const text = "Granite is a rock. ".repeat(110_000);
    const document = JSON.stringify({ title: "Rocks", text });
    const path = `/api/v1/datasets/${datasetId}/documents`;
    expect((await post(handleRest, path, { type: json, body: document })).status).toBe(201);
    const body = JSON.stringify({ datasetId, title: "Rocks", text: `${text} Gneiss.` });
    expect((await post(handleTrpc, "/api/trpc/documents.create", { type: json, body })).status).toBe(200);
  });

  it("and nobody's body is read before the caller is known", async () => {
    const sent = { type: json, body: padded(megabyte), cookie: "" };
    expect((await post(handleRest, "/api/v1/datasets", sent)).status).toBe(401);
    expect((await post(handleTrpc, "/api/trpc/datasets.create", sent)).status).toBe(401);
  });
});

describe("bodies that are dear to take apart", () => {
  it.each([
    ["REST", handleRest, "/api/v1/datasets"],
    ["tRPC", handleTrpc, "/api/trpc/datasets.create"],
  ] as const)("nested 20,000 levels deep, over %s: 400", async (_, handler, path) => {
    const reply = await post(handler, path, { type: json, body: deep });
    expect(reply.status).toBe(400);
    expect((reply.body.error?.data ?? reply.body).code).toBe("malformed_body");
  });

  it("with an Idempotency-Key, which is compared with the whole input: 400", async () => {
    const headers = { cookie: owner.cookie, "content-type": json, "idempotency-key": "deep" };
    const url = `${origin}/api/v1/datasets`;
    const response = await handleRest(new Request(url, { method: "POST", headers, body: deep }));
    expect(response.status).toBe(400);
  });

  it("other kinds than JSON over tRPC: 415", async () => {
    const form = new FormData();
    for (let part = 0; part < 1_000; part++) form.append("name", "n");
    const reply = await post(handleTrpc, "/api/trpc/datasets.create", { body: form });
    expect([reply.status, reply.body.error?.data?.code]).toEqual([415, "unsupported_media_type"]);
  });
});

describe("multipart", () => {
  const type = "multipart/form-data; boundary=cut";
  const part = (name: string, content = "Granite is a rock.") =>
    `--cut\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content}\r\n`;
  const upload = (body: string | Uint8Array<ArrayBuffer>, contentType = type) =>
    post(handleRest, `/api/v1/datasets/${datasetId}/documents`, { type: contentType, body });

  it("100,000 parts: 413", async () => {
    expect((await upload(`${part("a").repeat(100_000)}--cut--\r\n`)).status).toBe(413);
  });

  it("1,001 files: 400, as the operation says", async () => {
    const reply = await upload(`${part("a").repeat(1_001)}--cut--\r\n`);
    expect([reply.status, reply.body.code]).toEqual([400, "invalid_input"]);
    expect(reply.body.detail).toContain("at most 1000 files");
  });

  it("no part: 400, as the operation says", async () => {
    const reply = await upload("--cut--\r\n");
    expect([reply.status, reply.body.code]).toEqual([400, "invalid_input"]);
    expect(reply.body.detail).toContain("send at least one part named file");
  });

  it.each([
    ["megabytes that are no part", new Uint8Array(20 * megabyte), type],
    ["a header of megabytes", `--cut\r\nA: ${"a".repeat(20 * megabyte)}\r\n\r\nx\r\n--cut--`, type],
    ["a million headers", `--cut\r\n${"A: b\r\n".repeat(1_000_000)}\r\nx\r\n--cut--`, type],
    ["no boundary", part("a"), "multipart/form-data"],
    ["a part left open", part("a"), type],
  ])("%s: 400", async (_, body, contentType) => {
    const reply = await upload(body, contentType);
    expect([reply.status, reply.body.code]).toEqual([400, "malformed_body"]);
  });

  it.each([
    ["a quoted boundary", 'multipart/form-data; boundary="cut"'],
    ["a second boundary, which does not count", "multipart/form-data; boundary=cut; boundary=other"],
  ])("%s is understood", async (name, contentType) => {
    const reply = await upload(`preamble\r\n${part("a.txt", `Granite: ${name}.`)}--cut--\r\n`, contentType);
    expect([reply.status, reply.body.title]).toEqual([201, "a.txt"]);
  });
});

describe("sign-up", () => {
  const signUp = (name: string) => {
    const email = `${crypto.randomUUID()}@example.test`;
    const body = JSON.stringify({ email, password: "correct horse", name });
    return post(handleAuth, "/api/auth/sign-up/email", { type: json, body, cookie: "" });
  };

  it.each([
    ["of more than 100 characters", "n".repeat(101)],
    ["of control characters", "Ad\u0000a"],
    ["of nothing", " "],
  ])("with a name %s: 400", async (_, name) => {
    expect((await signUp(name)).status).toBe(400);
  });

  it("with a name of a person: 200, and it is kept to the rules afterwards", async () => {
    expect((await signUp("Ada Lovelace")).status).toBe(200);
    const renamed = { type: json, body: JSON.stringify({ name: "n".repeat(101) }) };
    expect((await post(handleAuth, "/api/auth/update-user", renamed)).status).toBe(400);
  });
});

it("HEAD of what costs credits is 405, and nothing is charged", async () => {
  const { key } = await owner.createKey();
  const ask = (method: string, path: string) =>
    handleRest(new Request(`${origin}/api/v1${path}`, { method, headers: { "x-api-key": key } }));
  const entries = () => query("select seq from entries where account_id = $1", [owner.userId]);
  const before = (await entries()).length;
  const priced = await ask("HEAD", `/mcp/query/${datasetId}/default?query=granite`);
  expect([priced.status, priced.headers.get("allow"), await priced.text()]).toEqual([405, "GET", ""]);
  expect(await entries()).toHaveLength(before);
  const free = await ask("HEAD", "/credits");
  expect([free.status, await free.text()]).toEqual([200, ""]);
});

it.each([
  ["PATCH", "/api/v1/openapi.json", "GET"],
  ["POST", "/api/health", "GET, HEAD, OPTIONS"],
  ["DELETE", "/.well-known/oauth-authorization-server", "GET, HEAD, OPTIONS"],
])("%s %s is 405 and says what may be done", async (method, path, allow) => {
  const response = await apiHandler(path)?.(new Request(`${origin}${path}`, { method }));
  expect([response?.status, response?.headers.get("allow")]).toEqual([405, allow]);
});

it.each([
  ["no JSON in it", "nonsense"],
  ["a time that only JavaScript knows", [8.64e15, "a"]],
  ["an id with a NUL", [1, "\u0000"]],
  ["an id that is none", [1, "' or 1=1 --"]],
])("a cursor with %s is 400", async (_, place) => {
  const cursor = Buffer.from(JSON.stringify(place)).toString("base64url");
  const path = `/datasets/${datasetId}/documents?cursor=${cursor}`;
  const { status, body } = await rest("GET", path, { cookie: owner.cookie });
  expect([status, body.code]).toEqual([400, "invalid_input"]);
});

describe("a caller that goes away during an upload", () => {
  it.each([
    ["REST", handleRest, "/api/v1/datasets"],
    ["tRPC", handleTrpc, "/api/trpc/datasets.create"],
    ["Better Auth", handleAuth, "/api/auth/sign-in/email"],
  ] as const)("is no error of %s", async (_, handler, path) => {
    const logged = vi.spyOn(log, "error");
    const answered = Promise.withResolvers<number>();
    const server = createServer(
      getRequestListener(async (request) => {
        const response = await handler(request);
        answered.resolve(response.status);
        return response;
      }),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (!address || typeof address === "string") throw new Error("The server has no port.");
    const headers = { cookie: owner.cookie, "content-type": json, "content-length": "5000" };
    const upload = send({ port: address.port, host: "127.0.0.1", path, method: "POST", headers });
    upload.on("error", () => {});
    upload.write('{"name": "n');
    setTimeout(() => upload.destroy(), 300);
    expect(await answered.promise).toBe(499);
    expect(logged).not.toHaveBeenCalled();
    server.closeAllConnections();
    server.close();
  });
});
