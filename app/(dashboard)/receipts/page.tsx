import type { Metadata } from "next";
import { placeName } from "../../_components/search-params.ts";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { filterNames } from "./filters.ts";
import { ReceiptsView } from "./receipts-view.tsx";

export const metadata: Metadata = { title: "Receipts" };

export default async function ReceiptsPage({ searchParams }: PageProps<"/receipts">) {
  await requireUser();
  const search = await searchParams;
  const queries = getQueryClient();
  await Promise.all([
    // Days are those of the viewer's zone, which is not known here.
    [...filterNames, placeName].some((name) => search[name])
      ? undefined
      : queries.prefetchQuery(trpc.receipts.list.queryOptions({})),
    queries.prefetchQuery(trpc.receipts.getSettings.queryOptions({})),
    queries.prefetchQuery(trpc.keys.list.queryOptions({})),
    queries.prefetchQuery(trpc.connections.list.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <ReceiptsView />
    </Hydrate>
  );
}
