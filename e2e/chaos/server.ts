/**
 * The server without its pages: the API's handlers, ingestion and the sweeps as server/main.ts runs them.
 * Ends with the process that started it.
 */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { closeDatabase, connection } from "#db/client.ts";
import { env } from "#env";
import { apiHandler, handleUnknown } from "#server/api.ts";
import { startIngestion } from "#server/documents/ingestion-worker.ts";
import { expireDueCredits } from "#server/grants.ts";
import { reapHolds } from "#server/ledger.ts";
import { log } from "#server/log.ts";
import { notePeer } from "#server/peer.ts";
import { getRateLimiter } from "#server/rate-limit.ts";

const sweepMs = 1_000;

await connection();
const limiter = getRateLimiter();
const ingestion = await startIngestion();

const sweep = setInterval(() => {
  for (const work of [reapHolds, expireDueCredits]) {
    work().catch((error: unknown) => log.warn({ err: error }, "sweep failed"));
  }
}, sweepMs);

const server = createServer(
  getRequestListener(
    (request, bindings) => {
      const incoming = "incoming" in bindings ? bindings.incoming : undefined;
      notePeer(request, incoming?.socket.remoteAddress);
      return (apiHandler(new URL(request.url).pathname) ?? handleUnknown)(request);
    },
    { overrideGlobalObjects: false },
  ),
);
server.listen(env.PORT, env.HOST);

async function stop(): Promise<void> {
  clearInterval(sweep);
  const drained = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 8_000).unref();
  await drained;
  await ingestion.stop();
  await limiter.close();
  await closeDatabase();
  process.exit(0);
}

process.on("SIGTERM", () => void stop());
process.stdin.resume().on("close", () => process.exit(1));
