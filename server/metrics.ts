/**
 * What the process tells Prometheus at /api/metrics: requests by door and status, refusals by limit,
 * credits, the limiter's store. Given to this machine alone, or to who sends METRICS_TOKEN.
 */
import { timingSafeEqual } from "node:crypto";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { env } from "#env";
import { ApiError } from "./errors.ts";
import { errorResponse } from "./http.ts";
import { exactAddressOf } from "./peer.ts";
import { getRateLimiter } from "./rate-limit.ts";

type Metrics = ReturnType<typeof createMetrics>;

// Next bundles a second copy of this module into the same process: both must count in one place.
const slot = Symbol.for("fltr.metrics");
const shared: typeof globalThis & { [slot]?: Metrics } = globalThis;

export function metrics(): Metrics {
  shared[slot] ??= createMetrics();
  return shared[slot];
}

function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "fltr_limiter_store",
    help: "1 for the store that decides limits now",
    labelNames: ["store"] as const,
    registers,
    collect() {
      const { store } = getRateLimiter().status();
      for (const name of ["redis", "memory", "insurance"] as const)
        this.set({ store: name }, Number(name === store));
    },
  });
  new Gauge({
    name: "fltr_redis_failures",
    help: "Limiter calls that Redis did not answer in time since the process started",
    registers,
    collect() {
      this.set(getRateLimiter().status().redisFailures);
    },
  });
  return {
    registry,
    requests: new Histogram({
      name: "fltr_request_seconds",
      help: "Requests by door and status",
      labelNames: ["door", "status"] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    refusals: new Counter({
      name: "fltr_rate_limited_total",
      help: "Calls refused by a limit",
      labelNames: ["limit"] as const,
      registers,
    }),
    credits: new Counter({
      name: "fltr_credits_charged_total",
      help: "Credits captured by operation",
      labelNames: ["operation"] as const,
      registers,
    }),
    ledgerFaults: new Gauge({
      name: "fltr_ledger_faults",
      help: "Invariants of the ledger found broken by the last daily check",
      registers,
    }),
  };
}

/** GET /api/metrics */
export async function handleMetrics(request: Request): Promise<Response> {
  if (!mayRead(request)) {
    const refusal = new ApiError("authentication_required", "Metrics need METRICS_TOKEN as bearer token.");
    return errorResponse(refusal);
  }
  const { registry } = metrics();
  return new Response(await registry.metrics(), { headers: { "Content-Type": registry.contentType } });
}

function mayRead(request: Request): boolean {
  if (!env.METRICS_TOKEN) return env.loopback && ["127.0.0.1", "::1"].includes(exactAddressOf(request));
  const sent = Buffer.from(request.headers.get("authorization") ?? "");
  const wanted = Buffer.from(`Bearer ${env.METRICS_TOKEN}`);
  return sent.length === wanted.length && timingSafeEqual(sent, wanted);
}
