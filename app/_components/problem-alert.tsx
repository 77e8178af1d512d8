"use client";

import { problemOf } from "../_trpc/problem.ts";
import { ProblemText } from "./problem-text.tsx";

/** Why a call failed and what to do, in the API's own words. Empty while nothing did. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (!error) return null;
  const { detail, hint, requestId } = problemOf(error);
  return <ProblemText detail={detail} hint={hint} requestId={requestId} {...(onRetry ? { onRetry } : {})} />;
}
