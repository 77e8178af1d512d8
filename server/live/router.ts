/**
 * One stream an open page that tells what changed, never what it changed to: the page asks again, through the
 * chain. It ends with its session. Only the account's own limit is told as it stands, since asking for it
 * would use it up.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { callerOf, invalidCredential } from "../admission.ts";
import { ApiError } from "../errors.ts";
import { limitsOf } from "../limits.ts";
import { tierNames } from "../operations.ts";
import { getRateLimiter } from "../rate-limit.ts";
import { router, stream } from "../trpc.ts";
import { type Marks, readMarks, type Topic, topics } from "./marks.ts";

const lookEveryMs = 1_000;
/** Of one account in one process: pages left open in many windows. */
const mostStreams = 20;

type AccountLimit = { readonly used: number; readonly remaining: number; readonly resetSeconds: number };
export type LiveEvent = { readonly topics: readonly Topic[]; readonly limit: AccountLimit | null };

const open = new Map<string, number>();
const stopping = new AbortController();

/** Before the process ends: its pages connect to another one. */
export function endStreams(): void {
  stopping.abort();
}

export const liveRouter = router({
  changes: stream.subscription(async function* ({ ctx, signal }): AsyncGenerator<LiveEvent> {
    const { accountId, credentialId } = callerOf(ctx);
    const already = open.get(accountId) ?? 0;
    if (already >= mostStreams) {
      throw new ApiError(
        "rate_limited",
        `At most ${mostStreams} pages of an account are kept up to date at once.`,
        {
          retryAfterSeconds: 60,
          limit: "streams",
        },
      );
    }
    open.set(accountId, already + 1);
    const until = AbortSignal.any([stopping.signal, ...(signal ? [signal] : [])]);
    try {
      let before: Marks | null = null;
      let told = -1;
      while (!until.aborted) {
        const now = await readMarks(credentialId);
        if (!now) throw invalidCredential();
        const limit = await accountLimit(ctx);
        const changed = topics.filter((topic) => before !== null && before[topic] !== now[topic]);
        if (before === null || changed.length > 0 || limit?.used !== told) {
          yield { topics: changed, limit };
          told = limit?.used ?? -1;
        }
        before = now;
        await sleep(lookEveryMs, undefined, { signal: until }).catch(() => {});
      }
    } finally {
      const left = (open.get(accountId) ?? 1) - 1;
      if (left > 0) open.set(accountId, left);
      else open.delete(accountId);
    }
  }),
});

type Context = Parameters<typeof callerOf>[0] & { readonly address: string; readonly exactAddress: string };

async function accountLimit({ address, exactAddress, principal }: Context): Promise<AccountLimit | null> {
  const limits = limitsOf({ address, exactAddress, identity: { principal, rejected: false } }, null);
  const own = limits.find(({ name }) => name === tierNames.session);
  const [state] = own ? await getRateLimiter().peek([own]) : [];
  if (!state) return null;
  const { points, remaining, resetSeconds } = state;
  return { used: points - remaining, remaining, resetSeconds };
}
