import type { Metadata } from "next";
import { env } from "#env";
import { requireUser } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../../../_trpc/server.ts";
import { ProfileView } from "./profile-view.tsx";

export const metadata: Metadata = { title: "Profile" };

export default async function ProfilePage() {
  await requireUser();
  await getQueryClient().prefetchQuery(trpc.account.get.queryOptions({}));
  return (
    <Hydrate>
      <ProfileView mailKept={env.SMTP_URL === undefined} />
    </Hydrate>
  );
}
