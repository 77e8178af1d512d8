import type { Metadata } from "next";
import { requireAdmin } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { PolicyView } from "./policy-view.tsx";

export const metadata: Metadata = { title: "Limits and prices" };

export default async function AdminPolicyPage() {
  await requireAdmin();
  await getQueryClient().prefetchQuery(trpc.admin.policy.queryOptions({}));
  return (
    <Hydrate>
      <PolicyView />
    </Hydrate>
  );
}
