import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { issuer, resource } from "./access-token.ts";
import { resetAuth } from "./auth.ts";
import { createTestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { freePort } from "./testing/free-port.ts";
import { approve, register } from "./testing/oauth-client.ts";

const app = await vi.hoisted(async () => {
  const { openApp } = await import("./testing/app-server.ts");
  const opened = await openApp();
  vi.stubEnv("APP_URL", opened.url);
  return opened;
});

setUpTestDatabase();

beforeAll(() => resetAuth());
afterAll(() => app.close());

const suite = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));

it("passes the conformance suite of the Model Context Protocol for authorization servers", async () => {
  const account = await createTestAccount();
  const port = await freePort();
  const { clientId } = await register({ redirect_uris: [`http://127.0.0.1:${port}/callback`] });

  const asked = ["--url", issuer, "--client-id", clientId, "--resource", resource, "--port", String(port)];
  const child = spawn(process.execPath, [suite, "authorization", ...asked], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await closed;
  });

  let report = "";
  for await (const line of createInterface({ input: child.stdout })) {
    report += `${line}\n`;
    if (!line.startsWith(`${issuer}/oauth2/authorize?`)) continue;
    const callback = await approve(new URL(line), account);
    expect((await fetch(callback)).status).toBe(200);
  }
  const [code] = await closed;
  expect(code, report).toBe(0);
  expect(report).toContain("authorization-server-metadata-endpoint: 2 passed, 0 failed");
  expect(report).toContain("authorization-code-grant: 1 passed, 0 failed");
  expect(report).toContain("Total: 3 passed, 0 failed");
}, 40_000);
