import type { Metadata } from "next";
import { textsOf } from "../../_components/search-params.ts";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { readView, todayIn } from "./range.ts";
import { UsageView } from "./usage-view.tsx";

export const metadata: Metadata = { title: "Usage" };

export default async function UsagePage({ searchParams }: PageProps<"/usage">) {
  await requireUser();
  const { from, to, grouping } = readView(textsOf(await searchParams), todayIn("UTC"));
  await getQueryClient().prefetchQuery(
    trpc.usage.get.queryOptions({ from, to, groupBy: grouping, timeZone: "UTC" }),
  );
  return (
    <Hydrate>
      <UsageView />
    </Hydrate>
  );
}
