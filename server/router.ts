/** Every operation's procedure, under the id that its row in the table has. */
import { accountRouter } from "./account/router.ts";
import { adminRouter } from "./admin/router.ts";
import { auditRouter } from "./audit-log/router.ts";
import { connectionsRouter } from "./connections/router.ts";
import { creditsRouter } from "./credits/router.ts";
import { datasetsRouter } from "./datasets/router.ts";
import { flagsRouter } from "./documents/flags-router.ts";
import { documentsRouter } from "./documents/router.ts";
import { sourcesRouter } from "./documents/sources-router.ts";
import { embeddingsRouter } from "./embeddings/router.ts";
import { endpointsRouter } from "./endpoints/router.ts";
import { geocodingRouter } from "./geocoding/router.ts";
import { keysRouter } from "./keys/router.ts";
import { liveRouter } from "./live/router.ts";
import { meterRouter } from "./meter/router.ts";
import { pausesRouter } from "./pauses/router.ts";
import { receiptsRouter } from "./receipts/router.ts";
import { resourcesRouter } from "./resources/router.ts";
import { goldenRouter } from "./search/golden-router.ts";
import { searchRouter } from "./search/router.ts";
import { sessionsRouter } from "./sessions/router.ts";
import { mergeRouters, router } from "./trpc.ts";
import { alertsRouter, limitsRouter, usageRouter } from "./usage/router.ts";
import { authRouter, usersRouter } from "./users/router.ts";

export const appRouter = router({
  account: accountRouter,
  admin: adminRouter,
  alerts: alertsRouter,
  audit: auditRouter,
  auth: authRouter,
  connections: connectionsRouter,
  credits: creditsRouter,
  datasets: datasetsRouter,
  documents: documentsRouter,
  embeddings: embeddingsRouter,
  endpoints: endpointsRouter,
  flags: flagsRouter,
  geocoding: geocodingRouter,
  golden: goldenRouter,
  keys: keysRouter,
  limits: limitsRouter,
  meter: meterRouter,
  pauses: pausesRouter,
  receipts: receiptsRouter,
  resources: resourcesRouter,
  search: searchRouter,
  sessions: sessionsRouter,
  sources: sourcesRouter,
  usage: usageRouter,
  users: usersRouter,
});

export type AppRouter = typeof appRouter;

/** What the tRPC door serves: the operations, and the stream that keeps a page up to date. */
export const dashboardRouter = mergeRouters(appRouter, router({ live: liveRouter }));

export type DashboardRouter = typeof dashboardRouter;
