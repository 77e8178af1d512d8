import type { Metadata } from "next";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { AuditView } from "./audit-view.tsx";

export const metadata: Metadata = { title: "Audit log" };

export default async function AuditPage() {
  await requireUser();
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.audit.list.queryOptions({})),
    queries.prefetchQuery(trpc.keys.list.queryOptions({})),
    queries.prefetchQuery(trpc.connections.list.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <AuditView />
    </Hydrate>
  );
}
