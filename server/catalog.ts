/**
 * Every operation with its row and its schemas, read off the router: what the doors, the OpenAPI document
 * and the MCP tools are derived from. A row without a procedure, or the reverse, fails at boot.
 */
import { callTRPCProcedure } from "@trpc/server";
import { z } from "zod";
import type { Context } from "./context.ts";
import { createIdempotency } from "./idempotency.ts";
import { type Operation, type OperationId, operation, operationIds } from "./operations.ts";
import { appRouter } from "./router.ts";

export type CatalogEntry = {
  readonly id: OperationId;
  readonly row: Operation;
  readonly input: z.ZodObject;
  readonly output: z.ZodType;
};

const procedures = appRouter._def.procedures as unknown as Record<
  string,
  { _def: { type: string; inputs: unknown[]; output?: unknown; meta?: { operation?: string } } } | undefined
>;

export const catalog: readonly CatalogEntry[] = operationIds.map((id) => {
  const declared = procedures[id]?._def;
  const input = declared?.inputs[0];
  const output = declared?.output;
  if (!declared || declared.meta?.operation !== id || declared.type !== operation(id).kind) {
    throw new Error(`The table's row ${id} has no procedure of its kind in server/router.ts.`);
  }
  if (!(input instanceof z.ZodObject) || !(output instanceof z.ZodType)) {
    throw new Error(`The procedure of ${id} must take an object and declare its output.`);
  }
  return { id, row: operation(id), input, output };
});

const unlisted = Object.keys(procedures).filter((path) => !catalog.some(({ id }) => id === path));
if (unlisted.length > 0) throw new Error(`No row in server/operations.ts for: ${unlisted.join(", ")}.`);

/** Runs an operation through the chain. `readInput` is called only once the caller has been admitted. */
export function call(entry: CatalogEntry, ctx: Context, readInput: () => Promise<unknown>): Promise<unknown> {
  const { id, row } = entry;
  // A message may hold several calls under one Idempotency-Key: each has a claim of its own, or none.
  const own: Context = { ...ctx, idempotency: createIdempotency(ctx.headers) };
  const run = (getRawInput: () => Promise<unknown>): Promise<unknown> =>
    callTRPCProcedure({
      router: appRouter,
      path: id,
      type: row.kind,
      ctx: own,
      getRawInput,
      signal: ctx.signal,
      batchIndex: 0,
    });
  const repeatable = row.kind === "query" && row.priceCredits === 0;
  if (repeatable || own.idempotency.key === null) return run(readInput);
  return own.idempotency.once(id, readInput, run, own);
}
