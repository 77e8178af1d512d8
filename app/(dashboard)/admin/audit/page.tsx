import type { Metadata } from "next";
import { requireAdmin } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { EveryonesAudit } from "./everyones-audit.tsx";

export const metadata: Metadata = { title: "Audit log of everyone" };

export default async function AdminAuditPage() {
  await requireAdmin();
  await getQueryClient().prefetchQuery(trpc.admin.audit.queryOptions({}));
  return (
    <Hydrate>
      <EveryonesAudit />
    </Hydrate>
  );
}
