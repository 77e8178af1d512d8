/**
 * The REST door: finds the operation by method and path, runs it through the chain and answers in JSON.
 * The body is read by the chain once the caller has been admitted, so failures keep the chain's order.
 */

import { admit } from "../admission.ts";
import { type CatalogEntry, call } from "../catalog.ts";
import { answerHeaders, type Context, createContext } from "../context.ts";
import { ApiError, logFailure, methodNotAllowed, problemOf } from "../errors.ts";
import { empty, json, preflight } from "../http.ts";
import type { Operation } from "../operations.ts";
import { challenge, protectedResourceMetadataUrl, scopeChallenge } from "../wellknown.ts";
import { toFastApi } from "./fastapi-problem.ts";
import { readInput } from "./input.ts";
import { openApiDocument } from "./openapi.ts";
import { findRoute } from "./routes.ts";

const prefix = "/api/v1";

/** Answers everything under /api/v1. */
export async function handleRest(request: Request): Promise<Response> {
  const early = preflight(request, "GET, POST, PATCH, DELETE, OPTIONS");
  if (early) return early;
  const ctx = createContext(request, "rest");
  try {
    return withoutBody(request, await answer(request, ctx));
  } catch (error) {
    logFailure(ctx, error);
    return withoutBody(request, refuse(ctx, error, request));
  }
}

/** RFC 9110 §9.3.2 */
function withoutBody({ method }: Request, response: Response): Response {
  return method === "HEAD" ? new Response(null, response) : response;
}

async function answer(request: Request, ctx: Context): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice(prefix.length).replace(/\/+$/, "");
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (path === "/openapi.json") {
    await admit(ctx, null);
    if (method !== "GET") throw methodNotAllowed(["GET"]);
    return json(openApiDocument(), 200, { ...answerHeaders(ctx), "Cache-Control": "public, max-age=300" });
  }
  const route = findRoute(method, path, request.headers.get("content-type"));
  if (route.found === "none") {
    await admit(ctx, null);
    throw new ApiError("unknown_path", `There is nothing at ${prefix}${path}.`);
  }
  if (route.found === "otherMethods") {
    await admit(ctx, null);
    throw methodNotAllowed(route.allow);
  }
  const { entry, parameters } = route;
  if (request.method === "HEAD" && entry.row.priceCredits > 0) {
    // Nobody is to pay for an answer that is not sent.
    await admit(ctx, null);
    throw methodNotAllowed([entry.row.rest.method]);
  }
  const output = await call(entry, ctx, () => readInput(request, url, entry, parameters));
  return success(entry, output, ctx);
}

function success(entry: CatalogEntry, output: unknown, ctx: Context): Response {
  const { status } = entry.row.rest;
  return status === 204 ? empty(204, answerHeaders(ctx)) : json(output, status, answerHeaders(ctx));
}

/** Errors of a route are told in its clients' words. */
function dialectOf({ url, method, headers }: Request): Operation["dialect"] {
  const path = new URL(url).pathname.slice(prefix.length).replace(/\/+$/, "");
  const route = findRoute(method, path, headers.get("content-type"));
  return route.found === "route" ? route.entry.row.dialect : undefined;
}

function refuse(ctx: Context, error: unknown, request: Request): Response {
  const { status, problem } = problemOf(error);
  const headers = answerHeaders(ctx);
  if (problem.code === "method_not_allowed" && Array.isArray(problem.allow)) {
    headers.Allow = problem.allow.join(", ");
  }
  if (problem.code === "insufficient_scope") {
    headers["WWW-Authenticate"] = scopeChallenge(String(problem.needed));
  }
  if (status !== 401) {
    const told =
      dialectOf(request) === "fastapi-users"
        ? toFastApi(request.method, status, problem)
        : { status, problem };
    return json(told.problem, told.status, headers);
  }
  headers["WWW-Authenticate"] = challenge(problem.code === "invalid_credential");
  return json({ ...problem, oauth_discovery: protectedResourceMetadataUrl() }, status, headers);
}
