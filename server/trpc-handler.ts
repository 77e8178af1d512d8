/** The tRPC door, for the dashboard: /api/trpc/*. A body is read once the chain asks for it, within a bound. */
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { isJson, jsonLimit, readJsonBody } from "./body.ts";
import { answerHeaders, type Context, createContext } from "./context.ts";
import { ApiError, logFailure } from "./errors.ts";
import { withHeaders } from "./http.ts";
import { dashboardRouter } from "./router.ts";

export async function handleTrpc(request: Request): Promise<Response> {
  const ctx: Context = createContext(request, "trpc");
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    req: bounded(request),
    router: dashboardRouter,
    allowMethodOverride: true,
    createContext: () => ctx,
    onError: ({ error }) => logFailure(ctx, error),
  });
  return withHeaders(response, answerHeaders(ctx));
}

/** tRPC reads bodies of any size and of other kinds than any procedure here takes. */
function bounded(request: Request): Request {
  const { method, headers, signal, url, body } = request;
  if (!body) return request;
  const ids = new URL(url).pathname.slice("/api/trpc/".length).split(",");
  const read = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (!isJson(headers.get("content-type"))) {
      throw new ApiError("unsupported_media_type", "Send application/json.");
    }
    controller.enqueue(await readJsonBody(request, jsonLimit(ids)));
    controller.close();
  };
  // Nothing is read ahead: a caller is admitted first.
  const stream = new ReadableStream({ pull: read }, { highWaterMark: 0 });
  const init = { method, headers, signal, body: stream, duplex: "half" };
  return new Request(url, init);
}
