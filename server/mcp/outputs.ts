/** What each operation answers, as types: the procedures check it. */
import type { inferRouterOutputs } from "@trpc/server";
import type { OperationId } from "../operations.ts";
import type { AppRouter } from "../router.ts";

type Outputs = inferRouterOutputs<AppRouter>;

export type OutputOf<Id extends OperationId> = Id extends `${infer Group extends keyof Outputs}.${infer Name}`
  ? Name extends keyof Outputs[Group]
    ? Outputs[Group][Name]
    : never
  : never;
