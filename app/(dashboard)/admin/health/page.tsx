import type { Metadata } from "next";
import { requireAdmin } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { HealthView } from "./health-view.tsx";

export const metadata: Metadata = { title: "Health" };

export default async function AdminHealthPage() {
  await requireAdmin();
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.admin.health.queryOptions({})),
    queries.prefetchQuery(trpc.admin.refusals.queryOptions({ hours: 24 })),
  ]);
  return (
    <Hydrate>
      <HealthView />
    </Hydrate>
  );
}
