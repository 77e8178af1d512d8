/**
 * tools/call: runs the operation behind a tool and says what came of it, to the model in words, to programs
 * as structured content, and in `_meta` what it cost. What is wrong with a call is a result that tells the
 * model how to do better.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type CallToolRequestParams,
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { problemOf } from "../errors.ts";
import type { OperationId } from "../operations.ts";
import { countCall, isBroken, keepAnswer, keptAnswer, type Repeat, refusePaused } from "../repeats.ts";
import { type Admitted, type Exchange, identifyAnew, runOperation } from "./exchange.ts";
import { linksOf } from "./links.ts";
import { type Meter, meterKey, meterOf, problemKey } from "./meter.ts";
import { problemText, textOf } from "./text.ts";
import { resolveTool } from "./tools.ts";

const outputSchema = z.looseObject({});

export async function callTool(
  exchange: Exchange,
  admitted: Admitted,
  { name, arguments: args = {} }: CallToolRequestParams,
  { mcpReq }: ServerContext,
): Promise<CallToolResult> {
  const called = await resolveTool(exchange.principal, name, args);
  if (!called) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${name} not found. tools/list names all.`);
  }
  const { id } = called;
  const input = id === "meter.quote" ? await askedPrice(exchange, called.input) : called.input;
  listenToProgress(admitted, mcpReq);
  try {
    // A retry under an Idempotency-Key is no loop: the chain itself answers it as the first.
    return isBroken(id) && admitted.ctx.idempotency.key === null
      ? await runOnce(exchange, admitted, id, input)
      : await run(exchange, admitted, id, input);
  } catch (error) {
    const { problem } = problemOf(error);
    const meter = meterOf(admitted.ctx, exchange.principal, id);
    return {
      isError: true,
      content: [{ type: "text", text: problemText(problem) }],
      _meta: { [meterKey]: meter, [problemKey]: problem },
    };
  }
}

type Input = Record<string, unknown>;

/** An endpoint's tool is known here alone; its price is that of a search. */
async function askedPrice({ principal }: Exchange, input: Input): Promise<Input> {
  const asked = typeof input.tool === "string" ? await resolveTool(principal, input.tool, {}) : null;
  return asked ? { ...input, tool: asked.id } : input;
}

async function run(
  exchange: Exchange,
  admitted: Admitted,
  id: OperationId,
  input: Input,
): Promise<CallToolResult> {
  return resultOf(exchange, admitted, id, await runOperation(admitted, input));
}

/** Of a call that loops repeat: its answer a moment ago, if that is still true, for nothing. */
async function runOnce(
  exchange: Exchange,
  admitted: Admitted,
  id: OperationId,
  input: Input,
): Promise<CallToolResult> {
  const { principal } = exchange;
  const repeat = await countCall(principal, id, input);
  if (!repeat || repeat.seen.times === 1) return remembered(exchange, admitted, id, input, repeat);
  // Who calls may have been remembered, and neither hold nor handler checks it on this way.
  const { balance, budgetLeft, rights } = await identifyAnew(admitted, id);
  await refusePaused(principal, id, repeat);
  const kept = isDeepStrictEqual(rights, principal.rights)
    ? await keptAnswer(principal, input, repeat)
    : null;
  if (!kept) return remembered(exchange, admitted, id, input, repeat);
  const { receiptId } = kept;
  Object.assign(admitted.ctx.answer, { creditsCharged: 0, creditsRemaining: balance, budgetLeft, receiptId });
  return resultOf(exchange, admitted, id, kept.output, repeat.seen.times);
}

async function remembered(
  exchange: Exchange,
  admitted: Admitted,
  id: OperationId,
  input: Input,
  repeat: Repeat | null,
): Promise<CallToolResult> {
  const output = await runOperation(admitted, input);
  const { receiptId } = admitted.ctx.answer;
  // What found nothing left no receipt to be checked by, and costs nothing again.
  if (repeat && receiptId !== null) await keepAnswer(repeat, { output, receiptId });
  return resultOf(exchange, admitted, id, output);
}

function resultOf(
  { principal, takesLinks }: Exchange,
  { ctx }: Admitted,
  id: OperationId,
  output: unknown,
  times = 1,
): CallToolResult {
  const meter: Meter = { ...meterOf(ctx, principal, id), ...(times > 1 && { repeated: { times } }) };
  return {
    content: [{ type: "text", text: textOf(id, output, meter) }, ...(takesLinks ? linksOf(id, output) : [])],
    structuredContent: outputSchema.parse(output),
    _meta: { [meterKey]: meter },
  };
}

function listenToProgress(admitted: Admitted, { _meta, notify }: ServerContext["mcpReq"]): void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return;
  const progress = (done: number, total: number) => {
    const params = { progressToken, progress: done, total, message: `${done} of ${total} done` };
    // To a caller that went away: its signal stops the work.
    notify({ method: "notifications/progress", params }).catch(() => undefined);
  };
  admitted.ctx = { ...admitted.ctx, progress };
}
