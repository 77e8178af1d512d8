import { TRPCClientError } from "@trpc/client";
import type { tierNames } from "#server/operations.ts";
import type { AppRouter } from "#server/router.ts";
import { formatDuration, formatNumber } from "../_components/format.ts";

/** What a person is told of a call that failed. */
export type Problem = {
  detail: string;
  hint: string;
  code: string;
  requestId: string | undefined;
};

const sessionCodes = ["authentication_required", "invalid_credential"];

const unreachable: Problem = {
  detail: "The server could not be reached.",
  hint: "Check your connection, then try again. What you typed is still here.",
  code: "unreachable",
  requestId: undefined,
};

/** The API's own words speak to programs with keys. */
const sessionOver = {
  detail: "Your session ended.",
  hint: "Sign in again in a new tab, then repeat this here. What you typed is still here.",
};

export function problemOf(error: unknown): Problem {
  if (!isApiError(error) || !error.data) return unreachable;
  const { detail, hint, code, requestId, ...fields } = error.data;
  if (sessionCodes.includes(code)) return { ...sessionOver, code, requestId };
  return { detail, hint, ...wordsFor(code, fields), code, requestId };
}

/** The limit that also binds the page which shows limits. */
const accountLimit: (typeof tierNames)["session"] = "account";

/** Where the API's own words are for a program that waits and counts. */
function wordsFor(code: string, fields: Record<string, unknown>): { detail: string; hint: string } | null {
  const { retryAfterSeconds, limit, required, available } = fields;
  if (code === "rate_limited" && typeof retryAfterSeconds === "number") {
    return {
      detail: "There were more calls than a limit of yours allows.",
      hint: `Try again in ${formatDuration(retryAfterSeconds)}. ${
        limit === accountLimit
          ? "This dashboard and your connected apps share it; an admin may raise it."
          : "The page Limits shows which one it is."
      }`,
    };
  }
  if (code === "insufficient_credits" && typeof required === "number" && typeof available === "number") {
    return {
      detail: "You have too few credits for this.",
      hint: `It needs ${formatNumber(required)}, and there are ${formatNumber(available)}. The page Credits says how to get more. Nothing was charged.`,
    };
  }
  return null;
}

export function isSessionOver(error: unknown): boolean {
  return sessionCodes.includes(problemOf(error).code);
}

export function isMissing(error: unknown): boolean {
  return problemOf(error).code === "not_found";
}

/** Worth another try by itself: the network, or a server that is not ready. */
export function isPassing(error: unknown): boolean {
  const { code } = problemOf(error);
  return code === "unreachable" || code === "unavailable";
}

function isApiError(error: unknown): error is TRPCClientError<AppRouter> {
  return error instanceof TRPCClientError;
}
