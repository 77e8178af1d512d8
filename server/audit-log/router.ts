/** The audit log as its owner reads it; the admin's view of all of it is the same rows. */
import { callerOf } from "../admission.ts";
import { auditInput, auditSchema, listEvents } from "../audit.ts";
import { pageOf } from "../pages.ts";
import { procedure, router } from "../trpc.ts";

export const auditRouter = router({
  list: procedure("audit.list", { input: auditInput, output: pageOf(auditSchema) }).query(({ ctx, input }) =>
    listEvents(callerOf(ctx).accountId, input),
  ),
});
