/**
 * Where a caller stands, in one answer, and what a call would cost: what an agent asks before it spends.
 * Both are free and change nothing.
 */
import { z } from "zod";
import { callerOf } from "../admission.ts";
import { accessShape, readAccess } from "../credential-access.ts";
import { ApiError } from "../errors.ts";
import { limitsOf } from "../limits.ts";
import { type OperationId, operation, operationIds, scopes } from "../operations.ts";
import { itemPrices, priceWords, total } from "../price.ts";
import { getRateLimiter } from "../rate-limit.ts";
import { raiseUrl } from "../refused-hold.ts";
import { rerankPrices } from "../reranking.ts";
import { procedure, router } from "../trpc.ts";

const statusSchema = z.object({
  balance: z.int().describe("Credits of the account"),
  budget: accessShape.budget
    .unwrap()
    .extend({ left: z.int() })
    .nullable()
    .describe("What this key or app may spend; null: all of the balance"),
  scopes: z.array(z.enum(Object.keys(scopes))),
  limits: z
    .array(
      z.object({
        name: z.string(),
        limit: z.int().describe("Calls in any window"),
        windowSeconds: z.int(),
        remaining: z.int(),
        resetSeconds: z.int().describe("Until the oldest call frees; 0 when unused"),
      }),
    )
    .describe("Limits that bind this caller on most calls; empty: none"),
  manageUrl: z.string().describe("Where the owner adds credits, or raises the budget of this key or app"),
});

const quoteSchema = z.object({
  operation: z.string(),
  credits: z.int().describe("What the call would cost at most: what finds nothing is free"),
  calls: z.int().describe("How many calls it counts as, of the limits"),
  price: z.string().describe("How that is made up"),
  affordable: z.boolean().describe("Whether balance and budget suffice now"),
  balance: z.int(),
  budgetLeft: z.int().nullable().describe("null: no budget"),
});

export const meterRouter = router({
  status: procedure("meter.status", { input: z.strictObject({}), output: statusSchema }).query(
    async ({ ctx }) => {
      const caller = callerOf(ctx);
      const { kind, accountId, credentialId, balance } = caller;
      const identity = { principal: caller, rejected: false } as const;
      const limits = limitsOf({ address: ctx.address, exactAddress: ctx.exactAddress, identity }, null);
      const states = limits.length > 0 ? await getRateLimiter().peek(limits) : [];
      const hasOwn = kind === "apiKey" || kind === "connection";
      const given = hasOwn ? await readAccess({ kind, accountId }, [credentialId]) : null;
      const budget = given?.(credentialId).budget ?? null;
      return {
        balance,
        budget: budget && { ...budget, left: Math.max(0, budget.credits - budget.used) },
        scopes: [...caller.scopes],
        limits: states.map(({ name, points, windowSeconds, remaining, resetSeconds }) => ({
          name: name.replace(/:.*/, ""),
          limit: points,
          windowSeconds,
          remaining,
          resetSeconds,
        })),
        manageUrl: raiseUrl(kind, budget !== null && budget.credits - budget.used < balance),
      };
    },
  ),

  quote: procedure("meter.quote", {
    input: z.strictObject({
      tool: z.string().min(1).max(100).describe("A tool's name, or an operation as search.query"),
      arguments: z
        .record(z.string(), z.unknown())
        .default({})
        .describe("What the call would be given; its price may depend on it"),
    }),
    output: quoteSchema,
  }).mutation(({ ctx, input }) => {
    const { balance, budgetLeft } = callerOf(ctx);
    const id = operationNamed(input.tool);
    const prices = itemPrices(id, input.arguments);
    const credits = total(prices) + total(rerankPrices(id, input.arguments));
    return {
      operation: id,
      credits,
      calls: prices.length * operation(id).weight,
      price: priceWords(operation(id)) + (prices.length > 1 ? `, ${prices.length} times` : ""),
      affordable: credits <= Math.min(balance, budgetLeft ?? balance),
      balance,
      budgetLeft,
    };
  }),
});

function operationNamed(name: string): OperationId {
  const found = operationIds.find((id) => id === name || operation(id).tool?.name === name);
  if (found) return found;
  const tools = operationIds.flatMap((id) => operation(id).tool?.name ?? []);
  throw new ApiError(
    "invalid_input",
    `Invalid input: tool: there is no ${name}. Tools are ${tools.join(", ")}.`,
  );
}
