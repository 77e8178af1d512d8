/**
 * What the chain has let in of one HTTP exchange: each request with the operation behind it, so that the
 * server can run nothing that the door has not admitted, and each only once.
 */
import type { ServerContext } from "@modelcontextprotocol/server";
import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { callerOf, refusalOf } from "../admission.ts";
import { type CatalogEntry, call, catalog } from "../catalog.ts";
import type { Context } from "../context.ts";
import { logFailure, problemOf } from "../errors.ts";
import type { OperationId } from "../operations.ts";
import type { Principal } from "../principal.ts";
import type { Ask } from "./message.ts";

export type Admitted = {
  readonly ask: Ask;
  /** Null: nothing of the table is behind it, such as a list of what the server offers. */
  readonly operation: OperationId | null;
  /** `ctx.answer` tells afterwards what it cost. */
  ctx: Context;
  started: boolean;
  /** By the chain, of what only the input told: a limit counted by items, a key revoked a moment ago. */
  refusal: unknown;
};

export type Exchange = {
  readonly principal: Principal;
  /** The caller may use resources and prompts too. */
  readonly readsResources: boolean;
  /** Its client knows links among the contents of a result. */
  readonly takesLinks: boolean;
  readonly admitted: readonly Admitted[];
};

const entries = new Map(catalog.map((entry) => [entry.id, entry]));

function entryOf(id: OperationId): CatalogEntry {
  const entry = entries.get(id);
  if (!entry) throw new Error(`${id} is no operation.`);
  return entry;
}

/** The request that the SDK now asks to be answered. */
export function admittedFor({ admitted }: Exchange, { mcpReq }: ServerContext): Admitted {
  const found = admitted.find(
    ({ ask, started }) => !started && ask.id === mcpReq.id && ask.method === mcpReq.method,
  );
  if (!found) throw new Error("The request was not admitted.");
  found.started = true;
  // A caller that left before the SDK began to listen is known to the request alone.
  found.ctx = { ...found.ctx, signal: AbortSignal.any([found.ctx.signal, mcpReq.signal]) };
  return found;
}

/** Runs the operation behind a request. A refusal that concerns the connection is kept for the door. */
export async function runOperation(admitted: Admitted, input: Record<string, unknown>): Promise<unknown> {
  const { operation, ctx } = admitted;
  if (operation === null) throw new Error("Nothing of the table is behind this request.");
  try {
    return await call(entryOf(operation), ctx, async () => input);
  } catch (error) {
    logFailure(ctx, error);
    const { status } = problemOf(error);
    if (status === 401 || status === 403 || status === 429) admitted.refusal = error;
    throw error;
  }
}

/** For an answer that no operation gives: the credential is asked for again. @throws ApiError */
export async function identifyAnew(admitted: Admitted, id: OperationId): Promise<Principal> {
  const { ctx } = admitted;
  const identity = await ctx.identifyAgain();
  const refusal = refusalOf(identity, id, ctx.exactAddress);
  if (!refusal) return callerOf(identity);
  admitted.refusal = refusal;
  throw refusal;
}

export function unknownCursor(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, "The cursor is not one that this list gave.");
}

/** For methods other than tools/call, whose results cannot be errors. */
export function protocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const { problem, status } = problemOf(error);
  const code = status >= 500 ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  return new ProtocolError(code, [problem.detail, problem.hint].join(" "), problem);
}
