import type { Metadata } from "next";
import { requireAdmin } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { AccessView } from "./access-view.tsx";

export const metadata: Metadata = { title: "Keys and apps" };

export default async function AdminAccessPage() {
  await requireAdmin();
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.admin.credentials.queryOptions({})),
    queries.prefetchQuery(trpc.admin.funnel.queryOptions({ days: 30 })),
  ]);
  return (
    <Hydrate>
      <AccessView />
    </Hydrate>
  );
}
