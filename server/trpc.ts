/**
 * THE CHAIN, the same at every door: identify → rate limit → authorize → validate input → hold credits →
 * handler → validate output → capture with receipt, or release. Failures come in that order: 429, 401,
 * 403, 400, 402, then the handler's own. A procedure is declared with its row's id and cannot leave a
 * step out.
 */
import { initTRPC } from "@trpc/server";
import type { z } from "zod";
import { admit, admitValue } from "./admission.ts";
import { charged } from "./charge.ts";
import type { Context } from "./context.ts";
import { ApiError, problemOf } from "./errors.ts";
import type { OperationId } from "./operations.ts";

const t = initTRPC
  .context<Context>()
  .meta<{ operation: OperationId }>()
  .create({
    sse: {
      // A proxy closes what is silent, and a browser notices by silence that its server is gone.
      ping: { enabled: true, intervalMs: 15_000 },
      client: { reconnectAfterInactivityMs: 40_000 },
      // Opened anew, it is admitted anew, by the limits that the account has by then.
      maxDurationMs: 5 * 60_000,
    },
    errorFormatter: ({ shape, error, ctx }) => {
      const { status, problem } = problemOf(error);
      return {
        ...shape,
        message: problem.detail,
        data: { ...problem, httpStatus: status, requestId: ctx?.requestId },
      };
    },
  });

export const router = t.router;
export const mergeRouters = t.mergeRouters;

/**
 * A procedure for a row of the table. Credits are held after the input has been read, so bad input costs
 * nothing, and captured after the output has been checked.
 */
export function procedure<Input extends z.ZodType, Output extends z.ZodType>(
  id: OperationId,
  { input, output }: { input: Input; output: Output },
) {
  return t.procedure
    .meta({ operation: id })
    .use(async ({ ctx, next }) => {
      const { principal } = ctx.admitted ?? (await admit(ctx, id));
      ctx.idempotency.bind(principal?.accountId ?? null);
      return next({ ctx: { principal } });
    })
    .input(input)
    .use(async ({ ctx, input, next }) => {
      await admitValue(ctx, id, input);
      return next();
    })
    .use(({ ctx, input, next }) => charged(id, ctx, input, (held) => next({ ctx: held })))
    .output(output);
}

/**
 * For the dashboard's stream of changes, which is no operation: nothing is done, read or charged by it. It
 * counts as a call when it is opened, and only a browser's session may open it.
 */
export const stream = t.procedure.use(async ({ ctx, next }) => {
  const { principal } = await admit(ctx, null);
  if (principal?.kind !== "session") {
    throw new ApiError("session_required", "This can only be done signed in to the dashboard.");
  }
  return next({ ctx: { principal } });
});
