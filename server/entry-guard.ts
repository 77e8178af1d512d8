/**
 * How often one may try to get in, counted in all processes together. Two counts: of the address that tries,
 * and of the e-mail address that is tried, whether or not it has an account, so that the answer tells nothing.
 * Tries from a browser that signed in to the account before count apart: guessing from elsewhere slows down
 * other strangers, never the owner at home.
 */
import { createHash } from "node:crypto";
import { env } from "#env";
import { isAllowlisted } from "./client-address.ts";
import { ApiError } from "./errors.ts";
import { deviceOf, hashDevice, isKnownDevice } from "./known-devices.ts";
import { type EntryLimit, entryLimits, newSignInMailLimit, passwordTryLimit } from "./operations.ts";
import { type Decision, getRateLimiter, type Limit, rateLimitHeaders } from "./rate-limit.ts";

export type EntryPath = keyof typeof entryLimits;

export type Try = {
  /** As limits count it. */
  readonly address: string;
  readonly exactAddress: string;
  readonly headers: Headers;
  /** Whose account is tried, where the request names one. */
  readonly email?: string | undefined;
};

export function isEntryPath(path: string): path is EntryPath {
  return Object.hasOwn(entryLimits, path);
}

/** Takes one try. @throws ApiError rate_limited, which carries the header fields of the answer */
export async function admitTry(path: EntryPath, attempt: Try): Promise<void> {
  const limit: EntryLimit = entryLimits[path];
  if (!isAllowlisted(attempt.exactAddress, env.RATE_LIMIT_ALLOWLIST)) {
    await take(limit, `address:${attempt.address}`, limit.address);
  }
  if (limit.account === undefined || limit.device === undefined || attempt.email === undefined) return;
  const email = attempt.email.trim().toLowerCase();
  const tried = createHash("sha256").update(email).digest("base64url").slice(0, 22);
  const device = deviceOf(attempt.headers);
  if (device && (await isKnownDevice(device, email))) {
    await take(limit, `entry:${tried}:${hashDevice(device).slice(0, 22)}`, limit.device);
  } else {
    await take(limit, `entry:${tried}`, limit.account);
  }
}

async function take({ name, windowSeconds }: EntryLimit, subject: string, points: number): Promise<void> {
  settleTry(await getRateLimiter().take([{ name, windowSeconds, subject, points, cost: 1 }]));
}

/** Takes one try of who is signed in. Answers how many seconds he has to wait, or null. */
export async function passwordTryWait(userId: string): Promise<number | null> {
  const limit: Limit = { ...passwordTryLimit, subject: `entry:${userId}`, cost: 1 };
  const decision = await getRateLimiter().take([limit]);
  return decision.admitted ? null : decision.retryAfterSeconds;
}

/** Of a program at ever new addresses each sign-in is new: its owner hears of the first ones a day. */
export async function mayMailNewSignIn(userId: string): Promise<boolean> {
  const limit: Limit = { ...newSignInMailLimit, subject: `entry:${userId}`, cost: 1 };
  return (await getRateLimiter().take([limit])).admitted;
}

function settleTry(decision: Decision): void {
  if (decision.admitted) return;
  const { states, refusedBy, retryAfterSeconds } = decision;
  throw new TooManyTries(retryAfterSeconds, refusedBy.name, {
    ...rateLimitHeaders(states, Date.now(), refusedBy),
    "Retry-After": String(retryAfterSeconds),
  });
}

export class TooManyTries extends ApiError {
  readonly headers: Record<string, string>;

  constructor(retryAfterSeconds: number, limit: string, headers: Record<string, string>) {
    super("rate_limited", `Rate limit exceeded. Try again in ${retryAfterSeconds} seconds.`, {
      retryAfterSeconds,
      limit,
    });
    this.headers = headers;
  }
}
