/**
 * Getting credits: packs through Stripe Checkout where payments are on, a request to the admins where they
 * are off. A checkout changes no balance; the webhook does, once Stripe says that it was paid.
 */
import { eq } from "drizzle-orm";
import { z } from "zod";
import { database, query } from "#db/client.ts";
import { user } from "#db/schema/auth.ts";
import { creditRequests, creditSettings } from "#db/schema/billing.ts";
import { env } from "#env";
import { callerOf } from "../admission.ts";
import { ApiError, logFailure } from "../errors.ts";
import { proseField } from "../fields.ts";
import { creditPacks } from "../operations.ts";
import { creditsText, findPack, type Pack, paymentsEnabled, stripe } from "../stripe.ts";
import { procedure } from "../trpc.ts";

const packIds = creditPacks.map(({ id }) => id);

export const packs = procedure("credits.packs", {
  input: z.strictObject({}),
  output: z.object({
    canBuy: z.boolean().describe("false: ask for credits instead"),
    packs: z.array(
      z
        .object({
          id: z.string(),
          credits: z.int(),
          priceCents: z.int().describe("In hundredths of the currency"),
          currency: z.string().describe("ISO 4217, in small letters"),
        })
        .meta({ id: "CreditPack" }),
    ),
  }),
}).query(() => ({ canBuy: paymentsEnabled(), packs: creditPacks.map((pack) => ({ ...pack })) }));

export const checkout = procedure("credits.checkout", {
  input: z.strictObject({
    packId: z.enum(packIds),
    savePaymentMethod: z.boolean().default(true).describe("An automatic top-up needs a saved one"),
  }),
  output: z.object({ url: z.url().describe("Stripe's payment page; go there to pay") }),
}).mutation(async ({ ctx, input }) => {
  const { accountId } = callerOf(ctx);
  const pack = findPack(input.packId);
  if (!paymentsEnabled() || !pack) {
    throw new ApiError("conflict", "Credits cannot be bought on this installation. Ask its admins for some.");
  }
  try {
    const attempt = ctx.idempotency.idFor("checkout");
    return { url: await openCheckout(accountId, pack, input.savePaymentMethod, attempt) };
  } catch (error) {
    logFailure(ctx, error);
    throw new ApiError("unavailable", "The payment page could not be opened.");
  }
});

/** `attempt` names it for Stripe, which answers a repeated one with the same page. */
async function openCheckout(
  accountId: string,
  pack: Pack,
  savePaymentMethod: boolean,
  attempt: string,
): Promise<string> {
  const db = await database();
  const [owner] = await db
    .select({ email: user.email, customerId: creditSettings.stripeCustomerId })
    .from(user)
    .leftJoin(creditSettings, eq(creditSettings.accountId, user.id))
    .where(eq(user.id, accountId));
  const metadata = { accountId, packId: pack.id, credits: String(pack.credits) };
  const client = await stripe();
  const open = (customerId: string | null, idempotencyKey: string) =>
    client.checkout.sessions.create(
      {
        mode: "payment",
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: pack.currency,
              unit_amount: pack.priceCents,
              product_data: { name: creditsText(pack.credits) },
            },
          },
        ],
        client_reference_id: accountId,
        metadata: { ...metadata, paymentMethodSaved: String(savePaymentMethod) },
        payment_intent_data: {
          metadata,
          ...(savePaymentMethod ? { setup_future_usage: "off_session" as const } : {}),
        },
        ...(customerId
          ? { customer: customerId }
          : {
              ...(owner ? { customer_email: owner.email } : {}),
              ...(savePaymentMethod ? { customer_creation: "always" as const } : {}),
            }),
        success_url: `${env.appUrl}/credits?checkout=done`,
        cancel_url: `${env.appUrl}/credits?checkout=cancelled`,
      },
      { idempotencyKey },
    );
  const session = await open(owner?.customerId ?? null, attempt).catch((error: unknown) => {
    // A customer that was deleted in Stripe is no reason not to sell.
    const gone = error instanceof client.errors.StripeInvalidRequestError && error.param === "customer";
    if (!gone) throw error;
    return open(null, `${attempt}-anew`);
  });
  if (!session.url) throw new Error("Stripe gave no payment page.");
  return session.url;
}

export const request = procedure("credits.request", {
  input: z.strictObject({
    amount: z.int().min(1).max(1_000_000_000),
    message: proseField(1_000).default("").describe("What they are for"),
  }),
  output: z.object({ id: z.string(), amount: z.int(), state: z.literal("open") }),
}).mutation(async ({ ctx, input: { amount, message } }) => {
  const { accountId } = callerOf(ctx);
  if (paymentsEnabled()) throw new ApiError("conflict", "Credits can be bought here: choose a pack.");
  const id = ctx.idempotency.idFor("creq");
  const db = await database();
  const stored = await db
    .insert(creditRequests)
    .values({ id, accountId, amount, message })
    .onConflictDoNothing()
    .returning({ id: creditRequests.id });
  if (stored.length === 0 && !(await hasAsked(id, accountId))) {
    throw new ApiError("conflict", "You have asked already. An admin has to decide about that first.");
  }
  return { id, amount, state: "open" as const };
});

/** An earlier run of the very call did. */
async function hasAsked(id: string, accountId: string): Promise<boolean> {
  const rows = await query("select id from credit_requests where id = $1 and account_id = $2", [
    id,
    accountId,
  ]);
  return rows.length > 0;
}
