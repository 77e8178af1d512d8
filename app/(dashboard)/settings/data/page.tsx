import type { Metadata } from "next";
import { requireUser } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { YourDataView } from "./your-data-view.tsx";

export const metadata: Metadata = { title: "Your data" };

export default async function DataPage() {
  await requireUser();
  await getQueryClient().prefetchQuery(trpc.account.get.queryOptions({}));
  return (
    <Hydrate>
      <YourDataView />
    </Hydrate>
  );
}
