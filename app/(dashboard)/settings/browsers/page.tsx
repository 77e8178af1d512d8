import type { Metadata } from "next";
import { requireUser } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { SessionsView } from "./sessions-view.tsx";

export const metadata: Metadata = { title: "Browsers" };

export default async function SessionsPage() {
  await requireUser();
  await getQueryClient().prefetchQuery(trpc.sessions.list.queryOptions({}));
  return (
    <Hydrate>
      <SessionsView />
    </Hydrate>
  );
}
