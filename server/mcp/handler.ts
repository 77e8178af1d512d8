/**
 * The MCP door: POST /api/mcp, Streamable HTTP. The caller is admitted by the chain before the SDK answers,
 * so that 429, 401 and 403 are HTTP answers with their headers; what is wrong with a call beyond that is a
 * tool result that the model can act on. Authorization: MCP 2026-07-28 "Authorization" (RFC 9728, RFC 6750).
 */
import { admit, callerOf, refusalOf } from "../admission.ts";
import { answerHeaders, type Context, createContext, emptyAnswer } from "../context.ts";
import { ApiError, logFailure, problemOf } from "../errors.ts";
import { json, preflight, withHeaders } from "../http.ts";
import { log } from "../log.ts";
import type { OperationId } from "../operations.ts";
import { keyOf, type Principal } from "../principal.ts";
import { challenge, protectedResourceMetadataUrl, scopeChallenge } from "../wellknown.ts";
import type { Admitted, Exchange } from "./exchange.ts";
import { type Ask, describeMessage, type Message, type RequestId, readBody } from "./message.ts";
import { checkOrigin } from "./origin.ts";
import { targetOf } from "./resources.ts";
import { serve } from "./server.ts";
import { operationOfTool } from "./tools.ts";

/** Answers /api/mcp. */
export const handleMcp = doorOf(serve);

/** The door before a server: the product's, or in tests the one that the conformance suite asks for. */
export function doorOf(serving: typeof serve): (request: Request) => Promise<Response> {
  return async (request) => {
    const ctx = createContext(request, "mcp");
    const echo: { id: RequestId | null } = { id: null };
    try {
      checkOrigin(request.headers);
      return preflight(request, "GET, POST, DELETE, OPTIONS") ?? (await answer(request, ctx, echo, serving));
    } catch (error) {
      const cause = request.signal.aborted ? new ApiError("cancelled", "The caller went away.") : error;
      logFailure(ctx, cause);
      return refuse(ctx, cause, echo.id);
    }
  };
}

async function answer(
  request: Request,
  ctx: Context,
  echo: { id: RequestId | null },
  serving: typeof serve,
): Promise<Response> {
  if (request.method !== "POST") {
    await admitCaller(ctx, null);
    throw new ApiError("method_not_allowed", "There are no sessions here: send each message by POST.");
  }
  // Of a caller without a credential not even the body is read.
  if (keyOf(request.headers) === null) await admitCaller(ctx, null);
  const body = await readBody(request);
  const message = describeMessage("value" in body ? body.value : null);
  echo.id = message.id;
  const exchange = await admitMessage(ctx, message);
  if ("refusal" in body) throw body.refusal;

  const response = await serving(request, body.value, exchange);
  request.signal.throwIfAborted();
  // The SDK says keep-alive of a stream, which would hold the socket of a caller that asked to close it.
  response.headers.delete("connection");
  if (response.status >= 500) log.error({ requestId: ctx.requestId, door: "mcp" }, "MCP exchange failed");
  const [only, ...others] = exchange.admitted;
  if (!only || others.length > 0) return withHeaders(response, limitHeaders(ctx));
  if (only.refusal) {
    Object.assign(ctx.answer, only.ctx.answer);
    throw only.refusal;
  }
  return withHeaders(response, answerHeaders(only.ctx));
}

/** Each request is admitted as the operation behind it; anything else takes one point of the caller's tier. */
async function admitMessage(ctx: Context, { asks }: Message): Promise<Exchange> {
  const admitted: Admitted[] = [];
  let principal: Principal | undefined;
  for (const ask of asks) {
    const operation = ask.id === undefined ? null : operationBehind(ask);
    principal = await admitCaller(ctx, operation);
    const refusal = needsTools.test(ask.method) ? scopeRefusal(principal) : null;
    if (refusal) throw refusal;
    if (ask.id === undefined) continue;
    const { limits, legacyKey } = ctx.answer;
    const answer = { ...emptyAnswer(), limits, legacyKey };
    const own: Context = { ...ctx, admitted: { principal, rejected: false }, answer };
    admitted.push({ ask, operation, ctx: own, started: false, refusal: null });
  }
  principal ??= await admitCaller(ctx, null);
  const readsResources = scopeRefusal(principal) === null;
  const version = ctx.headers.get("mcp-protocol-version") ?? "2025-03-26";
  return { principal, admitted, readsResources, takesLinks: readsResources && version >= "2025-06-18" };
}

/** Resources and prompts are more than a search. */
const needsTools = /^(resources|prompts|completion)\//;

function scopeRefusal(principal: Principal): ApiError | null {
  return refusalOf({ principal, rejected: false }, "resources.list", null);
}

function operationBehind({ method, name, uri }: Ask): OperationId | null {
  switch (method) {
    case "tools/call":
      return operationOfTool(name ?? "");
    case "resources/list":
      return "resources.list";
    case "resources/read":
      return targetOf(uri ?? "")?.operation ?? null;
    case "prompts/get":
    case "completion/complete":
      return "resources.suggest";
    // Its answer names the datasets.
    case "initialize":
    case "server/discover":
      return "datasets.list";
    default:
      return null;
  }
}

/** Nobody speaks MCP without a credential, also where an operation is open to everyone over REST. */
async function admitCaller(ctx: Context, id: OperationId | null): Promise<Principal> {
  return callerOf(await admit(ctx, id));
}

function limitHeaders({ requestId, answer: { limits, legacyKey } }: Context): Record<string, string> {
  return answerHeaders({ requestId, answer: { ...emptyAnswer(), limits, legacyKey } });
}

/** What stopped the exchange before MCP: OAuth's challenges as over REST, the rest as JSON-RPC errors. */
function refuse(ctx: Context, error: unknown, id: RequestId | null): Response {
  const { status, problem } = problemOf(error);
  const headers = answerHeaders(ctx);
  if (status === 401) {
    headers["WWW-Authenticate"] = challenge(problem.code === "invalid_credential");
    return json({ ...problem, oauth_discovery: protectedResourceMetadataUrl() }, 401, headers);
  }
  if (problem.code === "insufficient_scope") {
    headers["WWW-Authenticate"] = scopeChallenge(String(problem.needed));
    return json(problem, status, headers);
  }
  if (status === 405) headers.Allow = "POST, OPTIONS";
  const code = jsonRpcCodes[problem.code] ?? status;
  return json(
    { jsonrpc: "2.0", id, error: { code, message: problem.detail, data: problem } },
    status,
    headers,
  );
}

/** JSON-RPC 2.0 §5.1; others carry their HTTP status, outside of the ranges that JSON-RPC and MCP reserve. */
const jsonRpcCodes: Partial<Record<string, number>> = { malformed_body: -32700, internal: -32603 };
