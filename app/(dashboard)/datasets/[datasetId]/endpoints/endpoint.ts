import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

export type Endpoint = inferRouterOutputs<AppRouter>["endpoints"]["list"]["items"][number];
