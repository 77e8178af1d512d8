/** What an owner decides about alerts and the automatic top-up; what is left out stays as it is. */
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { database, query } from "#db/client.ts";
import { creditSettings } from "#db/schema/billing.ts";
import { callerOf } from "../admission.ts";
import { recheckBalance } from "../balance-watch.ts";
import { ApiError } from "../errors.ts";
import { creditPacks, defaultLowThreshold, topUpsPerMonth } from "../operations.ts";
import { paymentsEnabled } from "../stripe.ts";
import { procedure } from "../trpc.ts";

const creditsField = z.int().min(0).max(1_000_000_000);

export const settingsFields = {
  threshold: z.int().describe("You are told when the balance falls below it; 0: never"),
  topUp: z
    .object({
      enabled: z.boolean(),
      below: z.int().describe("Buys when the balance is below it"),
      packId: z.string().nullable(),
      maxPerMonth: z.int().describe("Ceiling in a calendar month (UTC)"),
      usedThisMonth: z.int(),
      pausedReason: z.string().nullable().describe("Enable it again to go on"),
      paymentMethodSaved: z.boolean(),
    })
    .meta({ id: "TopUp" }),
};

export type Settings = z.output<z.ZodObject<typeof settingsFields>>;

export async function readSettings(accountId: string): Promise<Settings> {
  const db = await database();
  const [row] = await db.select().from(creditSettings).where(eq(creditSettings.accountId, accountId));
  const [month] = await query<{ used: number }>(
    `select count(*)::int as used from top_ups
     where account_id = $1 and state <> 'failed' and created_at >= budget_period_start('month')`,
    [accountId],
  );
  return {
    threshold: row?.lowThreshold ?? defaultLowThreshold,
    topUp: {
      enabled: row?.topUpEnabled ?? false,
      below: row?.topUpBelow ?? 0,
      packId: row?.topUpPackId ?? null,
      maxPerMonth: row?.topUpMaxPerMonth ?? topUpsPerMonth.default,
      usedThisMonth: month?.used ?? 0,
      pausedReason: row?.topUpPausedReason ?? null,
      paymentMethodSaved: (row?.stripeCustomerId ?? null) !== null,
    },
  };
}

export const settings = procedure("credits.settings", {
  input: z.strictObject({
    threshold: creditsField.nullish().describe("null: the default"),
    topUp: z
      .strictObject({
        enabled: z.boolean().optional().describe("true also ends a pause"),
        below: creditsField.min(1).optional(),
        packId: z.enum(creditPacks.map(({ id }) => id)).optional(),
        maxPerMonth: z.int().min(1).max(topUpsPerMonth.max).optional(),
      })
      .optional(),
  }),
  output: z.object(settingsFields),
}).mutation(async ({ ctx, input: { threshold, topUp } }) => {
  const { accountId } = callerOf(ctx);
  if (topUp?.enabled) await checkTopUp(accountId, topUp);
  const changed = {
    ...(threshold === undefined ? {} : { lowThreshold: threshold }),
    ...(topUp?.enabled === undefined ? {} : { topUpEnabled: topUp.enabled, topUpPausedReason: null }),
    ...(topUp?.below === undefined ? {} : { topUpBelow: topUp.below }),
    ...(topUp?.packId === undefined ? {} : { topUpPackId: topUp.packId }),
    ...(topUp?.maxPerMonth === undefined ? {} : { topUpMaxPerMonth: topUp.maxPerMonth }),
  };
  const db = await database();
  await db
    .insert(creditSettings)
    .values({ accountId, ...changed })
    .onConflictDoUpdate({
      target: creditSettings.accountId,
      set: { accountId: sql`excluded.account_id`, ...changed },
    });
  recheckBalance(accountId);
  return readSettings(accountId);
});

/** @throws ApiError conflict, invalid_input where a top-up could never begin */
async function checkTopUp(
  accountId: string,
  wanted: { below?: number | undefined; packId?: string | undefined },
) {
  if (!paymentsEnabled()) throw new ApiError("conflict", "Credits cannot be bought on this installation.");
  const { topUp } = await readSettings(accountId);
  if (!topUp.paymentMethodSaved) {
    throw new ApiError(
      "conflict",
      "There is no saved payment method. Buy a pack once and keep it for later.",
    );
  }
  if ((wanted.packId ?? topUp.packId) === null || (wanted.below ?? topUp.below) === 0) {
    throw new ApiError("invalid_input", "Invalid input: topUp: packId and below are needed to enable it.");
  }
}
