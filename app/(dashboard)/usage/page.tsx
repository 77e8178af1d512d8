import type { Metadata } from "next";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { readView, todayIn } from "./range.ts";
import { UsageView } from "./usage-view.tsx";

export const metadata: Metadata = { title: "Usage" };

export default async function UsagePage({ searchParams }: PageProps<"/usage">) {
  await requireUser();
  const entries = Object.entries(await searchParams).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : [],
  );
  const { from, to, grouping } = readView(new URLSearchParams(entries), todayIn("UTC"));
  await getQueryClient().prefetchQuery(
    trpc.usage.get.queryOptions({ from, to, groupBy: grouping, timeZone: "UTC" }),
  );
  return (
    <Hydrate>
      <UsageView />
    </Hydrate>
  );
}
