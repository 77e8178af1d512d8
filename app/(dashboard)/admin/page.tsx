import type { Metadata } from "next";
import { requireAdmin } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { AccountsView } from "./accounts-view.tsx";

export const metadata: Metadata = { title: "Accounts" };

export default async function AdminPage() {
  await requireAdmin();
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.admin.users.queryOptions({})),
    queries.prefetchQuery(trpc.admin.creditRequests.queryOptions({ state: "open" })),
    queries.prefetchQuery(trpc.credits.packs.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <AccountsView />
    </Hydrate>
  );
}
