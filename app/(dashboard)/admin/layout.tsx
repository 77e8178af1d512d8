import type { ReactNode } from "react";
import { requireAdmin } from "../../_components/user.ts";
import { PageTabs } from "../page-tabs.tsx";
import { placesWithin } from "../places.ts";

export default async function AdminLayout({ children }: { children: ReactNode }) {
  await requireAdmin();
  return (
    <>
      <PageTabs label="Installation" pages={placesWithin["/admin"] ?? []} />
      {children}
    </>
  );
}
