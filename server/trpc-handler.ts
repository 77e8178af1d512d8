/** The tRPC door, for the dashboard: /api/trpc/*. */

import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { answerHeaders, type Context, createContext } from "./context.ts";
import { logFailure } from "./errors.ts";
import { withHeaders } from "./http.ts";
import { appRouter } from "./router.ts";

export async function handleTrpc(request: Request): Promise<Response> {
  const ctx: Context = createContext(request, "trpc");
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    allowMethodOverride: true,
    createContext: () => ctx,
    onError: ({ error }) => logFailure(ctx, error),
  });
  return withHeaders(response, answerHeaders(ctx));
}
