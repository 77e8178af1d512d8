import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { PolicyView } from "./policy-view.tsx";

export const metadata: Metadata = { title: "Limits and prices" };

export default async function AdminPolicyPage() {
  const user = await requireUser();
  if (!user.admin) notFound();
  const queries = getQueryClient();
  await Promise.all([queries.prefetchQuery(trpc.admin.policy.queryOptions({}))]);
  return (
    <Hydrate>
      <PolicyView />
    </Hydrate>
  );
}
