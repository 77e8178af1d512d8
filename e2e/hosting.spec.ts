/**
 * The process (server/main.ts) and a plain `next start` serve the same API: status, headers and body of
 * the same calls, in the same order, are compared, less what differs from call to call.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "@playwright/test";
import { freePort } from "#server/testing/free-port.ts";

let next: ChildProcess;
let nextAddress: string;
let dataFolder: string;

test.beforeAll(async () => {
  const port = await freePort();
  nextAddress = `http://localhost:${port}`;
  dataFolder = await mkdtemp(join(tmpdir(), "fltr-next-"));
  next = spawn(
    process.execPath,
    ["node_modules/next/dist/bin/next", "start", "-p", String(port), "-H", "127.0.0.1"],
    {
      env: {
        ...process.env,
        NODE_ENV: "production",
        PORT: String(port),
        APP_URL: nextAddress,
        DATA_DIR: dataFolder,
        LOG_LEVEL: "warn",
      },
      stdio: "ignore",
    },
  );
  await expect
    .poll(
      () =>
        fetch(`${nextAddress}/api/health/ready`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 60_000 },
    )
    .toBe(200);
});

test.afterAll(async () => {
  const gone = new Promise((resolve) => next.once("exit", resolve));
  next.kill("SIGTERM");
  await gone;
  await rm(dataFolder, { recursive: true, force: true });
});

test("offers to change the protocol are passed over, and HTTP/1.0 is answered", async ({
  request,
  baseURL,
}) => {
  // The first page is what makes Next listen for upgrades.
  expect((await request.get("/sign-in")).status()).toBe(200);
  const ask = async (head: string) => {
    const { hostname, port } = new URL(baseURL ?? "");
    const socket = connect(Number(port), hostname);
    socket.end(`GET /api/health ${head}\r\n\r\n`);
    return text(socket);
  };
  const offer = "Connection: Upgrade, close\r\nUpgrade: h2c";
  expect(await ask(`HTTP/1.1\r\nHost: localhost\r\n${offer}`)).toMatch(/^HTTP\/1.1 200 /);
  expect(await ask("HTTP/1.0")).toMatch(/^HTTP\/1.1 200 /);
});

type Call = { method: string; path: string; headers?: Record<string, string>; body?: string | FormData };
type Told = { status: number; headers: Record<string, string>; body: unknown };

test("the process and next start answer alike", async ({ baseURL }) => {
  const ours = await journey(baseURL ?? "");
  const theirs = await journey(nextAddress);
  expect(Object.keys(theirs)).toEqual(Object.keys(ours));
  for (const [call, told] of Object.entries(ours))
    expect({ call, ...theirs[call] }).toEqual({ call, ...told });
});

async function journey(address: string): Promise<Record<string, Told>> {
  const told: Record<string, Told> = {};
  const ask = async ({ method, path, headers = {}, body }: Call) => {
    const sent = typeof body === "string" ? { "content-type": "application/json", ...headers } : headers;
    const response = await fetch(`${address}${path}`, {
      method,
      headers: sent,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const credential = headers.cookie ? "session" : headers["x-api-key"] ? "key" : "nobody";
    const steadyPath = path.replace(/(ds|doc)_[0-9a-z]{12,}/g, "$1_…");
    told[`${method} ${steadyPath} as ${credential}`] = {
      status: response.status,
      headers: comparable(response.headers, credential),
      body: steady(text, address),
    };
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { response, body: isJson && text ? JSON.parse(text) : null };
  };

  for (const path of [
    "/api/health",
    "/api/health/ready",
    "/api/nowhere",
    "/api/v1/nowhere",
    "/api/v1/credits",
    "/api/v1/openapi.json",
    "/api/mcp",
    "/api/trpc/credits.get",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/api/mcp",
  ]) {
    await ask({ method: "GET", path });
  }
  await ask({ method: "OPTIONS", path: "/api/v1/credits" });
  await ask({ method: "OPTIONS", path: "/api/mcp" });
  await ask({ method: "POST", path: "/api/v1/credits", body: "{}" });
  await ask({ method: "POST", path: "/api/mcp", body: "{}" });

  const email = `hosting-${Date.now()}@example.test`;
  const signedUp = await fetch(`${address}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: address },
    body: JSON.stringify({ name: "Host", email, password: "correct horse battery" }),
  });
  expect(signedUp.status).toBe(200);
  const cookie = signedUp.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
  const session = { cookie, origin: address };
  const made = await ask({
    method: "POST",
    path: "/api/v1/keys",
    headers: session,
    body: JSON.stringify({ name: "k", scopes: ["mcp:tools", "mcp:create"] }),
  });
  const key = { "x-api-key": String(made.body.key) };
  const dataset = await ask({
    method: "POST",
    path: "/api/v1/datasets",
    headers: key,
    body: JSON.stringify({ name: "Alike" }),
  });
  const under = `/api/v1/datasets/${dataset.body.id}`;
  await ask({
    method: "POST",
    path: `${under}/documents`,
    headers: key,
    body: JSON.stringify({ title: "One", text: "Granite." }),
  });
  const form = new FormData();
  form.append("file", new File([""], "empty.txt"));
  form.append("file", new File([new Uint8Array([137, 80, 78, 71, 0, 0])], "picture.txt"));
  await ask({ method: "POST", path: `${under}/documents`, headers: key, body: form });
  await ask({
    method: "GET",
    path: `/api/v1/mcp/query/${dataset.body.id}/default?query=absent`,
    headers: key,
  });
  await ask({ method: "GET", path: "/api/v1/credits", headers: key });
  await ask({ method: "GET", path: "/api/v1/limits", headers: session });
  await ask({ method: "POST", path: "/api/v1/datasets", headers: key, body: "{not json" });
  await ask({ method: "HEAD", path: "/api/v1/credits", headers: key });
  await ask({ method: "PATCH", path: under, headers: key, body: JSON.stringify({ name: "Renamed" }) });
  await ask({ method: "DELETE", path: under, headers: key });
  await ask({ method: "GET", path: under, headers: key });
  await ask({
    method: "POST",
    path: "/api/mcp",
    headers: { ...key, accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} }),
  });
  return told;
}

/** What the API says in its header fields; the rest is the transport's. Of nobody's limit others took as well. */
function comparable(headers: Headers, credential: string): Record<string, string> {
  const ours =
    /^(content-type|cache-control|www-authenticate|allow|access-control-.*|x-(ratelimit-limit|ratelimit-remaining|credits-.*|content-type-options)|ratelimit-policy)$/;
  return Object.fromEntries(
    [...headers]
      .filter(([name]) => ours.test(name) && !(credential === "nobody" && name === "x-ratelimit-remaining"))
      .map(([name, value]) => [name, value.replace(/localhost:\d+/g, "host")]),
  );
}

/** Ids, secrets, times and the address differ from call to call. */
function steady(text: string, address: string): string {
  return text
    .replaceAll(address, "http://host")
    .replace(/fltr_[A-Za-z]+/g, "fltr_…")
    .replace(/"(id|prefix)":"[^"]*"/g, '"$1":"…"')
    .replace(/\b(ds|doc|req|rcpt)_[0-9a-z]{12,}/g, "$1_…")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time")
    .replace(/"resetSeconds":\d+/g, '"resetSeconds":0');
}
