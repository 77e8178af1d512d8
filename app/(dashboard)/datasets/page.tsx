import type { Metadata } from "next";
import { vectorModels } from "#server/embedding.ts";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { DatasetsView } from "./datasets-view.tsx";

export const metadata: Metadata = { title: "Datasets" };

export default async function DatasetsPage() {
  await requireUser();
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.datasets.mine.queryOptions({})),
    queries.prefetchQuery(trpc.datasets.list.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <DatasetsView models={vectorModels()} />
    </Hydrate>
  );
}
