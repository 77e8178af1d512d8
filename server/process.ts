/**
 * The process: one node:http server. API paths go straight to the fetch handlers, everything else to Next.
 * It listens before it opens anything, so that a taken port leaves the data untouched; on SIGTERM it
 * refuses what is new, finishes what runs, closes the database and exits 0 within 10 seconds.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import next from "next";
import { closeDatabase, connection } from "#db/client.ts";
import { ConfigurationError, env } from "#env";
import { hasAdmin } from "./accounts.ts";
import { apiHandler, handleUnknown } from "./api.ts";
import { needsSetupCode, setupCode } from "./auth.ts";
import { balanceWatchSettled, sweepPayments } from "./balance-watch.ts";
import { parseAllowlist } from "./client-address.ts";
import { removeDeletedDatasets } from "./dataset-removal.ts";
import { enqueueDueSources } from "./documents/change-source.ts";
import { seedGuides } from "./documents/guides.ts";
import { removeOldVectors } from "./documents/index-dataset.ts";
import { startIngestion } from "./documents/ingestion-worker.ts";
import { enqueueIndexing } from "./documents/queue.ts";
import { keepVectorIndexes } from "./documents/vector-indexes.ts";
import { fetchAllowlist } from "./documents/web/addresses.ts";
import { forgetLapsed } from "./forget-lapsed.ts";
import { expireDueCredits } from "./grants.ts";
import { forgetOldKeys } from "./idempotency.ts";
import { sweepHealth } from "./installation-health.ts";
import { reapHolds } from "./ledger.ts";
import { verifyLedger } from "./ledger-verify.ts";
import { storeLegacyKey } from "./legacy-key.ts";
import { endStreams } from "./live/router.ts";
import { log } from "./log.ts";
import { deliverMail, mailSettled } from "./mail.ts";
import { metrics } from "./metrics.ts";
import { notePeer } from "./peer.ts";
import { getRateLimiter } from "./rate-limit.ts";
import { sweepReceipts } from "./receipts/retention.ts";
import { refusalsSettled } from "./refusals.ts";
import { requestTarget } from "./request-target.ts";
import { weighAnswers } from "./search/golden-guard.ts";
import { watchGoldenQuestions } from "./search/golden-watch.ts";
import { authSecret } from "./secret.ts";

const shutdownSeconds = 9;

type Page = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const dev = process.argv.includes("--dev");
let stopping = false;
let page: Page | undefined;
const cleanups: (() => unknown)[] = [];

const api = getRequestListener(
  (request, bindings) => {
    const incoming = "incoming" in bindings ? bindings.incoming : undefined;
    notePeer(request, incoming?.socket.remoteAddress);
    return (apiHandler(new URL(request.url).pathname) ?? handleUnknown)(request);
  },
  { overrideGlobalObjects: false },
);

const opened = Promise.withResolvers<void>();
// A failed start is reported by start() itself.
opened.promise.catch(() => {});

// Next listens for upgrades to WebSockets, which pages need while they are developed; to Node that means
// that all are taken, and a client that offers HTTP/2 (RFC 9110 §7.8) would be cut off instead of answered.
const server = createServer({ shouldUpgradeCallback: () => dev }, (request, response) => {
  serve(request, response).catch((error: unknown) => {
    log.error({ err: error }, "request failed");
    response.destroy();
  });
});

// Longer than clients and proxies keep an idle connection, so that none is reused while it is closed.
server.keepAliveTimeout = 65_000;
server.headersTimeout = 70_000;
// Bodies have bounds of their own where they are read: one for all would end large uploads over slow lines.
server.requestTimeout = 0;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (stopping) {
    response.writeHead(503, { Connection: "close", "Retry-After": "5" }).end();
    return;
  }
  await opened.promise;
  const target = requestTarget(request.url ?? "/");
  if (!target) {
    // RFC 9112 §3.2.4: "*" asks about the server as a whole, which has nothing to tell.
    response.writeHead(request.method === "OPTIONS" && request.url === "*" ? 204 : 400).end();
    return;
  }
  // HTTP/1.0 knows no Host, and probes of load balancers still speak it.
  request.headers.host ??= new URL(env.appUrl).host;
  // What is routed by is what the handlers read.
  request.url = target.pathname + target.search;
  if (apiHandler(target.pathname)) await api(request, response);
  else if (dev || isReading(request)) await page?.(request, response);
  // Next would wait for a body that no page reads.
  else response.writeHead(405, { Allow: "GET, HEAD", Connection: "close" }).end();
}

function isReading({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** Serves until it is told to stop. Throws ConfigurationError for what the operator must mend. */
export async function start(): Promise<void> {
  process.on("SIGTERM", () => void stop());
  process.on("SIGINT", () => void stop());
  try {
    await openEverything();
  } catch (error) {
    opened.reject(error);
    await closeDatabase().catch(() => {});
    throw error;
  }
}

