import type { Metadata } from "next";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { CreditsView } from "./credits-view.tsx";

export const metadata: Metadata = { title: "Credits" };

export default async function CreditsPage({ searchParams }: PageProps<"/credits">) {
  const user = await requireUser();
  const { checkout } = await searchParams;
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.credits.get.queryOptions({})),
    queries.prefetchQuery(trpc.credits.entries.queryOptions({})),
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
