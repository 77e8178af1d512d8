import type { Metadata } from "next";
import { vectorModels } from "#server/embedding.ts";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { lastDays, todayIn } from "../usage/range.ts";
import { OverviewView } from "./overview-view.tsx";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage() {
  const user = await requireUser();
  const queries = getQueryClient();
  const month = lastDays(30, todayIn("UTC"));
  await Promise.all([
    queries.prefetchQuery(trpc.credits.get.queryOptions({})),
    queries.prefetchQuery(trpc.limits.get.queryOptions({})),
    queries.prefetchQuery(trpc.alerts.list.queryOptions({})),
    queries.prefetchQuery(trpc.usage.get.queryOptions({ ...month, groupBy: "credential", timeZone: "UTC" })),
    queries.prefetchQuery(trpc.receipts.list.queryOptions({ limit: 5 })),
    queries.prefetchQuery(trpc.datasets.mine.queryOptions({})),
    queries.prefetchQuery(trpc.keys.list.queryOptions({})),
    queries.prefetchQuery(trpc.connections.list.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <OverviewView name={user.name} models={vectorModels()} />
    </Hydrate>
  );
}
