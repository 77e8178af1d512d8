/**
 * What every answer of a fetch handler has in common: CORS for browser clients, the fields they may read,
 * and problems as JSON. Cookies are never accepted from another origin, so any origin may call.
 */
import { problemOf } from "./errors.ts";

const exposed = [
  "WWW-Authenticate",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
  "X-Credits-Charged",
  "X-Credits-Remaining",
  "X-Credits-Low",
  "X-Receipt-Id",
  "X-Request-Id",
  "Deprecation",
  "Sunset",
  "Link",
  "Mcp-Session-Id",
].join(", ");

const common: Record<string, string> = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": exposed,
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...common,
      "Content-Type": "application/json; charset=utf-8",
      // RFC 9110 §15.5.9: nothing further is expected on this connection.
      ...(status === 408 && { Connection: "close" }),
      ...headers,
    },
  });
}

export function empty(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { ...common, ...headers } });
}

/** What a caller may read of an error, with its status. */
export function errorResponse(error: unknown, headers: Record<string, string> = {}): Response {
  const { problem, status } = problemOf(error);
  const allow = Array.isArray(problem.allow) ? { Allow: problem.allow.join(", ") } : {};
  return json(problem, status, { ...allow, ...headers });
}

/** Answers a preflight (Fetch §4.8); null when the request is none. */
export function preflight(request: Request, methods: string): Response | null {
  if (request.method !== "OPTIONS") return null;
  return empty(204, {
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers":
      "Authorization, Content-Type, Accept, Idempotency-Key, X-API-Key, Last-Event-ID, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name",
    "Access-Control-Max-Age": "86400",
  });
}

/** Adds the common fields and more to an answer that a library made. */
export function withHeaders(response: Response, headers: Record<string, string>): Response {
  for (const [name, value] of Object.entries({ ...common, ...headers })) {
    if (name !== "Cache-Control" || !response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}
