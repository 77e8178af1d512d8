import type { Metadata } from "next";
import { requireUser } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { NotificationsView } from "./notifications-view.tsx";

export const metadata: Metadata = { title: "Notifications" };

export default async function NotificationsPage() {
  await requireUser();
  await getQueryClient().prefetchQuery(trpc.account.mails.queryOptions({}));
  return (
    <Hydrate>
      <NotificationsView />
    </Hydrate>
  );
}
