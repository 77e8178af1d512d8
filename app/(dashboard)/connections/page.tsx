import type { Metadata } from "next";
import { env } from "#env";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { ConnectionsView } from "./connections-view.tsx";

export const metadata: Metadata = { title: "Connections" };

export default async function ConnectionsPage() {
  await requireUser();
  await getQueryClient().prefetchQuery(trpc.connections.list.queryOptions({}));
  return (
    <Hydrate>
      <ConnectionsView address={env.appUrl} />
    </Hydrate>
  );
}
