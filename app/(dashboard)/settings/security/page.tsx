import type { Metadata } from "next";
import { requireUser } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { SecurityView } from "./security-view.tsx";

export const metadata: Metadata = { title: "Security" };

export default async function SecurityPage() {
  await requireUser();
  await getQueryClient().prefetchQuery(trpc.account.get.queryOptions({}));
  return (
    <Hydrate>
      <SecurityView />
    </Hydrate>
  );
}
