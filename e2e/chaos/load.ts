/**
 * The callers: priced calls without pause, some with an Idempotency-Key and repeated until they are
 * answered, some of those twice at once. Each call is told apart by a word of its own in the query, which
 * its receipt keeps. What was answered, refused or lost is written down for the judge.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Dice } from "./dice.ts";
import type { CallRecord, Prepared } from "./judge.ts";

const callTimeoutMs = 20_000;
const mostTries = 40;
const firstId = 10_000_000;

const answerSchema = z.looseObject({
  creditsCharged: z.int(),
  receiptId: z.string().nullish(),
  results: z.array(z.looseObject({ receiptId: z.string().nullable() })).optional(),
});
const problemSchema = z.looseObject({ code: z.string() });

export type Load = {
  readonly calls: CallRecord[];
  /** By status and code, of every attempt. */
  readonly seen: Map<string, number>;
  /** Milliseconds of every attempt that was answered 200. */
  readonly durations: number[];
  stop(): Promise<void>;
};

export function startLoad(
  { datasetId, callers }: Prepared,
  urls: readonly string[],
  dice: Dice,
  parallel: number,
): Load {
  const calls: CallRecord[] = [];
  const seen = new Map<string, number>();
  const durations: number[] = [];
  let stopping = false;
  let made = 0;

  async function attempt(call: CallRecord, key: string): Promise<"answered" | "refused" | "again"> {
    const startedAt = performance.now();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    let status: number;
    let headers: Headers;
    let text: string;
    try {
      const response = await fetch(`${dice.pick(urls)}/api/v1${pathOf(call, datasetId)}`, {
        ...requestOf(call, datasetId),
        headers: {
          "X-API-Key": key,
          "Content-Type": "application/json",
          ...(call.idempotencyKey === null ? {} : { "Idempotency-Key": call.idempotencyKey }),
        },
        signal: AbortSignal.timeout(callTimeoutMs),
      });
      ({ status, headers } = response);
      text = await response.text();
    } catch (error) {
      if (wasRefused(error)) {
        count("no server there");
        return "again";
      }
      call.lost++;
      count(
        error instanceof Error && error.name === "TimeoutError" ? "no answer in time" : "connection died",
      );
      return "again";
    }
    if (status !== 200) {
      const code = problemSchema.safeParse(parseJson(text)).data?.code ?? "without a code";
      count(`${status} ${code}`);
      if (status >= 500) call.failed.push(status);
      return status >= 500 || status === 429 || status === 409 ? "again" : "refused";
    }
    const body = answerSchema.parse(parseJson(text));
    const receiptId =
      body.receiptId ?? body.results?.find((one) => one.receiptId !== null)?.receiptId ?? null;
    call.answers.push({
      receiptId,
      charged: body.creditsCharged,
      told: headers.get("X-Credits-Charged"),
      remaining: headers.get("X-Credits-Remaining"),
    });
    durations.push(performance.now() - startedAt);
    count(body.creditsCharged > 0 ? "200 charged" : "200 free");
    return "answered";
  }

  async function repeat(call: CallRecord, key: string): Promise<void> {
    for (let tries = 1; tries <= mostTries; tries++) {
      if ((await attempt(call, key)) !== "again" || call.idempotencyKey === null) return;
      if (stopping && tries > 3) return;
      await sleep(200);
    }
  }

  async function caller(): Promise<void> {
    while (!stopping) {
      const { account, key } = dice.pick(callers);
      // Digits, since the search would find a word that is nearly spelt so.
      const id = String(firstId + made++);
      const keyed = dice.roll() < 0.5;
      const kind = dice.roll();
      const call: CallRecord = {
        id,
        account,
        kind: kind < 0.75 ? "query" : kind < 0.9 ? "batch" : "miss",
        idempotencyKey: keyed ? `key-${id}` : null,
        lost: 0,
        failed: [],
        answers: [],
      };
      calls.push(call);
      const twice = keyed && dice.roll() < 0.2;
      await Promise.all(twice ? [repeat(call, key), repeat(call, key)] : [repeat(call, key)]);
      // A server that is away refuses at once: no reason to ask it ten thousand times a second.
      if (call.answers.length === 0) await sleep(50);
    }
  }

  const running = Array.from({ length: parallel }, caller);
  return {
    calls,
    seen,
    durations,
    stop: async () => {
      stopping = true;
      await Promise.all(running);
    },
  };
}

/** Before anything was sent. */
function wasRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
}

function pathOf({ kind, id }: CallRecord, datasetId: string): string {
  if (kind === "batch") return "/mcp/batch-query";
  const words = kind === "query" ? `granite ${id}` : `zzzzqqqq ${id}`;
  return `/mcp/query/${datasetId}/default?query=${encodeURIComponent(words)}`;
}

function requestOf({ kind, id }: CallRecord, datasetId: string): RequestInit {
  if (kind !== "batch") return {};
  const queries = [`granite ${id}`, `zzzzqqqq ${id}`, `marble ${id}`].map((query) => ({ datasetId, query }));
  return { method: "POST", body: JSON.stringify({ queries }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
