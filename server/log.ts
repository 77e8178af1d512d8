/**
 * The process's log: one JSON line an event on standard error. Nothing secret reaches it: callers pass
 * ids and codes, never headers, bodies or query texts, and known secret fields are redacted besides.
 */
import pino from "pino";
import { env } from "#env";

export const log = pino(
  {
    level: env.LOG_LEVEL,
    base: null,
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
