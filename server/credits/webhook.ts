/**
 * Stripe's webhook: the signature is checked over the raw body, the event is stored, and what it says is
 * recorded as a fact about its payment. Delivered twice, at once, late or out of order it is applied once
 * or explained; 2xx says that it is stored, 5xx (the database is away) makes Stripe send it again.
 */
import type { Stripe } from "stripe";
import { query } from "#db/client.ts";
import { env } from "#env";
import { readBody } from "../body.ts";
import { ApiError, logFailure, methodNotAllowed } from "../errors.ts";
import { errorResponse, json } from "../http.ts";
import { newId } from "../ids.ts";
import { log } from "../log.ts";
import { paymentsEnabled, stripe } from "../stripe.ts";
import { applyEvent, type Told } from "./stripe-events.ts";

/** Stripe's largest events are far smaller. */
const maxBytes = 512 * 1024;

/** POST /api/stripe/webhook */
export async function handleStripeWebhook(request: Request): Promise<Response> {
  try {
    if (!paymentsEnabled()) throw new ApiError("unknown_path", "There is nothing here.");
    if (request.method !== "POST") throw methodNotAllowed(["POST"]);
    await receive(await verified(request));
    return json({ received: true });
  } catch (error) {
    logFailure({ requestId: newId("req"), door: "stripe" }, error);
    return errorResponse(error);
  }
}

/** @throws ApiError invalid_input for a signature that is wrong or older than five minutes */
async function verified(request: Request): Promise<Stripe.Event> {
  const body = Buffer.from(await readBody(request, maxBytes));
  const client = await stripe();
  try {
    return await client.webhooks.constructEventAsync(
      body,
      request.headers.get("stripe-signature") ?? "",
      env.STRIPE_WEBHOOK_SECRET ?? "",
    );
  } catch {
    log.warn("a call to the Stripe webhook had no valid signature");
    throw new ApiError("invalid_input", "Invalid input: the signature does not match, or is too old.");
  }
}

async function receive(event: Stripe.Event): Promise<void> {
  const [stored] = await query<{ outcome: string }>(
    `insert into stripe_events as e (id, type, created_at) values ($1, $2, to_timestamp($3::bigint))
     on conflict (id) do update set deliveries = e.deliveries + 1 returning outcome`,
    [event.id, event.type, event.created],
  );
  if (stored?.outcome === "applied" || stored?.outcome === "ignored") return;
  const told = await applyEvent(event);
  if (told.outcome === "failed") log.error({ event: event.id, type: event.type }, told.detail);
  await store(event.id, told);
}

async function store(id: string, { outcome, detail, paymentId, accountId }: Told): Promise<void> {
  await query(
    "update stripe_events set outcome = $2, detail = $3, payment_id = $4, account_id = $5 where id = $1",
    [id, outcome, detail, paymentId, accountId],
  );
}
