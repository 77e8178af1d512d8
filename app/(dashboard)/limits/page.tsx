import type { Metadata } from "next";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { LimitsView } from "./limits-view.tsx";

export const metadata: Metadata = { title: "Limits" };

export default async function LimitsPage() {
  await requireUser();
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.limits.get.queryOptions({})),
    queries.prefetchQuery(trpc.limits.refusals.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <LimitsView />
    </Hydrate>
  );
}
