/** GET /api/export/{link}: the export as a file, written while it is read. */
import { createContext } from "../context.ts";
import { ApiError, methodNotAllowed } from "../errors.ts";
import { errorResponse } from "../http.ts";
import { log } from "../log.ts";
import { exportOf } from "./export.ts";
import { accountOfLink, exportPath } from "./export-link.ts";

export async function handleExport(request: Request): Promise<Response> {
  if (request.method !== "GET") {
    return errorResponse(methodNotAllowed(["GET"]));
  }
  const accountId = accountOfLink(new URL(request.url).pathname.slice(exportPath.length));
  const { principal } = await createContext(request, "rest").identify({ remember: false });
  if (
    accountId === null ||
    principal?.kind !== "session" ||
    principal.accountId !== accountId ||
    principal.actingAdminId
  ) {
    return errorResponse(
      new ApiError("not_found", "This link is no longer good. Ask for a new one in your settings."),
    );
  }
  const day = new Date().toISOString().slice(0, 10);
  return new Response(streamOf(exportOf(accountId)), {
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Disposition": `attachment; filename="fltr-export-${day}.json"`,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

/** Read only as fast as it is taken. */
function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        // What was sent is no whole JSON, so it is not taken for one.
        log.error({ err: error }, "an export broke off");
        controller.error(error);
      }
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
