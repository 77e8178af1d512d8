import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resetAuth } from "#server/auth.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { serveFixtures } from "#server/testing/mcp-fixtures.ts";
import { accountWithDataset, openDoor } from "./door-under-test.ts";
import { doorOf, handleMcp } from "./handler.ts";

setUpTestDatabase();

const routes = { product: handleMcp, fixtures: doorOf(serveFixtures) };
type Route = keyof typeof routes;
let doors: Record<Route, Awaited<ReturnType<typeof openDoor>>>;

beforeAll(async () => {
  resetAuth();
  const { key } = await accountWithDataset();
  // The suite has no way to send a credential.
  const withKey = (handle: typeof handleMcp) => (request: Request) => {
    const headers = new Headers(request.headers);
    headers.set("x-api-key", key);
    return handle(new Request(request, { headers }));
  };
  doors = {
    product: await openDoor(withKey(routes.product)),
    fixtures: await openDoor(withKey(routes.fixtures)),
  };
});
afterAll(async () => {
  for (const door of Object.values(doors)) await door.close();
});

const suite = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));

/** Ends with 0 when all that the revision requires passes, save what the baseline excepts; that must fail. */
async function judge(route: Route, revision: string, baseline: string | null) {
  const excepted =
    baseline === null ? [] : ["--expected-failures", fileURLToPath(import.meta.resolve(baseline))];
  const asked = ["server", "--url", doors[route].url.href, "--requirements", revision, ...excepted];
  const child = spawn(process.execPath, [suite, ...asked], { stdio: ["ignore", "pipe", "pipe"] });
  let report = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part) => {
      report += part;
    });
  }
  const [code] = await once(child, "close");
  return { code, report };
}

/** The suite mostly waits, so its runs go together; its own deadlines of 0.8 s fail it on a busy machine. */
describe.concurrent("the conformance suite of the Model Context Protocol", { retry: 2 }, () => {
  it.for([
    { route: "fixtures", revision: "2026-07-28", baseline: null },
    { route: "fixtures", revision: "2025-11-25", baseline: "./conformance/fixtures-2025-11-25.yaml" },
    { route: "product", revision: "2026-07-28", baseline: "./conformance/product-2026-07-28.yaml" },
    { route: "product", revision: "2025-11-25", baseline: "./conformance/product-2025-11-25.yaml" },
  ] as const)("$route, $revision", async ({ route, revision, baseline }) => {
    const { code, report } = await judge(route, revision, baseline);
    expect(code, report).toBe(0);
  });
});
