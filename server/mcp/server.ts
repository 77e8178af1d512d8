/**
 * The MCP server of one HTTP exchange, for both eras (2026-07-28, and 2024-11-05 to 2025-11-25 without
 * sessions). It offers what its caller may use, and runs an operation only for a request that the door has
 * admitted. The SDK's plain Server: what a caller is offered is a list already made, not registered anew
 * for each exchange.
 */
import {
  createMcpHandler,
  isLegacyRequest,
  ProtocolErrorCode,
  Server,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/server/validators/ajv";
import { env } from "#env";
import packageJson from "../../package.json" with { type: "json" };
import { json } from "../http.ts";
import { log } from "../log.ts";
import { operation } from "../operations.ts";
import { callTool } from "./call-tool.ts";
import { admittedFor, type Exchange, protocolError, unknownCursor } from "./exchange.ts";
import { instructionsFor } from "./instructions.ts";
import { completePrompt, getPrompt, promptList } from "./prompts.ts";
import { completeTemplate, listResources, readResource, resourceTemplates } from "./resources.ts";
import { pageOfTools } from "./tools.ts";

const exchanges = new WeakMap<Request, Exchange>();

/** What the server offers changes with the caller's scopes and endpoints; what stands in a document, sooner. */
const offered = { ttlMs: 300_000, cacheScope: "private" } as const;
const found = { ttlMs: 60_000, cacheScope: "private" } as const;
const cacheHints = {
  "tools/list": offered,
  "server/discover": offered,
  "prompts/list": offered,
  "resources/templates/list": offered,
  "resources/list": found,
  "resources/read": found,
};

/** Compiling nothing until used, and dear to make: one for all servers. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

const handler = createMcpHandler(({ requestInfo }) => serverOf(exchangeOf(requestInfo)), {
  legacy: "stateless",
  onerror: (error) => log.debug({ door: "mcp", error: error.name }, "MCP message refused"),
});

export async function serve(request: Request, body: unknown, exchange: Exchange): Promise<Response> {
  // The SDK would open a stream that nothing is ever written to.
  const listening = exchange.admitted.find(({ ask }) => ask.method === "subscriptions/listen");
  if (listening) {
    const error = { code: ProtocolErrorCode.MethodNotFound, message: "Nothing here tells of changes." };
    return json({ jsonrpc: "2.0", id: listening.ask.id, error }, 404);
  }
  // The body is read, and whoever goes away is noticed by the door. What the SDK hangs on the signal of the
  // request as it came would keep the whole exchange in memory for good: Node holds such a signal for as long
  // as there is the request, and by that listener there always is.
  const bare = new Request(request.url, { method: request.method, headers: request.headers });
  if (!tellsProgress(exchange) && (await isLegacyRequest(bare, body)))
    return serveWhole(bare, body, exchange);
  exchanges.set(bare, exchange);
  return handler.fetch(bare, { parsedBody: body });
}

/** Long work whose caller wants to hear how far it is: its answer is a stream. */
function tellsProgress({ admitted }: Exchange): boolean {
  return admitted.some(({ ask, operation: id }) => ask.streams && id !== null && operation(id).perItem);
}

/**
 * To clients of 2025 the SDK's handler opens an event stream before the work has begun. Where there is
 * nothing to tell meanwhile the answer is JSON instead, which they all take: then headers can tell the charge,
 * and a credential that was revoked a moment ago is an HTTP 401 as everywhere.
 */
async function serveWhole(request: Request, body: unknown, exchange: Exchange): Promise<Response> {
  const server = await serverOf(exchange);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody: body });
  } finally {
    await server.close();
  }
}

function exchangeOf(request: Request | undefined): Exchange {
  const exchange = request && exchanges.get(request);
  if (!exchange) throw new Error("An MCP request came past the door.");
  return exchange;
}

async function serverOf(exchange: Exchange): Promise<Server> {
  const server = new Server(
    { name: "fltr", title: "FLTR", version: packageJson.version, websiteUrl: env.appUrl },
    {
      instructions: await instructionsFor(exchange),
      capabilities: {
        // Nothing here tells of changes: a client asks again when its time to live is over.
        tools: { listChanged: false },
        ...(exchange.readsResources && {
          resources: { listChanged: false, subscribe: false },
          prompts: { listChanged: false },
          completions: {},
        }),
      },
      cacheHints,
      jsonSchemaValidator,
    },
  );
  addTools(server, exchange);
  if (exchange.readsResources) {
    addResources(server, exchange);
    addPrompts(server, exchange);
  }
  return server;
}

function addTools(server: Server, exchange: Exchange): void {
  server.setRequestHandler("tools/list", ({ params }, ctx) => {
    admittedFor(exchange, ctx);
    return pageOfTools(exchange.principal, params?.cursor);
  });
  server.setRequestHandler("tools/call", ({ params }, ctx) =>
    callTool(exchange, admittedFor(exchange, ctx), params, ctx),
  );
}

function addResources(server: Server, exchange: Exchange): void {
  server.setRequestHandler("resources/list", ({ params }, ctx) =>
    answered(listResources(admittedFor(exchange, ctx), params?.cursor)),
  );
  server.setRequestHandler("resources/templates/list", ({ params }) =>
    onlyPage({ resourceTemplates }, params?.cursor),
  );
  server.setRequestHandler("resources/read", ({ params }, ctx) =>
    answered(readResource(exchange, admittedFor(exchange, ctx), params.uri)),
  );
}

function addPrompts(server: Server, exchange: Exchange): void {
  server.setRequestHandler("prompts/list", ({ params }) => onlyPage({ prompts: promptList }, params?.cursor));
  server.setRequestHandler("prompts/get", ({ params }, ctx) =>
    answered(getPrompt(admittedFor(exchange, ctx), params.name, params.arguments ?? {})),
  );
  server.setRequestHandler("completion/complete", ({ params: { ref, argument, context } }, ctx) => {
    const admitted = admittedFor(exchange, ctx);
    if (ref.type === "ref/prompt") return answered(completePrompt(admitted, ref.name, argument));
    return answered(completeTemplate(admitted, argument, context?.arguments ?? {}));
  });
}

/** Of a list that gives no cursor. */
function onlyPage<Page>(page: Page, cursor: string | undefined): Page {
  if (cursor !== undefined) throw unknownCursor();
  return page;
}

async function answered<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    throw protocolError(error);
  }
}
