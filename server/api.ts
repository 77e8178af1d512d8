/**
 * Which fetch handler answers which path: the process serves these without Next, and the route files
 * under app/ export the same functions, so that a plain `next start` answers alike.
 */
import { handleExport } from "./account/export-handler.ts";
import { exportPath } from "./account/export-link.ts";
import { handleAuth } from "./auth-door.ts";
import { handleStripeWebhook } from "./credits/webhook.ts";
import { ApiError, methodNotAllowed } from "./errors.ts";
import { handleHealth, handleReady } from "./health.ts";
import { errorResponse } from "./http.ts";
import { log } from "./log.ts";
import { handleMcp } from "./mcp/handler.ts";
import { handleMetrics, metrics } from "./metrics.ts";
import { handleRest } from "./rest/handler.ts";
import { handleTrpc } from "./trpc-handler.ts";
import { handleAuthorizationServer, handleProtectedResource } from "./wellknown.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** What is there to be read alone: other methods are told so. */
const readOnly: Record<string, Handler> = {
  "/api/metrics": handleMetrics,
  "/api/health": handleHealth,
  "/api/health/ready": handleReady,
  "/.well-known/oauth-protected-resource": handleProtectedResource,
  "/.well-known/oauth-protected-resource/api/mcp": handleProtectedResource,
  "/.well-known/oauth-authorization-server": handleAuthorizationServer,
  "/.well-known/oauth-authorization-server/api/auth": handleAuthorizationServer,
  "/.well-known/openid-configuration": handleAuthorizationServer,
  "/.well-known/openid-configuration/api/auth": handleAuthorizationServer,
  "/api/auth/.well-known/oauth-authorization-server": handleAuthorizationServer,
  "/api/auth/.well-known/openid-configuration": handleAuthorizationServer,
};
const readingMethods = ["GET", "HEAD", "OPTIONS"];

const exact: Record<string, Handler> = {
  "/api/mcp": handleMcp,
  "/api/stripe/webhook": handleStripeWebhook,
};

const below: readonly [prefix: string, handler: Handler][] = [
  ["/api/v1/", handleRest],
  ["/api/trpc/", handleTrpc],
  ["/api/auth/", handleAuth],
  [exportPath, handleExport],
  ["/api/", handleUnknown],
];

/** Null for what is Next's: pages and assets. */
export function apiHandler(pathname: string): Handler | null {
  const handler =
    readOnly[pathname] ?? exact[pathname] ?? below.find(([prefix]) => pathname.startsWith(prefix))?.[1];
  if (!handler) return pathname === "/api" ? handleUnknown : null;
  const door = pathname.split("/", 3)[2] ?? "";
  return async (request) => {
    const end = metrics().requests.startTimer();
    const mayBe = !Object.hasOwn(readOnly, pathname) || readingMethods.includes(request.method);
    const response = mayBe ? await answer(handler, request) : errorResponse(methodNotAllowed(readingMethods));
    end({ door: doors.has(door) ? door : "other", status: String(response.status) });
    return response;
  };
}

const doors = new Set(["v1", "mcp", "trpc", "auth"]);

async function answer(handler: Handler, request: Request): Promise<Response> {
  try {
    return await handler(request);
  } catch (error) {
    log.error({ err: error }, "handler failed");
    return errorResponse(error);
  }
}

/** A path under /api where there is nothing. */
export function handleUnknown(): Response {
  return errorResponse(new ApiError("unknown_path", "There is nothing here."));
}
