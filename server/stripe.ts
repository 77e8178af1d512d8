/**
 * Stripe's client, loaded only where STRIPE_SECRET_KEY is set, and the packs that are sold. What a pack
 * costs and gives is taken from the table, never from a caller.
 */
import type { Stripe } from "stripe";
import { env } from "#env";
import { creditPacks } from "./operations.ts";

export type Pack = (typeof creditPacks)[number];

export function paymentsEnabled(): boolean {
  return env.STRIPE_SECRET_KEY !== undefined;
}

export function findPack(id: string | null): Pack | null {
  return creditPacks.find((pack) => pack.id === id) ?? null;
}

/** `$9.00` */
export function priceText(cents: number, currency: string): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(cents / 100);
}

export function creditsText(credits: number): string {
  return `${credits.toLocaleString("en-US")} credits`;
}

let client: Promise<Stripe> | undefined;

/** @throws Error where payments are off */
export function stripe(): Promise<Stripe> {
  client ??= load();
  return client;
}

async function load(): Promise<Stripe> {
  if (env.STRIPE_SECRET_KEY === undefined) throw new Error("Payments are off.");
  const { default: Stripe } = await import("stripe");
  const api = env.STRIPE_API_URL === undefined ? null : new URL(env.STRIPE_API_URL);
  return new Stripe(env.STRIPE_SECRET_KEY, {
    maxNetworkRetries: 2,
    timeout: 15_000,
    telemetry: false,
    ...(api && {
      host: api.hostname,
      port: api.port || (api.protocol === "https:" ? 443 : 80),
      protocol: api.protocol === "https:" ? "https" : "http",
    }),
  });
}
