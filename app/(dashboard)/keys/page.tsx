import type { Metadata } from "next";
import { env } from "#env";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { KeysView } from "./keys-view.tsx";

export const metadata: Metadata = { title: "Keys" };

export default async function KeysPage() {
  await requireUser();
  const queries = getQueryClient();
  await Promise.all([
    queries.prefetchQuery(trpc.keys.list.queryOptions({})),
    queries.prefetchQuery(trpc.datasets.list.queryOptions({})),
  ]);
  return (
    <Hydrate>
      <KeysView address={env.appUrl} />
    </Hydrate>
  );
}
