/**
 * Where a caller stands: each limit that binds it, the tier's and each operation's own, what was refused,
 * what was used, and what needs its owner's eye.
 */
import { z } from "zod";
import { limitsOf } from "../limits.ts";
import { operation, operationIds } from "../operations.ts";
import { getRateLimiter } from "../rate-limit.ts";
import { procedure, router } from "../trpc.ts";
import { listAlerts } from "./alerts.ts";
import { listRefusals } from "./refusals.ts";
import { getUsage } from "./usage.ts";

const limitSchema = z
  .object({
    name: z.string().describe("The tier, or the operation whose own limit it is"),
    limit: z.int().describe("Points in any window"),
    windowSeconds: z.int(),
    used: z.int(),
    remaining: z.int(),
    resetSeconds: z.int().describe("Until the oldest use frees; 0 when unused"),
  })
  .meta({ id: "Limit" });

export const limitsRouter = router({
  get: procedure("limits.get", {
    input: z.strictObject({}),
    output: z.object({ items: z.array(limitSchema), exempt: z.boolean() }),
  }).query(async ({ ctx }) => {
    const caller = {
      address: ctx.address,
      exactAddress: ctx.exactAddress,
      identity: { principal: ctx.principal, rejected: false } as const,
    };
    const limited = operationIds.filter((id) => operation(id).limit);
    const limits = [
      ...limitsOf(caller, null),
      ...limited.flatMap((id) => limitsOf(caller, id).filter(({ name }) => name === id)),
    ];
    const states = limits.length > 0 ? await getRateLimiter().peek(limits) : [];
    return {
      items: states.map(({ name, points, windowSeconds, remaining, resetSeconds }) => ({
        name,
        limit: points,
        windowSeconds,
        used: points - remaining,
        remaining,
        resetSeconds,
      })),
      exempt: limits.length === 0,
    };
  }),

  refusals: listRefusals,
});

export const usageRouter = router({ get: getUsage });

export const alertsRouter = router({ list: listAlerts });
