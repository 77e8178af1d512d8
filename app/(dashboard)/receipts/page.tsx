import type { Metadata } from "next";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { ReceiptsView } from "./receipts-view.tsx";

export const metadata: Metadata = { title: "Receipts" };

export default async function ReceiptsPage() {
  await requireUser();
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.receipts.list.queryOptions({})),
    queries.prefetchQuery(trpc.keys.list.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <ReceiptsView />
    </Hydrate>
  );
}