async function openEverything(): Promise<void> {
  authSecret();
  parseAllowlist(env.RATE_LIMIT_ALLOWLIST);
  fetchAllowlist();
  await listen();
  await connection();
  const limiter = getRateLimiter();
  cleanups.push(closeDatabase, () => limiter.close(), mailSettled, balanceWatchSettled, refusalsSettled);
  const pages = next({ dev, dir: process.cwd(), hostname: env.HOST, port: env.PORT });
  await pages.prepare();
  page = pages.getRequestHandler();
  if (dev) server.on("upgrade", pages.getUpgradeHandler());
  cleanups.push(() => pages.close());
  await storeLegacyKey();
  const ingestion = await startIngestion(weighAnswers);
  cleanups.push(() => ingestion.stop());
  cleanups.push(startSweeps());
  await seedGuides();
  opened.resolve();
  await greet();
}

function listen(): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const where = `${env.HOST}:${env.PORT}`;
      reject(
        error.code === "EADDRINUSE"
          ? new ConfigurationError(
              `Port ${env.PORT} is taken on ${env.HOST}. Stop what uses it, or set PORT to another.`,
            )
          : new ConfigurationError(`Cannot listen on ${where}: ${error.message}.`),
      );
    });
    server.listen(env.PORT, env.HOST, resolve);
  });
}

/** Gives back what crashes left, enters what expired, forgets what is old. */
function startSweeps(): () => void {
  const timers: NodeJS.Timeout[] = [];
  const sweep = (everySeconds: number, work: () => Promise<unknown>, what: string, firstAfterSeconds = 0) => {
    let running = false;
    const run = async () => {
      if (running) return;
      running = true;
      await work().catch((error: unknown) => log.warn({ err: error }, `${what} failed`));
      running = false;
    };
    timers.push(setTimeout(() => void run(), firstAfterSeconds * 1000));
    timers.push(setInterval(() => void run(), everySeconds * 1000));
  };
  sweep(5, reapHolds, "releasing expired holds");
  sweep(5, deliverMail, "sending mail");
  sweep(30, sweepPayments, "settling payments");
  sweep(3, enqueueIndexing, "queueing datasets to be indexed", 1);
  sweep(5, removeDeletedDatasets, "removing deleted datasets", 3);
  sweep(60, removeOldVectors, "removing vectors of former models", 20);
  sweep(60, () => keepVectorIndexes(), "keeping indexes of vectors", 30);
  sweep(30, enqueueDueSources, "queueing sources that are due");
  sweep(30, watchGoldenQuestions, "asking golden questions", 30);
  sweep(60, expireDueCredits, "entering expired credits");
  sweep(60, sweepHealth, "looking at the installation's parts", 10);
  sweep(600, forgetLapsed, "forgetting what lapsed", 60);
  sweep(3600, sweepReceipts, "removing old receipts");
  sweep(3600, forgetOldKeys, "forgetting old idempotency keys");
  // It reads the whole ledger: not while the first callers wait.
  sweep(24 * 3600, proveLedger, "proving the ledger", 600);
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

async function proveLedger(): Promise<void> {
  const { faults } = await verifyLedger();
  metrics().ledgerFaults.set(faults.length);
  for (const fault of faults) log.error({ fault }, "the ledger is not right");
}

async function greet(): Promise<void> {
  const lines = [`FLTR is ready at ${env.appUrl}`];
  if (!(await hasAdmin())) {
    if (await needsSetupCode()) {
      lines.push(`The first account becomes admin. Its set-up code: ${setupCode()}`);
    }
    lines.push(`Next: open ${env.appUrl}/sign-up and create an account.`);
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  const deadline = setTimeout(() => server.closeAllConnections(), (shutdownSeconds - 3) * 1000);
  setTimeout(() => process.exit(0), shutdownSeconds * 1000).unref();
  const drained = new Promise<void>((resolve) => server.close(() => resolve()));
  endStreams();
  server.closeIdleConnections();
  await drained;
  clearTimeout(deadline);
  for (const cleanup of cleanups.reverse()) await cleanup();
  process.exit(0);
}
