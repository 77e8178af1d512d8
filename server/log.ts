/**
 * The process's log: one JSON line an event on standard error. Nothing secret reaches it: callers pass
 * ids and codes, never headers, bodies or query texts, and known secret fields are redacted besides.
 */
import pino from "pino";
import { env } from "#env";

/** Where it happened and what it is called: a message may quote a statement with its parameters. */
function toldOf(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error;
  const quotesData = /query|postgres|database/i.test(error.name) || error.message.includes("params:");
  return {
    name: error.name,
    ...("code" in error ? { code: error.code } : {}),
    ...(quotesData ? {} : { message: error.message }),
    at: error.stack?.split("\n").filter((line) => line.startsWith("    at ")),
    ...(error.cause === undefined ? {} : { cause: toldOf(error.cause) }),
  };
}

export const log = pino(
  {
    level: env.LOG_LEVEL,
    base: null,
    serializers: { err: toldOf },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: [
      "authorization",
      "cookie",
      "key",
      "password",
      "token",
      "*.authorization",
      "*.cookie",
      "*.key",
      "*.password",
      "*.token",
    ],
  },
  pino.destination({ dest: 2, sync: true }),
);
