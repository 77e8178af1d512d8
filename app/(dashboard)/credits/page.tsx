import type { Metadata } from "next";
import { placeName, textsOf } from "../../_components/search-params.ts";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { CreditsView } from "./credits-view.tsx";
import { readEntryFilters, toEntryInput } from "./entry-filters.ts";

export const metadata: Metadata = { title: "Credits" };

export default async function CreditsPage({ searchParams }: PageProps<"/credits">) {
  const user = await requireUser();
  const search = textsOf(await searchParams);
  const cursor = search.get(placeName);
  const checkout = search.get("checkout");
  const { from, to, ...filters } = readEntryFilters(search);
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.credits.get.queryOptions({})),
    // Days are those of the viewer's zone, which is not known here.
    from || to
      ? undefined
      : queries.prefetchQuery(
          trpc.credits.entries.queryOptions({ ...toEntryInput(filters), ...(cursor ? { cursor } : {}) }),
        ),
    queries.prefetchQuery(trpc.credits.packs.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <CreditsView
        admin={user.admin}
        checkout={checkout === "done" || checkout === "cancelled" ? checkout : null}
      />
    </Hydrate>
  );
}
