/**
 * A local server that speaks the part of Stripe's interface that is used here: checkout sessions, a
 * customer's payment methods and payment intents, with idempotency keys that answer as the first time.
 * Events are made here and signed by the official SDK.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Stripe } from "stripe";
import { bodyOf, listenLocally } from "./local-server.ts";

type Mode = "succeed" | "decline" | "processing" | "requires_action" | "away" | "charge and hang up";

export type StripeRequest = {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly body: Record<string, string>;
};

export type StripeEvent = { id: string; type: string; created: number; data: { object: unknown } };

export const webhookSecret = "whsec_test_of_the_local_server";

export const stripeId = (prefix: string) => `${prefix}_${randomBytes(9).toString("hex")}`;

export async function startStripeServer() {
  const requests: StripeRequest[] = [];
  const answers = new Map<string, { status: number; body: unknown }>();
  const charges: Record<string, string>[] = [];
  const cardsOf = new Map<string, string>();
  let mode: Mode = "succeed";
  let delayMs = 0;

  async function answer(request: StripeRequest): Promise<{ status: number; body: unknown } | null> {
    const { method, path, body } = request;
    if (mode === "away") return { status: 503, body: { error: { type: "api_error", message: "away" } } };
    if (method === "POST" && path === "/v1/checkout/sessions") {
      if (body.customer && !cardsOf.has(body.customer)) {
        const error = { type: "invalid_request_error", code: "resource_missing", param: "customer" };
        return { status: 400, body: { error } };
      }
      const id = stripeId("cs_test");
      return {
        status: 200,
        body: { id, object: "checkout.session", url: `https://checkout.stripe.test/${id}` },
      };
    }
    const customer = path.match(/^\/v1\/customers\/(\w+)\/payment_methods$/)?.[1];
    if (method === "GET" && customer) {
      const card = cardsOf.get(customer);
      const data = card ? [{ id: card, object: "payment_method" }] : [];
      return { status: 200, body: { object: "list", data, has_more: false } };
    }
    if (method === "POST" && path === "/v1/payment_intents") return charge(body);
    return { status: 404, body: { error: { type: "invalid_request_error", message: "unknown" } } };
  }

  function charge(body: Record<string, string>) {
    const intent = {
      id: stripeId("pi"),
      object: "payment_intent",
      amount: Number(body.amount),
      currency: body.currency,
      metadata: metadataOf(body),
    };
    if (mode === "decline") {
      const error = {
        type: "card_error",
        code: "card_declined",
        decline_code: "insufficient_funds",
        message: "Your card has insufficient funds.",
      };
      return { status: 402, body: { error } };
    }
    const status = mode === "processing" || mode === "requires_action" ? mode : "succeeded";
    if (status === "succeeded") charges.push({ ...body, id: intent.id });
    return { status: 200, body: { ...intent, status } };
  }

  const server = createServer(async (incoming, outgoing) => {
    const request = await read(incoming);
    requests.push(request);
    await sleep(delayMs);
    const known = request.idempotencyKey === null ? undefined : answers.get(request.idempotencyKey);
    const given = known ?? (await answer(request));
    // As Stripe: an outage is not remembered.
    if (request.idempotencyKey !== null && given && given.status < 500) {
      answers.set(request.idempotencyKey, given);
    }
    if (!given || (mode === "charge and hang up" && request.path === "/v1/payment_intents")) {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(given.status, { "Content-Type": "application/json" });
    outgoing.end(JSON.stringify(given.body));
  });
  const { port, close } = await listenLocally(server);

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    /** What was really charged: once for each idempotency key. */
    charges,
    set(next: Mode, options: { delayMs?: number } = {}) {
      mode = next;
      delayMs = options.delayMs ?? 0;
    },
    saveCard(customer: string) {
      cardsOf.set(customer, stripeId("pm"));
    },
    forgetCustomer(customer: string) {
      cardsOf.delete(customer);
    },
    close,
  };
}

async function read(incoming: IncomingMessage): Promise<StripeRequest> {
  const key = incoming.headers["idempotency-key"];
  return {
    method: incoming.method ?? "",
    path: (incoming.url ?? "").split("?", 1)[0] ?? "",
    idempotencyKey: typeof key === "string" ? key : null,
    body: Object.fromEntries(new URLSearchParams(await bodyOf(incoming))),
  };
}

export function metadataOf(body: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => {
      const key = name.match(/^metadata\[(\w+)\]$/)?.[1];
      return key ? [[key, value]] : [];
    }),
  );
}

export function stripeEvent(type: string, object: unknown): StripeEvent {
  return { id: stripeId("evt"), type, created: Math.floor(Date.now() / 1000), data: { object } };
}

/** The request that Stripe would send. */
export function webhookRequest(
  event: StripeEvent,
  { secret = webhookSecret, timestamp }: { secret?: string; timestamp?: number } = {},
): Request {
  const payload = JSON.stringify({ object: "event", ...event });
  const header = new Stripe("sk_test_unused").webhooks.generateTestHeaderString({
    payload,
    secret,
    ...(timestamp === undefined ? {} : { timestamp }),
  });
  return new Request("http://localhost:3000/api/stripe/webhook", {
    method: "POST",
    headers: { "Stripe-Signature": header, "Content-Type": "application/json" },
    body: payload,
  });
}
